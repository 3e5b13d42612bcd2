/** One at a time across processes: a file that holds the pid of who works. */
import { readFileSync } from "node:fs";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isErrno } from "../lib/run.ts";

/** Whether a process of this number lives (someone else's counts; one that ended and that nobody has waited for does not). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}

/** Linux: `PID (NAME) STATE …`, where the name may hold anything. Elsewhere there is no such file. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z [^)]*$/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/**
 * Does `work` while holding the lock file; waits for a living holder, takes over from a dead one.
 * @param waiting told once, with the holder's pid, when there is someone to wait for.
 */
export async function withLock<T>(file: string, waiting: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  for (let told = false; !(await take(file));) {
    const pid = Number(await readFile(file, "utf8").catch(() => ""));
    if (pid > 0 && isAlive(pid)) {
      if (!told) waiting(pid);
      told = true;
      await sleep(500);
    } else {
      await rm(file, { force: true });
    }
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** By a link to a file that holds the pid already, so that nobody sees a lock without its holder. */
async function take(file: string): Promise<boolean> {
  const mine = `${file}.${process.pid}`;
  await writeFile(mine, String(process.pid));
  try {
    await link(mine, file);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(mine, { force: true });
  }
}
