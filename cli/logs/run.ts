/** Logs of several containers as one. */
import { setTimeout as sleep } from "node:timers/promises";
import { readLog, type LogLine } from "../../clients/docker/logs.ts";
import type { Component } from "../components.ts";
import { Arrivals, inOrder, patienceMs } from "./order.ts";

/** A line, and the name by which a person calls whose it is. */
export interface ComponentLine extends LogLine {
  readonly component: string;
}

export interface LogsOptions {
  /** Goes on as more is written, also by a container that is stopped and started, or made anew. */
  readonly follow?: true;
  /** Of each container only the last lines. */
  readonly tail?: string;
  /** Only from then on: `10m`, or a time. */
  readonly since?: string;
}

/** The same for `docker logs`. */
export function dockerArgs({ follow, tail, since }: LogsOptions): string[] {
  return [
    ...(follow === true ? ["--follow"] : []),
    ...(tail === undefined ? [] : ["--tail", tail]),
    ...(since === undefined ? [] : ["--since", since]),
  ];
}

/** How long a container that writes no more is left alone before it is asked whether it runs again. */
const againMs = 1000;

/**
 * Prints what the containers have written so far, in the order of time; then, to follow, what they write.
 * @returns when all is printed; never, to follow.
 */
export async function printLogs(
  components: readonly Component[],
  { follow, ...past }: LogsOptions,
  print: (line: ComponentLine) => void,
): Promise<void> {
  // As the engine writes times: with nine digits of a second.
  const now = new Date().toISOString().replace("Z", "000000Z");
  const args = [...dockerArgs(past), ...(follow === true ? ["--until", now] : [])];
  // All of it in memory: the engine keeps 30 MB of each container (components/docker.ts), and docker writes to two pipes, of which
  // neither may wait for the other.
  const logs = await Promise.all(components.map(async (component) => await read(component, args)));
  for (const line of inOrder(logs.flat())) print(line);
  if (follow === true) await printWhatComes(components, now, print);
}

async function read(component: Component, args: readonly string[]): Promise<ComponentLine[]> {
  const lines: ComponentLine[] = [];
  await readLog(component.container, args, (line) => void lines.push(named(component, line)));
  return lines;
}

function named({ names: [name = ""] }: Component, line: LogLine): ComponentLine {
  return { component: name, ...line };
}

async function printWhatComes(
  components: readonly Component[],
  since: string,
  print: (line: ComponentLine) => void,
): Promise<void> {
  // `docker logs` of a container that is silent would go on without us.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit());
  const arrivals = new Arrivals<ComponentLine>();
  setInterval(() => arrivals.take(performance.now()).forEach(print), patienceMs / 3);
  await Promise.all(
    components.map(async (component) => {
      for (let last = since; ; await sleep(againMs)) {
        // The engine gives what is of this very moment once more.
        const known = last;
        await readLog(component.container, ["--follow", "--since", last], (line) => {
          if (line.time <= known) return;
          arrivals.add(named(component, line), performance.now());
          if (line.time > last) last = line.time;
        });
      }
    }),
  );
}
