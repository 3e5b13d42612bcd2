/** Programs that a killed `pulumi` has left: its plugins, and what those have started. */
import { readlinkSync, realpathSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "../../lib/alive.ts";
import { isErrno } from "../../lib/run.ts";
import type { Log } from "./log.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { probe } from "./probe.ts";

/** A line of `ps`. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Program and arguments. */
  readonly command: string;
}

/** Plugins notice within seconds that their engine is gone, and may be in the middle of an operation. */
const graceMs = 15_000;

/** What Pulumi starts: plugins, language host, our provider, the program, and the scripts that @pulumi/command runs. */
const startedByPulumi =
  /(^|\/)pulumi-(resource|language)-[a-z]+( |$)|provider\/main\.ts|@pulumi\/pulumi\/cmd\/run|\b(provider\/scripts|flow)\/[a-z-]+\.ts/;

/** @returns those that Pulumi has started in a folder and that no living pulumi stands behind. */
export function orphansOf(processes: readonly Process[], isInFolder: (pid: number) => boolean): Process[] {
  const byId = new Map(processes.map((one) => [one.pid, one]));
  return processes.filter(({ pid, command }) => {
    if (!startedByPulumi.test(command) || !isInFolder(pid)) return false;
    for (let above = byId.get(pid); above !== undefined; above = byId.get(above.parent))
      if (/(^|\/)pulumi( |$)/.test(above.command)) return false;
    return true;
  });
}

/**
 * Waits until what a killed pulumi has started in this checkout has ended: until then it may still make things. What does not
 * notice in time is ended.
 */
export async function endOrphans(log: Log): Promise<void> {
  const deadline = performance.now() + graceMs;
  for (let isLogged = false; ; isLogged = true) {
    const orphans = await findOrphans();
    if (orphans.length === 0) return;
    if (!isLogged) log(`stack: waiting for ${count(orphans)} of a killed pulumi to end`);
    if (performance.now() > deadline) {
      for (const { pid } of orphans) end(pid);
      log(`stack: ended ${count(orphans)} that did not: ${orphans.map(({ pid }) => pid).join(", ")}`);
      return;
    }
    await sleep(200);
  }
}

/** Those of this checkout. */
export async function findOrphans(): Promise<Process[]> {
  const { stdout } = await probe("ps", ["-A", "-o", "pid=,ppid=,args=", "-ww"]);
  return orphansOf(parseProcesses(stdout), (pid) => folderOf(pid) === realpathSync(checkoutFolder)).filter(({ pid }) =>
    isAlive(pid),
  );
}

export function parseProcesses(stdout: string): Process[] {
  return stdout.split("\n").flatMap((line) => {
    const [, pid, parent, command] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** Where a process works; only Linux tells. */
function folderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!isErrno(error, "ESRCH")) throw error;
  }
}

function count({ length }: readonly Process[]): string {
  return `${length} process${length === 1 ? "" : "es"}`;
}
