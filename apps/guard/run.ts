/** The guard's process: log to stdout, ended by SIGTERM or SIGINT at once. */
import { setTimeout } from "node:timers/promises";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { databaseObstacle } from "../../clients/mysql/obstacle.ts";
import { logLine, type LogEntry } from "../../lib/log-line.ts";
import { UserError } from "../../lib/run.ts";
import { newestSnapshotIn } from "./begun.ts";
import { lossOf } from "./history.ts";
import { brokersOf, workersOf } from "./secrets.ts";
import type { GuardSettings } from "../../plan/types.ts";
import { Guard, type Surroundings } from "./loop.ts";
import { stateFile, writeState } from "../../lib/guard-state.ts";
import { AnyWorker } from "./worker.ts";

const databaseTimeoutMs = 3000;

/** Writes a line of the guard's log. */
export function say(entry: LogEntry): void {
  console.log(logLine(entry));
}

/** Who is told what the guard finds and says. */
export type Listeners = Pick<Surroundings, "say" | "checked">;

/**
 * Looks at the connectors until the process is ended.
 * @param listeners by default the log alone.
 */
export async function runGuard(settings: GuardSettings, listeners: Listeners = { say }): Promise<void> {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      say({ level: "INFO", text: `guard: ended by ${signal}` });
      process.exit(0);
    });
  }
  const workers = workersOf(settings);
  const worker = new AnyWorker(workers);
  const kafka = brokersOf(settings);
  const broker = new TopicAdmin(kafka);
  const guard = new Guard(settings, {
    world: {
      worker: {
        listConnectors: async () => await worker.ask(async (client) => await client.listConnectors()),
        getOffsets: async (name) => await worker.ask(async (client) => await client.getOffsets(name)),
      },
      broker,
      lossOf,
      newestSnapshot: async (topic, from, to) => await newestSnapshotIn(kafka, topic, from, to),
      databaseObstacle: async (server) => await databaseObstacle(server, databaseTimeoutMs),
    },
    worker: {
      stop: async (name) => await worker.ask(async (client) => await client.stop(name)),
      alterOffsets: async (name, offsets) =>
        await worker.ask(async (client) => await client.alterOffsets(name, offsets)),
      restart: async (name) => await worker.ask(async (client) => await client.restart(name)),
      restartFailed: async (name) => await worker.ask(async (client) => await client.restartFailed(name)),
    },
    ...listeners,
    write: async (state) => await writeState(stateFile, state),
    now: Date.now,
  });
  listeners.say({
    level: "INFO",
    text:
      `guard: looks at ${workers.map(({ url }) => url).join(", ")} every ${settings.checkSeconds} s; ` +
      `stalled is who sends no heartbeat for ${settings.stallSeconds} s; ` +
      `restarts after ${settings.restartAfterSeconds.join(", ")} s`,
  });
  await guard.run(new AbortController().signal, setTimeout);
}

/**
 * Does the work of a program, and says on its log what a person has to mend.
 * @throws what is a mistake of ours, with its stack trace; the container's restart policy starts it anew.
 */
export async function asProgram(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(logLine({ level: "ERROR", text: `guard: ${error.message}; what to do: ${error.remedy}` }));
    process.exitCode = 1;
  }
}
