/** Asking for an ad-hoc snapshot, following it, ending it. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectClient } from "../../connect/client.ts";
import { TopicReader, type TopicStream } from "../../kafka/topic.ts";
import { UserError } from "../../lib/run.ts";
import type { ShardPlan } from "../../plan/types.ts";
import type { GlobalOptions, OperatedStack } from "../context.ts";
import { exitCodes, UnreachableError } from "../exit.ts";
import { print } from "../output.ts";
import { followSnapshot, requireRunning } from "./follow.ts";
import { ProgressLine } from "./line.ts";
import { describeProgress, secondsOf, type Progress } from "./progress.ts";
import { SnapshotServer } from "./server.ts";
import { snapshotSignal, stopSignal } from "./signal.ts";

interface SnapshotTarget {
  readonly worker: ConnectClient;
  readonly server: SnapshotServer;
  readonly shard: ShardPlan;
  /** `DATABASE.TABLE`. */
  readonly table: string;
}

export interface SnapshotOptions {
  readonly wait: boolean;
  readonly where?: string;
  readonly stop?: true;
}

/**
 * Begins a snapshot of the table, or with `stop` ends the running one.
 * @throws UserError when the connector does not run, or reads a table already.
 */
export async function snapshot(
  stack: OperatedStack,
  shard: ShardPlan,
  table: string,
  options: SnapshotOptions,
  globals: GlobalOptions,
): Promise<void> {
  await requireRunning(stack.worker, shard.connector.name);
  const running = await runningSnapshot(stack.worker, shard);
  const server = await SnapshotServer.open(shard, await stack.cdcPassword());
  const target = { worker: stack.worker, server, shard, table };
  try {
    if (options.stop === true) {
      await stopSnapshot(target, running, globals);
      return;
    }
    if (running.length > 0)
      throw new UserError(
        `${shard.connector.name} is reading ${running.join(", ")} already`,
        `wait for it (cdc status), or end it: cdc snapshot ${shard.name} ${running[0] ?? table} --stop`,
      );
    await startSnapshot(target, stack.plan.kafka.hostBootstrap, options, globals);
  } finally {
    await server.close();
  }
}

/** Debezium's own default of `incremental.snapshot.chunk.size`. */
const defaultChunkSize = 1024;
/** A stop is taken up between two chunks. */
const stopLimitMs = 60_000;

/** Tables that the connector is reading, as its offsets tell. */
async function runningSnapshot(worker: ConnectClient, { connector }: ShardPlan): Promise<string[]> {
  const [stored] = (await worker.getOffsets(connector.name)) ?? [];
  const text = stored?.offset?.["incremental_snapshot_collections"];
  if (typeof text !== "string") return [];
  const collections = JSON.parse(text) as { incremental_snapshot_collections_id: string }[];
  return collections.map(({ incremental_snapshot_collections_id: id }) => id);
}

/**
 * Asks for the snapshot and, unless told otherwise, follows it to its end; sets the exit code when not every row was read.
 * @throws UsageError when table or condition cannot be read along, UserError when the connector ends meanwhile.
 */
async function startSnapshot(
  { worker, server, shard, table }: SnapshotTarget,
  bootstrap: string,
  options: { readonly wait: boolean; readonly where?: string },
  globals: GlobalOptions,
): Promise<void> {
  const id = `cdc-${randomUUID()}`;
  const signal = snapshotSignal(id, table, options.where);
  const minimumKey = await server.minimumKey(table);
  if (options.where !== undefined) await server.checkCondition(table, options.where);
  if (!options.wait) {
    await server.signal(signal);
    const text = `${shard.name} ${table}: asked for (${id}); cdc status shows that it runs, --stop ends it`;
    print({ json: { shard: shard.name, table, id, result: null }, text }, globals);
    return;
  }
  const chunkSize = Number(shard.connector.config["incremental.snapshot.chunk.size"] ?? defaultChunkSize);
  const reader = new TopicReader(bootstrap, shard.notificationTopic);
  const line = new ProgressLine(`${shard.name} ${table}: `, globals);
  let isInterrupted = false;
  const interrupt = () => (isInterrupted = true);
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const stream = await openAtEnd(reader, shard.notificationTopic);
    try {
      await server.signal(signal);
      const followed = { connector: shard.connector.name, id, scope: { chunkSize, minimumKey } };
      const show = (progress: Progress) => line.show(describeProgress(progress));
      report(
        shard,
        table,
        id,
        await followSnapshot(stream, worker, followed, show, () => isInterrupted),
        line,
        globals,
      );
    } finally {
      await stream.close();
    }
  } finally {
    line.end();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await reader.close();
  }
}

async function openAtEnd(reader: TopicReader, topic: string): Promise<TopicStream> {
  try {
    return await reader.open(await reader.endOffsets());
  } catch (error) {
    throw new UnreachableError(
      `the notifications of the connector cannot be read from ${topic}: ${error instanceof Error ? error.message : String(error)}`,
      "see that broker and topic are there (cdc doctor), or ask without following it: --no-wait",
      { cause: error },
    );
  }
}

/** What a person should make of the connector's last word on a table. */
const endings: Readonly<Record<string, { readonly ok: boolean; readonly text: string }>> = {
  SUCCEEDED: { ok: true, text: "all were read" },
  EMPTY: { ok: true, text: "there was no row to read" },
  SQL_EXCEPTION: { ok: false, text: "the server refused a query; the worker's log has it (cdc logs connect)" },
  NO_PRIMARY_KEY: { ok: false, text: "the table has no primary key to read along" },
  UNKNOWN_SCHEMA: { ok: false, text: "the connector does not know the table; is it captured, and does it exist?" },
};

function report(
  shard: ShardPlan,
  table: string,
  id: string,
  progress: Progress,
  line: ProgressLine,
  globals: GlobalOptions,
): void {
  line.end();
  const result = progress.result ?? (progress.isOver ? "STOPPED" : "RUNNING");
  const ending = endings[result] ?? {
    ok: result === "RUNNING",
    text:
      result === "RUNNING"
        ? "it goes on without you; --stop ends it"
        : "it was ended before its end; rows that were read stay",
  };
  const seconds = secondsOf(progress);
  print(
    {
      json: { shard: shard.name, table, id, result, rows: progress.rows, seconds, part: progress.part ?? null },
      text: `${shard.name} ${table}: ${describeProgress(progress)}: ${ending.text}`,
    },
    globals,
  );
  if (!ending.ok) process.exitCode = exitCodes.unhealthy;
}

/**
 * Ends the snapshot of a table and waits until it has ended.
 * @param running tables that are being read.
 * @throws UserError when this one is not among them.
 */
async function stopSnapshot(
  { worker, server, shard, table }: SnapshotTarget,
  running: readonly string[],
  globals: GlobalOptions,
): Promise<void> {
  if (!running.includes(table))
    throw new UserError(
      `${shard.connector.name} is not reading ${table}: no snapshot of it runs`,
      running.length === 0 ? "nothing is to be done" : `what runs is a snapshot of ${running.join(", ")}`,
    );
  await server.signal(stopSignal(`cdc-${randomUUID()}`, table));
  const deadline = performance.now() + stopLimitMs;
  while ((await runningSnapshot(worker, shard)).includes(table)) {
    if (performance.now() > deadline)
      throw new UserError(
        `${shard.connector.name} still reads ${table} after ${stopLimitMs / 1000} s`,
        "the stop is taken up between two chunks: cdc status shows whether the connector moves",
      );
    await sleep(500);
  }
  const text = `${shard.name} ${table}: the snapshot was ended; rows that were read stay on the topic`;
  print({ json: { shard: shard.name, table, result: "STOPPED" }, text }, globals);
}
