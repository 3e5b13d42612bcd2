/** The shortest way to remove a pipeline: by label, without asking anything to end by itself. */
import { ownedBy, removeOwned } from "../../toolchain/owned.ts";

/** @returns how long it took, in seconds. */
export async function removeByHand(label: string): Promise<number> {
  const began = performance.now();
  await removeOwned(await ownedBy(label));
  return (performance.now() - began) / 1000;
}
