/** Resident memory of a stack's containers: what its processes hold, without files that the kernel only keeps in mind. */
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../../lib/run.ts";

/** MiB by container name. */
export type Resident = ReadonlyMap<string, number>;

/** The kernel's account of a container, under cgroup version 2 or 1. */
const accountFiles = "cat /sys/fs/cgroup/memory.stat /sys/fs/cgroup/memory/memory.stat 2>/dev/null || true";

/** Looks once at all containers. */
export async function residentOf(containers: readonly string[]): Promise<Resident> {
  const entries = await Promise.all(
    containers.map(async (container): Promise<[string, number]> => {
      const { stdout } = await run("docker", ["exec", container, "sh", "-c", accountFiles]);
      return [container, residentMiB(stdout)];
    }),
  );
  return new Map(entries);
}

/** Looks every few seconds as long as `work` lasts. @returns the look at which all containers together had most. */
export async function mostResident(containers: readonly string[], work: () => Promise<unknown>): Promise<Resident> {
  const looks: Resident[] = [];
  const isOver = new AbortController();
  const looking = (async () => {
    while (!isOver.signal.aborted) {
      looks.push(await residentOf(containers));
      await sleep(1000, undefined, { signal: isOver.signal }).catch(() => undefined);
    }
  })();
  try {
    await work();
  } finally {
    isOver.abort();
    await looking;
  }
  return looks.reduce((most, look) => (total(look) > total(most) ? look : most));
}

/** All containers together, in MiB. */
export function total(resident: Resident): number {
  return [...resident.values()].reduce((sum, value) => sum + value, 0);
}

/** Anonymous memory and mapped files, out of a `memory.stat`. */
export function residentMiB(account: string): number {
  const values = new Map(account.split("\n").map((line) => line.split(" ") as [string, string]));
  // Version 1 has its own words for them, and a `total_` of both that counts children too.
  const bytes = ["anon", "file_mapped", "total_rss", "total_mapped_file"].map((key) => Number(values.get(key) ?? 0));
  const sum = bytes.reduce((all, value) => all + value, 0);
  if (sum === 0) throw new Error(`no memory account in ${JSON.stringify(account.slice(0, 200))}`);
  return sum / 1024 / 1024;
}
