/** Where a shard's snapshots are asked for and followed. */
import { capturedTables, hiddenColumns, shardKeyOf, unreadByWish } from "../plan/captured.ts";
import type { PipelinePlan, ShardPlan } from "../plan/types.ts";
import { flowTargetOf, type FlowTarget } from "../flow/flow-target.ts";

/** Debezium's own default of `incremental.snapshot.chunk.size`. */
const defaultChunkSize = 1024;

export interface SnapshotTarget extends FlowTarget {
  readonly notificationTopic: string;
  /** Where signals are written: rows of this table … */
  readonly signalTable?: string;
  /** … or records of this topic, whose key is the connector's `topic.prefix`. */
  readonly signalTopic?: { readonly name: string; readonly key: string };
  /** Rows of a whole chunk. */
  readonly chunkSize: number;
}

/** A captured table of the users', as plain data. */
export interface TableTarget {
  /** `DATABASE.TABLE`. */
  readonly table: string;
  /** The topic of its changes; null where transforms of the users' own may send them elsewhere. */
  readonly topic: string | null;
  /** Why its rows of before are not read; null where they are to be read. */
  readonly unreadByWish: string | null;
}

/** A shard with its captured tables. */
export interface TablesTarget extends SnapshotTarget {
  readonly captured: readonly TableTarget[];
  /** By which field of a merged topic's key, and which value of it, the shard's rows are known; null for topics of its own. */
  readonly shardKey: { readonly field: string; readonly value: string } | null;
  /** Columns whose values are others on the topics: regular expressions of `DATABASE.TABLE.COLUMN`. */
  readonly hiddenColumns: readonly string[];
  /** Whether the connector leaves out records that it cannot write (`errors.tolerance`). */
  readonly skipsErrors: boolean;
}

type Reached = Pick<PipelinePlan, "connect" | "kafka">;

export function snapshotTargetOf(plan: Reached, shard: ShardPlan): SnapshotTarget {
  const { notificationTopic, signals, topicPrefix, connector } = shard;
  const chunkSize = Number(connector.config["incremental.snapshot.chunk.size"] ?? defaultChunkSize);
  const signalled =
    "table" in signals ? { signalTable: signals.table } : { signalTopic: { name: signals.topic, key: topicPrefix } };
  return { ...flowTargetOf(plan, shard), notificationTopic, ...signalled, chunkSize };
}

export function tablesTargetOf(plan: Reached, shard: ShardPlan): TablesTarget {
  return {
    ...snapshotTargetOf(plan, shard),
    captured: capturedTables(shard).map(({ table, topic }) => ({
      table,
      topic,
      unreadByWish: unreadByWish(shard, table) ?? null,
    })),
    shardKey: shardKeyOf(shard) ?? null,
    hiddenColumns: hiddenColumns(shard),
    skipsErrors: shard.connector.config["errors.tolerance"] === "all",
  };
}
