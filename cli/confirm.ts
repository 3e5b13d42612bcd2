/** Asking before something that cannot be taken back. */
import { once } from "node:events";
import { createInterface } from "node:readline/promises";

/** @returns the answer; undefined when there is no terminal to ask on. */
export async function confirmed(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    // Ctrl-D and Ctrl-C close it, and then there is no answer to wait for.
    const closed = once(terminal, "close").then(() => "");
    const answer = await Promise.race([terminal.question(`${question}\nGo on? (y/N) `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
