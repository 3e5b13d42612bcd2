/** One table read anew by its shard's connector, from the signal to the end. */
import { randomUUID } from "node:crypto";
import type { ConnectClient } from "../../connect/client.ts";
import { TopicReader, type TopicStream } from "../../kafka/topic.ts";
import { UserError } from "../../lib/run.ts";
import type { ShardPlan } from "../../plan/types.ts";
import type { OperatedStack } from "../context.ts";
import { UnreachableError } from "../exit.ts";
import { followSnapshot, requireRunning } from "./follow.ts";
import type { Progress } from "./progress.ts";
import { SnapshotServer } from "./server.ts";
import { snapshotSignal, stopSignal } from "./signal.ts";

/** Debezium's own default of `incremental.snapshot.chunk.size`. */
const defaultChunkSize = 1024;

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
  stack: Pick<OperatedStack, "worker" | "plan" | "cdcPassword">,
  shard: ShardPlan,
  table: string,
  { where, onProgress, isInterrupted }: ReadingOptions,
): Promise<Reading> {
  await requireRunning(stack.worker, shard.connector.name);
  requireNone(shard, table, await runningSnapshot(stack.worker, shard));
  const server = await SnapshotServer.open(shard, await stack.cdcPassword());
  const reader = new TopicReader(stack.plan.kafka.hostBootstrap, shard.notificationTopic);
  try {
    const id = `cdc-${randomUUID()}`;
    const signal = snapshotSignal(id, table, where);
    const minimumKey = await server.minimumKey(table);
    if (where !== undefined) await server.checkCondition(table, where);
    const stream = await openAtEnd(reader, shard.notificationTopic);
    try {
      await server.signal(signal);
      const followed = { connector: shard.connector.name, id, scope: { chunkSize: chunkSizeOf(shard), minimumKey } };
      return { id, progress: await followSnapshot(stream, stack.worker, followed, onProgress, isInterrupted) };
    } finally {
      await stream.close();
    }
  } finally {
    await Promise.allSettled([reader.close(), server.close()]);
  }
}

/** Asks the connector to end its reading of a table; it does so between two chunks. */
export async function stopReading(
  stack: Pick<OperatedStack, "cdcPassword">,
  shard: ShardPlan,
  table: string,
): Promise<void> {
  const server = await SnapshotServer.open(shard, await stack.cdcPassword());
  try {
    await server.signal(stopSignal(`cdc-${randomUUID()}`, table));
  } finally {
    await server.close();
  }
}

/** Tables that the connector is reading, as its offsets tell. */
export async function runningSnapshot(
  worker: Pick<ConnectClient, "getOffsets">,
  { connector }: ShardPlan,
): Promise<string[]> {
  const [stored] = (await worker.getOffsets(connector.name)) ?? [];
  const text = stored?.offset?.["incremental_snapshot_collections"];
  if (typeof text !== "string") return [];
  const collections = JSON.parse(text) as { incremental_snapshot_collections_id: string }[];
  return collections.map(({ incremental_snapshot_collections_id: id }) => id);
}

/** @throws UserError when there is one: it would have to be waited for. */
export function requireNone(shard: ShardPlan, table: string, running: readonly string[]): void {
  if (running.length === 0) return;
  throw new UserError(
    `${shard.connector.name} is reading ${running.join(", ")} already`,
    `wait for it (cdc status), or end it: cdc snapshot ${shard.name} ${running[0] ?? table} --stop`,
  );
}

function chunkSizeOf({ connector }: ShardPlan): number {
  return Number(connector.config["incremental.snapshot.chunk.size"] ?? defaultChunkSize);
}

async function openAtEnd(reader: TopicReader, topic: string): Promise<TopicStream> {
  try {
    return await reader.open(await reader.endOffsets());
  } catch (error) {
    throw new UnreachableError(
      `the notifications of the connector cannot be read from ${topic}: ${error instanceof Error ? error.message : String(error)}`,
      "see that broker and topic are there (cdc doctor), or ask without following it: cdc snapshot … --no-wait",
      { cause: error },
    );
  }
}
