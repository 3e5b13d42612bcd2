/** The shortest way to remove a pipeline: by label, without asking anything to end by itself. */
import { removeMadeIn } from "../../toolchain/owned.ts";
import { checkoutFolder } from "../../../lib/checkout.ts";

/** @returns how long it took, in seconds. */
export async function removeByHand(label: string): Promise<number> {
  const began = performance.now();
  await removeMadeIn(checkoutFolder, label);
  return (performance.now() - began) / 1000;
}
