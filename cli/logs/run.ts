/** Logs of several containers as one. */
import { setTimeout as sleep } from "node:timers/promises";
import { openLog, type LogLine } from "../../clients/docker/logs.ts";
import type { Component } from "../components.ts";
import { Arrivals, interleave, patienceMs } from "./interleave.ts";

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

/** How long a container that writes no more is left alone before it is asked whether it runs again. */
const againMs = 1000;

/**
 * Prints what the containers have written so far, in the order of time; then, to follow, what they write.
 * @returns when all is printed; never, to follow.
 */
export async function printLogs(
  components: readonly Component[],
  { follow, tail, since }: LogsOptions,
  print: (line: ComponentLine) => void,
): Promise<void> {
  // As the engine writes times: with nine digits of a second.
  const now = new Date().toISOString().replace("Z", "000000Z");
  const past = [
    ...(tail === undefined ? [] : ["--tail", tail]),
    ...(since === undefined ? [] : ["--since", since]),
    ...(follow === true ? ["--until", now] : []),
  ];
  const logs = components.map((component) => ({ component, log: openLog(component.container, past) }));
  const streams = logs.flatMap(({ component, log }) => log.streams.map((lines) => named(component, lines)));
  for await (const line of interleave(streams)) print(line);
  await Promise.all(logs.map(({ log }) => log.ended));
  if (follow === true) await printWhatComes(components, now, print);
}

async function* named({ names: [name = ""] }: Component, lines: AsyncIterable<LogLine>): AsyncGenerator<ComponentLine> {
  for await (const line of lines) yield { component: name, ...line };
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
        const { streams, ended } = openLog(component.container, ["--follow", "--since", last]);
        // The engine gives what is of this very moment once more.
        const known = last;
        await Promise.all(
          streams.map(async (lines) => {
            for await (const line of named(component, lines)) {
              if (line.time <= known) continue;
              arrivals.add(line, performance.now());
              if (line.time > last) last = line.time;
            }
          }),
        );
        await ended;
      }
    }),
  );
}
