/** Whether a process lives. */
import { readFileSync } from "node:fs";
import { isErrno } from "./run.ts";

/** Whether a process of this number lives (someone else's counts; one that ended and that nobody has waited for does not). */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return !statOf(pid).startsWith("Z");
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}

/**
 * When a process was started, in clock ticks since the machine was: numbers of processes come again, with another start.
 * @returns "" where the machine does not tell (only Linux does).
 */
export function startOf(pid: number): string {
  return statOf(pid).split(" ")[19] ?? "";
}

/** Linux: `PID (NAME) STATE …`, where the name may hold anything; from the state on. Elsewhere there is no such file. */
function statOf(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(") ") + 2);
  } catch {
    return "";
  }
}
