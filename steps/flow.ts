/** The flow check of one shard: a row written there has to arrive on its topic; when it does not, where it got stuck. */
import { randomUUID } from "node:crypto";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { ConnectClient } from "../connect/client.ts";
import { firstLines } from "../connect/connector.ts";
import { TopicReader, type TopicRecord } from "../kafka/topic.ts";
import { cdcDatabase, cdcUser } from "../plan/constants.ts";

/** Which shard is checked, and where its parts are reached from this machine. */
export interface FlowTarget {
  readonly shard: string;
  readonly mysqlHostPort: number;
  readonly connector: string;
  readonly connectUrl: string;
  readonly bootstrap: string;
  readonly probeTopic: string;
}

/** The way of a change, in its order. */
export type Stage = "database" | "binlog" | "connector" | "task" | "topic";

/** A change did not get through; says how far it came. */
export class FlowError extends Error {
  readonly stage: Stage;
  constructor(shard: string, stage: Stage, message: string, options?: ErrorOptions) {
    super(`${shard}: no change flows; stuck at ${stage}: ${message}`, options);
    this.name = "FlowError";
    this.stage = stage;
  }
}

export interface FlowResult {
  /** From before the commit on the shard until the event was consumed from its topic. */
  readonly latencyMs: number;
}

/**
 * Writes a probe row to the shard (the pipeline's own table) and waits for its event.
 * @param password of the CDC account.
 * @param timeoutMs how long the way of the change may take, a first snapshot included.
 * @throws FlowError naming the stage at which the change got stuck.
 */
export async function checkFlow(target: FlowTarget, password: string, timeoutMs: number): Promise<FlowResult> {
  const deadline = performance.now() + timeoutMs;
  const reader = new TopicReader(target.bootstrap, target.probeTopic);
  const database = await connect(target, password);
  try {
    await requireBinlog(target, database);
    const from = await endOffsets(target, reader);
    const events = await reader.open(from);
    try {
      for (;;) {
        const token = randomUUID();
        const started = performance.now();
        await writeProbe(target, database, token);
        const event = await events.find(({ value }) => value?.includes(token) === true, deadline - started);
        if (event === undefined) throw await diagnose(target, reader, from);
        // A row that the snapshot picked up (op r) says nothing about the binlog: another one has to come as a change.
        if (operationOf(event) !== "r") return { latencyMs: Math.round(performance.now() - started) };
      }
    } finally {
      await events.close();
    }
  } finally {
    await Promise.allSettled([reader.close(), database.end()]);
  }
}

/** `op` of a Debezium event in JSON, with or without schemas; undefined where another converter wrote it. */
function operationOf(event: TopicRecord): string | undefined {
  try {
    const value = JSON.parse(event.value ?? "null") as { op?: string; payload?: { op?: string } } | null;
    return value?.payload?.op ?? value?.op;
  } catch {
    return undefined;
  }
}

async function endOffsets(target: FlowTarget, reader: TopicReader): Promise<bigint[]> {
  try {
    return await reader.endOffsets();
  } catch (error) {
    throw new FlowError(target.shard, "topic", `cannot read ${target.probeTopic}: ${text(error)}`, { cause: error });
  }
}

async function connect(target: FlowTarget, password: string): Promise<Connection> {
  try {
    return await createConnection({
      host: "127.0.0.1",
      port: target.mysqlHostPort,
      user: cdcUser,
      password,
      database: cdcDatabase,
      connectTimeout: 10_000,
    });
  } catch (error) {
    throw new FlowError(
      target.shard,
      "database",
      `${cdcUser} cannot log in at 127.0.0.1:${target.mysqlHostPort}: ${text(error)}`,
      { cause: error },
    );
  }
}

async function writeProbe(target: FlowTarget, database: Connection, token: string): Promise<void> {
  try {
    await database.execute(
      "INSERT INTO probe (id, token, written_at) VALUES (1, ?, NOW(6)) " +
        "ON DUPLICATE KEY UPDATE token = VALUES(token), written_at = VALUES(written_at)",
      [token],
    );
  } catch (error) {
    throw new FlowError(target.shard, "database", `the probe row could not be written: ${text(error)}`, {
      cause: error,
    });
  }
}

async function requireBinlog(target: FlowTarget, database: Connection): Promise<void> {
  const [rows] = await database.query<RowDataPacket[]>(
    "SELECT @@log_bin AS log_bin, @@binlog_format AS binlog_format, @@binlog_row_image AS binlog_row_image",
  );
  const found = rows[0] as { log_bin: number; binlog_format: string; binlog_row_image: string };
  if (found.log_bin === 1 && found.binlog_format === "ROW" && found.binlog_row_image === "FULL") return;
  throw new FlowError(
    target.shard,
    "binlog",
    `log_bin=${found.log_bin}, binlog_format=${found.binlog_format}, binlog_row_image=${found.binlog_row_image}; ` +
      "CDC needs log_bin=1, ROW and FULL",
  );
}

/** The probe was committed and did not arrive: looks at what lies between, from the connector on. */
async function diagnose(target: FlowTarget, reader: TopicReader, from: readonly bigint[]): Promise<FlowError> {
  const failure = (stage: Stage, message: string) => new FlowError(target.shard, stage, message);
  const status = await new ConnectClient({ url: target.connectUrl }).getStatus(target.connector).catch(text);
  if (typeof status === "string") return failure("connector", status);
  if (status === undefined) return failure("connector", `${target.connector} is not on the worker`);
  const { connector, tasks } = status;
  if (connector.state !== "RUNNING") return failure("connector", `${target.connector} is ${withTrace(connector)}`);
  const task = tasks.find(({ state }) => state !== "RUNNING");
  if (tasks.length === 0) return failure("task", `${target.connector} has no task`);
  if (task !== undefined) return failure("task", `task ${task.id} of ${target.connector} is ${withTrace(task)}`);
  const end = await reader.endOffsets().catch(() => from);
  if (end.every((offset, partition) => offset === from[partition])) {
    return failure(
      "task",
      `${target.connector} says RUNNING, but nothing new came to ${target.probeTopic}; ` +
        "the worker's log tells what the task waits for (a long snapshot, or retries against the database)",
    );
  }
  return failure("topic", `events come to ${target.probeTopic}, but not that of the probe; is another writer at work?`);
}

function withTrace(status: { readonly state: string; readonly trace?: string }): string {
  return status.state === "FAILED" ? `FAILED\n${firstLines(status.trace)}` : status.state;
}

function text(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
