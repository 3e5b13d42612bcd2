/** The shape of `cdc status --json`; docs/status.schema.json is made from it. */
import { z } from "zod";

const nullable = <T extends z.ZodType>(type: T) => type.nullable();

const problem = z.strictObject({
  part: z.string().describe("What it is about: a shard, a container, a topic, or the part that does not answer."),
  message: z.string().describe("What is wrong."),
  hint: nullable(z.string()).describe(
    "What a known cause means and what helps; null where the cause is not a known one.",
  ),
  remedy: z.string().describe("What to do."),
});

const guardView = z.strictObject({
  condition: z.enum(["healthy", "failed", "stalled", "waiting", "snapshotting", "paused", "stopped", "gave-up"]),
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

const shard = z.strictObject({
  name: z.string(),
  connector: z.string().describe("The connector's name on the worker."),
  declared: z.enum(["running", "paused", "stopped"]).describe("The state that the plan declares."),
  state: nullable(z.string()).describe("The connector's state on the worker; null when it is not there or not known."),
  task: nullable(z.string()).describe("The task's state; null when there is none."),
  phase: nullable(z.enum(phases)).describe("What it is doing; null when that is not known."),
  lagMs: nullable(z.number()).describe("Of the newest heartbeat: from its commit on the shard to its arrival, in ms."),
  heartbeatAgeMs: nullable(z.number()).describe("Time since the newest heartbeat arrived, in ms."),
  binlogBehindBytes: nullable(z.number()).describe("Bytes of the server's binlog after the connector's stored place."),
  lastChangeAt: nullable(z.string()).describe(
    "Time of the newest record in the shard's data topics, ISO 8601; null where there is none or shards share topics.",
  ),
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

/** Everything that `cdc status` tells. */
export const statusSchema = z.strictObject({
  stack: z.string().describe("PROJECT-STACK, as in the containers' names."),
  checkedAt: z.string().describe("ISO 8601."),
  healthy: z.boolean().describe("False when there is a problem; the exit code is 0 when true."),
  problems: z.array(problem),
  shards: z.array(shard),
  readSide: nullable(readSide).describe("null where there is none."),
  containers: z.array(container),
  topics: z.array(topic),
});

export type Status = z.infer<typeof statusSchema>;
export type StatusProblem = z.infer<typeof problem>;
export type ShardStatus = z.infer<typeof shard>;
export type ReadSideStatus = z.infer<typeof readSide>;
export type Phase = (typeof phases)[number];
