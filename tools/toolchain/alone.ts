/** One verb at a time on a stack of this checkout, and what a killed one left mended before. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "./lock.ts";
import type { Log } from "./log.ts";
import { mendLock } from "./mend-lock.ts";
import { endOrphans } from "./orphans.ts";
import { cdcDir } from "./places.ts";

/**
 * Does `work` when no other verb of this checkout works on the stack: from the look at what is there until Pulumi's own lock is
 * taken, two could mend the same thing, one of them what the other is just making.
 */
export async function alone<T>(log: Log, stack: string, work: () => Promise<T>): Promise<T> {
  await mkdir(cdcDir, { recursive: true, mode: 0o700 });
  const waiting = (pid: number) => log(`stack: another make (process ${pid}) works on ${stack}, waiting for it`);
  return await withLock(join(cdcDir, `make-${stack}.lock`), waiting, work);
}

/**
 * Mends what a killed command has left before anything is asked of the state: its lock, and programs that go on.
 * @param local whether the state is in this checkout.
 * @throws {UserError} when a living pulumi works on the stack.
 */
export async function mendKilled(log: Log, stack: string, local: boolean): Promise<void> {
  if (local) await mendLock(log, stack);
  await endOrphans(log);
}
