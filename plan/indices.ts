/** The indices: which table's rows are the documents of which one, and by which names. */
import type { PipelineConfig } from "../config/schema.ts";
import { cdcDatabase } from "./constants.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import type { IndexedShard, IndexPlan, ShardPlan } from "./types.ts";

/** Whether the sink is the one in sink/, so that what becomes of a row is known here: index, id, fields. */
export function hasOwnSink({ readSide }: PipelineConfig): boolean {
  return readSide.enabled && readSide.sink.class === undefined;
}

/** The topics' shards as they are planned, and what their entries were made to. */
export interface PlannedShards {
  readonly resolved: readonly ResolvedShard[];
  readonly shards: readonly ShardPlan[];
}

/** One for each captured table, in the order of the names. */
export function planIndices(config: PipelineConfig, shards: readonly ResolvedShard[]): IndexPlan[] {
  const { merge } = config.connectors;
  const tables = [...new Set(shards.flatMap((shard) => shard.tables))].toSorted();
  return tables.map((table) => {
    const capturing = shards.filter((shard) => shard.tables.includes(table));
    return {
      table,
      alias: aliasOf(table),
      topics:
        merge === undefined
          ? capturing.map(({ topicPrefix }) => `${topicPrefix}.${table}`)
          : [`${merge.prefix}.${table}`],
      shards: capturing.map((shard) =>
        indexedShard(table, shard, merge === undefined ? shard.topicPrefix : shard.name, config),
      ),
    };
  });
}

function indexedShard(table: string, shard: ResolvedShard, id: string, { portOffset }: PipelineConfig): IndexedShard {
  const ofTable = (columns: readonly string[]) =>
    columns.filter((column) => column.startsWith(`${table}.`)).map((column) => column.slice(table.length + 1));
  return {
    name: shard.name,
    id,
    mysqlHostPort: shard.port + portOffset,
    excludeColumns: ofTable(shard.excludeColumns),
    maskColumns: ofTable(shard.maskColumns),
  };
}

/** Probes are never merged, so their shard is told by the topic. */
export function planProbeIndex(config: PipelineConfig, { resolved, shards }: PlannedShards): IndexPlan {
  const table = `${cdcDatabase}.probe`;
  return {
    table,
    alias: aliasOf(table),
    topics: shards.map(({ probeTopic }) => probeTopic),
    shards: resolved.map((shard) => indexedShard(table, shard, shard.topicPrefix, config)),
  };
}

/** A table's index as the sink calls it (TopicTargets.java): lower case, and none of the marks that may not come first. */
export function aliasOf(table: string): string {
  return table
    .replace(".", "-")
    .toLowerCase()
    .replace(/^[-_+.]+/, "");
}
