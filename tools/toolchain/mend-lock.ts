/** Mends what a killed update leaves: its lock in the local backend, and programs that have not noticed yet. */
import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isAlive } from "../../lib/alive.ts";
import { isErrno, UserError } from "../../lib/run.ts";
import type { Log } from "./log.ts";
import { project } from "../../config/stack-name.ts";
import { cdcDir } from "./places.ts";
import { probe } from "./probe.ts";

/** A lock as the file backend writes it. */
export interface StackLock {
  pid: number;
  hostname: string;
  timestamp: string;
}

/** Whether somebody holds the lock now; one from another host counts, as nothing can be known about it. */
export function isHeld(
  lock: StackLock,
  facts: { hostname: string; program: (pid: number) => string | undefined },
): boolean {
  if (lock.hostname !== facts.hostname) return true;
  return facts.program(lock.pid)?.includes("pulumi") ?? false;
}

/**
 * Removes the lock of an update that was killed; of no other one, whoever comes meanwhile.
 * @throws {UserError} when a living pulumi holds it.
 */
export async function mendLock(log: Log, stack: string): Promise<void> {
  const dead = await deadLocks(stack);
  if (dead.length === 0) return;
  // `pulumi cancel` would remove every lock of the stack, also that of an update which has begun since.
  for (const file of dead) for (const one of [file, `${file}.attrs`]) await rm(one, { force: true });
  log(`stack: an update of ${stack} was killed and left its lock; removed it`);
}

/**
 * @returns the files of locks that nobody holds.
 * @throws {UserError} when a living pulumi holds one.
 */
export async function deadLocks(stack: string): Promise<string[]> {
  const folder = join(cdcDir, "state", ".pulumi", "locks", "organization", project, stack);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json")); // beside each lies its .attrs
  const dead: string[] = [];
  for (const file of names.map((name) => join(folder, name))) {
    const lock = await readLock(file);
    const program = lock !== undefined && isAlive(lock.pid) ? await programOf(lock.pid) : undefined;
    // One that cannot be read was cut off while it was written.
    if (lock === undefined || !isHeld(lock, { hostname: hostname(), program: () => program })) dead.push(file);
    else {
      throw new UserError(
        `another pulumi (process ${lock.pid} on ${lock.hostname}, since ${lock.timestamp}) is working on stack ${stack}`,
        "wait until it has finished, or stop it, then run the same command again",
      );
    }
  }
  return dead;
}

async function readLock(file: string): Promise<StackLock | undefined> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as StackLock;
  } catch (error) {
    if (error instanceof SyntaxError || isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The name of a living process's program; "pulumi" when that is not known, so that no living update is disturbed. */
async function programOf(pid: number): Promise<string> {
  const comm = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  return comm.trim() || (await probe("ps", ["-o", "comm=", "-p", String(pid)])).stdout || "pulumi";
}
