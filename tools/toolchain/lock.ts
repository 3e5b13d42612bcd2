/** One at a time across processes: a file that holds who works. */
import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, startOf } from "../../lib/alive.ts";
import { isErrno } from "../../lib/run.ts";

/**
 * Does `work` while holding the lock file; waits for a living holder, takes over from a dead one.
 * @param waiting called once, with the holder's pid, when there is someone to wait for.
 */
export async function withLock<T>(file: string, waiting: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  for (let isReported = false; !(await take(file));) {
    const held = await contentOf(file);
    if (held === undefined) continue;
    const { pid, start } = parseHolder(held);
    // The same number with another start is another process: the machine was started anew since.
    if (isAlive(pid) && (start === "" || start === startOf(pid))) {
      if (!isReported) waiting(pid);
      isReported = true;
      await sleep(500);
    } else {
      await removeDead(file, held);
    }
  }
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Several may find the same dead holder: one of them removes its lock, and only that very one. Whoever came between has a lock
 * of another content by then. The right to remove is a lock itself, named after the dead holder's own word.
 */
async function removeDead(file: string, held: string): Promise<void> {
  const word = /\w+$/.exec(held)?.[0] ?? "";
  await withLock(
    `${file}.after-${word}`,
    () => {},
    async () => {
      if ((await contentOf(file)) === held) await rm(file, { force: true });
    },
  );
}

async function contentOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** `PID START WORD`; of earlier versions `PID`. */
function parseHolder(text: string): { readonly pid: number; readonly start: string } {
  const [pid = "", start = ""] = text.split(" ");
  return { pid: Number(pid), start: start === "-" ? "" : start };
}

/** By a link to a file that holds the pid already, so that nobody sees a lock without its holder. */
async function take(file: string): Promise<boolean> {
  const word = randomBytes(4).toString("hex");
  const mine = `${file}.${process.pid}.${word}`;
  await writeFile(mine, `${process.pid} ${startOf(process.pid) || "-"} ${word}`);
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
