/** A folder that was copied with its `.cdc/`: its states are another's, and nothing may be done with them here. */
import { readdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { knowsIdentity } from "../../lib/identity.ts";
import { copyProblem } from "../../preflight/name-conflicts.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { refuse } from "./refuse.ts";
import { stateFile } from "./stack.ts";
import { stackLabel } from "../../config/stack-name.ts";
import { localState, ownerIn } from "./state.ts";

/**
 * To be called before `.cdc/env` is written: with it plain `pulumi destroy` would remove what the original has made.
 * @throws {UserError} CDC-722
 */
export async function refuseCopy(): Promise<void> {
  const files = await readdir(dirname(stateFile("any"))).catch(() => []);
  for (const name of files.flatMap((file) => /^([^.]+)\.json$/.exec(file)?.[1] ?? [])) {
    // One that cannot be read is another matter (mend-state.ts).
    const owner = ownerIn((await localState(name).catch(() => undefined)) ?? {});
    if (owner === undefined || resolve(owner.checkout) === resolve(checkoutFolder)) continue;
    if (!(await knowsIdentity(owner.checkout, owner.identity))) continue;
    const beside = "give its stack a name and ports of its own";
    refuse([copyProblem({ checkout: checkoutFolder, stack: stackLabel(name) }, owner.checkout, beside)]);
  }
}
