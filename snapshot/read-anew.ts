/** Tables read anew by their shard's connector, from the signal to the end. */
import type { MysqlLogin } from "../lib/endpoint.ts";
import type { ConnectClient } from "../clients/connect/client.ts";
import { TopicReader, type TopicStream } from "../clients/kafka/topic.ts";
import { UnreachableError, UserError, messageOf } from "../lib/run.ts";
import type { PipelinePlan, ShardPlan } from "../plan/types.ts";
import { followSnapshot, requireRunning, type Readings } from "./follow.ts";
import { notStarted, type Progress } from "../clients/debezium/progress.ts";
import { runningSnapshot } from "./running.ts";
import { SnapshotServer } from "./server.ts";
import { snapshotSignal, stopSignal } from "./signal.ts";
import { snapshotTargetOf, type SnapshotTarget } from "./target.ts";

/** What is needed of a stack that runs. */
export interface Operated {
  readonly worker: ConnectClient;
  readonly plan: Pick<PipelinePlan, "connect" | "kafka">;
  /** The CDC account. */
  readonly cdcLogin: (shard: string) => Promise<MysqlLogin>;
}

export interface ReadingOptions {
  /** Which rows: an SQL condition on the table's columns; default all. */
  readonly where?: string | undefined;
  /** Called after each word of the connector, and while there is none. */
  readonly onProgress: (progress: Progress) => void;
  /** Asked a few times a second: once true, the reading is followed no longer; it goes on. */
  readonly isInterrupted: () => boolean;
}

/** What a reading has come to. */
export interface Reading {
  /** The signal's id. */
  readonly id: string;
  readonly progress: Progress;
}

/**
 * Has the shard's connector read a table again, and follows it to its end.
 * @param table `DATABASE.TABLE`, a captured one.
 * @throws UsageError when table or condition cannot be read along, UserError when the connector does not run, ends
 * meanwhile, or reads a table already, UnreachableError when the server or the notifications cannot be reached.
 */
export async function readAnew(
  { worker, plan, cdcLogin }: Operated,
  shard: ShardPlan,
  table: string,
  { where, onProgress, isInterrupted }: ReadingOptions,
): Promise<Reading> {
  await requireRunning(worker, shard.connector.name);
  requireNone(shard, table, (await runningSnapshot(worker, shard.connector.name)).tables);
  const target = snapshotTargetOf(plan, shard);
  const server = await SnapshotServer.open(target, await cdcLogin(shard.name));
  try {
    if (where !== undefined) await server.checkCondition(table, where);
    const { id, readings } = await readTables(target, worker, server, [table], {
      where,
      onProgress: (now) => onProgress(now.get(table) ?? notStarted),
      isInterrupted,
    });
    return { id, progress: readings.get(table) ?? notStarted };
  } finally {
    await server.close();
  }
}

/**
 * Asks for one snapshot of the tables, and follows it to its end.
 * @throws as readAnew; whether a snapshot runs already is for the caller to see.
 */
export async function readTables(
  target: SnapshotTarget,
  worker: Pick<ConnectClient, "getStatus">,
  server: SnapshotServer,
  tables: readonly string[],
  {
    where,
    onProgress,
    isInterrupted,
    whenSilent,
  }: Omit<ReadingOptions, "onProgress"> & {
    readonly onProgress: (readings: Readings) => void;
    readonly whenSilent?: () => Promise<void>;
  },
): Promise<{ readonly id: string; readonly readings: Readings }> {
  const signal = snapshotSignal(tables, where);
  const scopes = new Map<string, { chunkSize: number; minimumKey: number | undefined }>();
  for (const table of tables)
    scopes.set(table, { chunkSize: target.chunkSize, minimumKey: await server.minimumKey(table) });
  const reader = new TopicReader(target.kafka, target.notificationTopic);
  try {
    const stream = await openAtEnd(reader, target.notificationTopic);
    try {
      await server.signal(signal);
      const silent = whenSilent === undefined ? {} : { whenSilent };
      const followed = { connector: target.connector, id: signal.id, scopes, ...silent };
      return { id: signal.id, readings: await followSnapshot(stream, worker, followed, onProgress, isInterrupted) };
    } finally {
      await stream.close();
    }
  } finally {
    await reader.close();
  }
}

/** Asks the connector to end its reading of a table; it does so between two chunks. */
export async function stopReading(
  { plan, cdcLogin }: Pick<Operated, "plan" | "cdcLogin">,
  shard: ShardPlan,
  table: string,
): Promise<void> {
  const server = await SnapshotServer.open(snapshotTargetOf(plan, shard), await cdcLogin(shard.name));
  try {
    await server.signal(stopSignal(table));
  } finally {
    await server.close();
  }
}

/** @throws UserError when there is one: it would have to be waited for. */
export function requireNone(shard: ShardPlan, table: string, running: readonly string[]): void {
  if (running.length === 0) return;
  throw new UserError(
    `${shard.connector.name} is reading ${running.join(", ")} already`,
    `wait for it (cdc status), or end it: cdc snapshot ${shard.name} ${running[0] ?? table} --stop`,
  );
}

async function openAtEnd(reader: TopicReader, topic: string): Promise<TopicStream> {
  try {
    return await reader.open(await reader.endOffsets());
  } catch (error) {
    throw new UnreachableError(
      `the notifications of the connector cannot be read from ${topic}: ${messageOf(error)}`,
      "see that broker and topic are there (cdc doctor), or ask without following it: cdc snapshot … --no-wait",
      { cause: error },
    );
  }
}
