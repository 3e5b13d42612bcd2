/** What containers write. */
import { createInterface } from "node:readline";
import { ask, ended, stream } from "./client.ts";

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

/** The same with each line as JSON on stdout: `{"time", "stream", "line"}`. */
export async function streamLogsAsJson(container: string, args: readonly string[]): Promise<number> {
  const child = stream(logCommand(container, ["--timestamps", ...args]), ["ignore", "pipe", "pipe"]);
  for (const [name, lines] of Object.entries({ stdout: child.stdout, stderr: child.stderr })) {
    createInterface(lines).on("line", (text) => {
      const [time = ""] = text.split(" ", 1);
      console.log(JSON.stringify({ time, stream: name, line: text.slice(time.length + 1) }));
    });
  }
  return (await ended(child)) ?? 0;
}

function logCommand(container: string, args: readonly string[]): string[] {
  return ["container", "logs", ...args, container];
}
