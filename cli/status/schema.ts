/** The shape of `cdc status --json`; docs/status.schema.json is made from it. */
import { z } from "zod";
import { conditions } from "../../lib/guard-state.ts";

const nullable = <T extends z.ZodType>(type: T) => type.nullable();

const problem = z.strictObject({
  part: z.string().describe("What it is about: a shard, a container, a topic, or the part that does not answer."),
  message: z.string().describe("What is wrong."),
  hint: nullable(z.string()).describe(
    "What a known cause means and what helps; null where the cause is not a known one.",
  ),
  remedy: z.string().describe("What to do."),
  isUnknown: z
    .boolean()
    .describe("True where something could not be read, and so is neither well nor known to be wrong."),
});

const guardView = z.strictObject({
  condition: z.enum(conditions),
  since: z.string().describe("Since when, ISO 8601."),
  restarts: z.int().describe("Restarts by the guard since the connector was last healthy for long enough."),
  nextRestartAt: nullable(z.string()).describe("When the guard restarts it next, ISO 8601; null when none is due."),
});

/** What a connector is doing. */
export const phases = [
  "starting",
  "snapshot",
  "incremental snapshot",
  "streaming",
  "paused",
  "stopped",
  "failed",
] as const;

const table = z.strictObject({
  table: z.string().describe("DATABASE.TABLE."),
  read: z
    .enum(["read", "never", "to come", "left out", "unknown"])
    .describe(
      "Whether the rows that were there when its capture began were read: never is a problem; to come while the first " +
        "snapshot runs; left out where the configuration says so; unknown where the connector's words are no JSON.",
    ),
  readAt: nullable(z.string()).describe("When that was reported, ISO 8601; null where it was not."),
  why: nullable(z.string()).describe("Which setting leaves it out; null where none does."),
});

const shard = z.strictObject({
  name: z.string(),
  connector: z.string().describe("The connector's name on the worker."),
  declared: z.enum(["running", "paused", "stopped"]).describe("The state that the plan declares."),
  state: nullable(z.string()).describe("The connector's state on the worker; null when it is not there or not known."),
  task: nullable(z.string()).describe("The task's state; null when there is none."),
  phase: nullable(z.enum(phases)).describe("What it is doing; null when that is not known."),
  lagMs: nullable(z.number()).describe("Of the newest heartbeat: from its commit on the shard to its arrival, in ms."),
  heartbeatAgeMs: nullable(z.number()).describe("Time since the newest heartbeat arrived, in ms."),
  delayMs: nullable(z.number()).describe(
    "Age of the newest commit that is known to have come through, by heartbeat or stored place, in ms: what is older is on " +
      "its topic; null when that is not known.",
  ),
  binlogBehindBytes: nullable(z.number()).describe("Bytes of the server's binlog after the connector's stored place."),
  placeLastsMs: nullable(z.number()).describe(
    "How much longer the server keeps the file with the stored place, at the rate at which it wrote since, in ms: so long the " +
      "connector may rest or lag; null when nothing is purged by age, or that is not known.",
  ),
  lastChangeAt: nullable(z.string()).describe(
    "Time of the newest record in the shard's data topics, ISO 8601; null where there is none or shards share topics.",
  ),
  tables: z
    .array(table)
    .describe("The captured tables; empty when it is not known whether they were read, as the broker does not answer."),
  guard: nullable(guardView).describe("What the guard says; null without a guard or when it does not know."),
});

const container = z.strictObject({
  name: z.string(),
  component: z.string().describe("What a person calls it: shard0, kafka, connect, guard."),
  state: z
    .string()
    .describe("running, exited …; missing when it is not on the engine, unknown when that did not answer."),
  health: nullable(z.enum(["healthy", "unhealthy", "starting"])).describe("What its health check says."),
});

const connector = z.strictObject({
  name: z.string(),
  class: z.string(),
  type: z.string().describe("source, sink; unknown while the worker does not have its class."),
  state: z.string(),
  tasks: z.array(z.string()).describe("The states of its tasks."),
  waitsFor: z.array(z.string()).describe("Topics that it writes to and that are not there; nothing creates them."),
});

const topic = z.strictObject({
  name: z.string(),
  kind: z.string(),
  shard: nullable(z.string()),
  records: nullable(z.int()).describe("Offsets that are kept: records, and the marks of transactions among them."),
  remark: nullable(z.string()).describe(
    "missing, undeclared, or how it differs from the plan; null when it is as declared.",
  ),
});

const readSide = z.strictObject({
  sink: z.strictObject({
    connector: z.string().describe("The sink connector's name on the worker."),
    state: nullable(z.string()).describe("Its state on the worker; null when it is not there or not known."),
    tasks: z.array(z.string()).describe("The states of its tasks."),
    lagRecords: nullable(z.int()).describe("Records that it has not written yet; null when that is not known."),
    lagMs: nullable(z.number()).describe(
      "Age of the oldest change that it has not written yet, since its commit on the shard, in ms; of a row read by a " +
        "snapshot since it came to its topic; 0 when there is none, null when that is not known.",
    ),
    isLagExact: z.boolean().describe("False where there are too many to count: lagRecords is then the most it can be."),
  }),
  deadLetters: nullable(z.int()).describe("Reports in the dead letter topic; null when that is not known."),
  engine: nullable(z.string()).describe(
    "The search engine's health: green, yellow, red; null when it does not answer.",
  ),
  indices: z.array(
    z.strictObject({
      alias: z.string(),
      table: z.string(),
      documents: nullable(z.int()).describe("null when there is no such index, or that is not known."),
    }),
  ),
});

const released = z.strictObject({
  volume: z.string().describe("The volume's name on the engine; docker volume rm removes it with its rows."),
  shard: z.string().describe("The shard whose rows are in it; it takes the volume up again when it is planned again."),
  mysqlVersion: nullable(z.string()).describe("The MySQL that made it; null when it does not tell."),
});

/** Everything that `cdc status` tells. */
export const statusSchema = z.strictObject({
  stack: z.string().describe("PROJECT-STACK, as in the containers' names."),
  stackOf: z.string().optional().describe("Whose stack it is, where it is another checkout's; else it is not there."),
  checkedAt: z.string().describe("ISO 8601."),
  healthy: z.boolean().describe("False when there is a problem; the exit code is 0 when true."),
  verdict: z
    .enum(["healthy", "unhealthy", "unknown"])
    .describe(
      "healthy without a problem; unknown where nothing is known to be wrong, but something could not be read.",
    ),
  problems: z.array(problem),
  shards: z.array(shard),
  readSide: nullable(readSide).describe("null where there is none."),
  unmanagedConnectors: z.array(connector).describe("Connectors on the worker that the plan does not know."),
  containers: z.array(container),
  released: z.array(released).describe("Volumes with the rows of shards that are planned no longer."),
  topics: z.array(topic),
});

export type Status = z.infer<typeof statusSchema>;
export type StatusProblem = z.infer<typeof problem>;
export type ShardStatus = z.infer<typeof shard>;
export type ReadSideStatus = z.infer<typeof readSide>;
export type TableStatus = z.infer<typeof table>;
export type UnmanagedConnector = z.infer<typeof connector>;
export type Phase = (typeof phases)[number];
