/** Mends what a killed update leaves in the local backend: its lock. */
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { isAlive } from "./lock.ts";
import type { Log } from "./log.ts";
import { cdcDir, project, root } from "./places.ts";
import { probe } from "./probe.ts";
import { run, UserError } from "../lib/run.ts";
import type { Stack } from "./stack.ts";

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
 * Removes the lock of an update that was killed.
 * @throws {UserError} when a living pulumi holds it.
 */
export async function mendLock(log: Log, stack: Stack): Promise<void> {
  const folder = join(cdcDir, "state", ".pulumi", "locks", "organization", project, stack.name);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".json")); // beside each lies its .attrs
  if (names.length === 0) return;
  const programs = new Map<number, string>();
  const locks: StackLock[] = [];
  for (const name of names) {
    const lock = JSON.parse(await readFile(join(folder, name), "utf8")) as StackLock;
    locks.push(lock);
    if (isAlive(lock.pid)) programs.set(lock.pid, await programOf(lock.pid));
  }
  const facts = { hostname: hostname(), program: (pid: number) => programs.get(pid) };
  const held = locks.find((lock) => isHeld(lock, facts));
  if (held) {
    throw new UserError(
      `another pulumi (process ${held.pid} on ${held.hostname}, since ${held.timestamp}) is working on stack ${stack.name}`,
      "wait until it has finished, or stop it, then run the same command again",
    );
  }
  await run("pulumi", ["cancel", "--yes", "--stack", stack.name], { env: stack.env, cwd: root });
  log(`stack: an update of ${stack.name} was killed and left its lock; removed it`);
}

/** The name of a living process's program; "pulumi" when it cannot be told, so that no living update is disturbed. */
async function programOf(pid: number): Promise<string> {
  const comm = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
  return comm.trim() || (await probe("ps", ["-o", "comm=", "-p", String(pid)])).stdout || "pulumi";
}
