/** The guard's process: settings from the environment, log to stdout, ended by SIGTERM or SIGINT at once. */
import { setTimeout } from "node:timers/promises";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { databaseObstacle } from "../../clients/mysql/obstacle.ts";
import { httpEndpoint, kafkaEndpoint } from "../../lib/endpoint.ts";
import { logLine, type LogEntry } from "../../lib/log-line.ts";
import { UserError } from "../../lib/run.ts";
import { newestSnapshotIn } from "./begun.ts";
import { lossOf } from "./history.ts";
import { Guard } from "./loop.ts";
import { readSettings } from "./settings.ts";
import { stateFile, writeState } from "../../lib/guard-state.ts";
import { AnyWorker } from "./worker.ts";

const databaseTimeoutMs = 3000;

function say(entry: LogEntry): void {
  console.log(logLine(entry));
}

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      say({ level: "INFO", text: `guard: ended by ${signal}` });
      process.exit(0);
    });
  }
  const workers = settings.connectUrls.map(httpEndpoint);
  const worker = new AnyWorker(workers);
  const kafka = kafkaEndpoint(settings.bootstrap);
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
    say,
    write: async (state) => await writeState(stateFile, state),
    now: Date.now,
  });
  say({
    level: "INFO",
    text:
      `guard: looks at ${workers.map(({ url }) => url).join(", ")} every ${settings.checkSeconds} s; ` +
      `stalled is who sends no heartbeat for ${settings.stallSeconds} s; ` +
      `restarts after ${settings.restartAfterSeconds.join(", ")} s`,
  });
  await guard.run(new AbortController().signal, setTimeout);
}

try {
  await main();
} catch (error) {
  // A mistake of ours keeps its stack trace; the container's restart policy starts it anew.
  if (!(error instanceof UserError)) throw error;
  console.error(logLine({ level: "ERROR", text: `guard: ${error.message}; what to do: ${error.remedy}` }));
  process.exitCode = 1;
}
