/** What containers write. */
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { ask, ended, stream } from "./client.ts";

/** A line of a container's log. */
export interface LogLine {
  /** When the engine got it: RFC 3339 in UTC with nine digits of a second, so that texts compare as times do. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
}

/**
 * The lines of a container's log, of stdout and of stderr, as they arrive.
 * @param args of `docker logs`: `--since 20s`, `--tail 15`.
 */
export async function logLines(container: string, args: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  await ask(logCommand(container, args), { onLine: (line) => void lines.push(line) });
  return lines;
}

/**
 * Runs `docker logs` with this process's own stdout and stderr, until it ends.
 * @param args of `docker logs`: `--follow`, `--tail 10`.
 * @returns its exit code; 0 when a signal ended it.
 */
export async function streamLogs(container: string, args: readonly string[]): Promise<number> {
  return (await ended(stream(logCommand(container, args), ["ignore", "inherit", "inherit"]))) ?? 0;
}

/**
 * Reads a log to its end. What `docker logs` itself has to say, such as that there is no such container, is none of its lines.
 * @param args of `docker logs`: `--follow`, `--tail 10`. @param onLine told each line as it comes: those of stdout in the order
 * of their times, those of stderr too.
 */
export async function readLog(
  container: string,
  args: readonly string[],
  onLine: (line: LogLine) => void,
): Promise<void> {
  const child = stream(logCommand(container, ["--timestamps", ...args]), ["ignore", "pipe", "pipe"]);
  for (const name of ["stdout", "stderr"] as const) {
    createInterface(child[name]).on("line", (text) => {
      const [, time, line] = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) ?(.*)$/s.exec(text) ?? [];
      if (time !== undefined && line !== undefined) onLine({ time, stream: name, line });
    });
  }
  if (reading.size === 0) process.once("exit", endAll);
  reading.add(child);
  await ended(child);
  reading.delete(child);
  if (reading.size === 0) process.off("exit", endAll);
}

/** Of a silent container `docker logs --follow` would not notice that nobody reads it any more. */
const reading = new Set<ChildProcess>();

function endAll(): void {
  for (const child of reading) child.kill();
}

function logCommand(container: string, args: readonly string[]): string[] {
  return ["container", "logs", ...args, container];
}
