/** Short, bounded questions to programs; a failure is an answer here, not an error. */
import { execFile, spawn } from "node:child_process";
import type { Env } from "./places.ts";

export interface Answer {
  ok: boolean;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program that answers quickly.
 * @param options.timeoutMs after that it is ended and counts as failed; default 20 s.
 */
export function probe(
  command: string,
  args: string[],
  options: { env?: Env; cwd?: string; timeoutMs?: number } = {},
): Promise<Answer> {
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      {
        env: options.env ?? process.env,
        cwd: options.cwd,
        timeout: options.timeoutMs ?? 20_000,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) =>
        resolve({ ok: error === null, stdout: stdout.trim(), stderr: stderr.trim() || (error?.message ?? "") }),
    );
  });
}

/**
 * Runs a program on our own terminal and gives its exit code (128 + signal's share when a signal ended it).
 * Ctrl-C reaches the program too, as it is in our process group; we stay until it has finished its tidying.
 */
export function attached(command: string, args: string[], options: { env: Env; cwd: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    const stay = () => {};
    process.on("SIGINT", stay);
    const child = spawn(command, args, { ...options, stdio: "inherit" });
    const done = () => process.off("SIGINT", stay);
    child.on("error", (error) => {
      done();
      reject(error);
    });
    child.on("exit", (code, signal) => {
      done();
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}
