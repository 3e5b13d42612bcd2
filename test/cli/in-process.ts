/** `cdc` without a process of its own. */
import { vi } from "vitest";
import { main } from "../../cli/main.ts";

export interface Ran {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs it to its end; its exit code is not this process's. */
export async function inProcess(args: readonly string[]): Promise<Ran> {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const print = vi.spyOn(console, "error").mockImplementation(() => {});
  const before = process.exitCode;
  process.exitCode = undefined;
  try {
    await main(args);
    return { code: process.exitCode, stdout: log.mock.calls.join("\n"), stderr: print.mock.calls.join("\n") };
  } finally {
    process.exitCode = before;
    log.mockRestore();
    print.mockRestore();
  }
}
