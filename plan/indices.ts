/** The indices: which table's rows are the documents of which one, and by which names. */
import type { PipelineConfig } from "../config/schema.ts";
import { cdcDatabase } from "../lib/constants.ts";
import { topicOf } from "../lib/names.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import { covers } from "./table-patterns.ts";
import type { IndexedShard, IndexPlan, ShardPlan } from "./types.ts";

/** Whether the sink is the one in apps/sink/, so that what becomes of a row is known here: index, id, fields. */
export function hasOwnSink({ readSide }: PipelineConfig): boolean {
  return readSide.enabled && readSide.sink.class === undefined;
}

/** The topics' shards as they are planned, and what their entries were made to. */
export interface PlannedShards {
  readonly resolved: readonly ResolvedShard[];
  readonly shards: readonly ShardPlan[];
}

/** Whether a captured table's rows become documents of our own sink. */
export function isIndexed(config: PipelineConfig, table: string): boolean {
  return hasOwnSink(config) && !isLeftOut(config, table);
}

function isLeftOut({ readSide }: PipelineConfig, table: string): boolean {
  return readSide.excludeTables.some((entry) => covers(entry, table));
}

/** One for each captured table that is not left out, in the order of the names. */
export function planIndices(config: PipelineConfig, shards: readonly ResolvedShard[]): IndexPlan[] {
  const { merge } = config.connectors;
  const tables = [...new Set(shards.flatMap((shard) => shard.tables))]
    .filter((table) => !isLeftOut(config, table))
    .toSorted();
  return tables.map((table) => {
    const capturing = shards.filter((shard) => shard.tables.includes(table));
    return {
      table,
      alias: aliasOf(table),
      topics:
        merge === undefined
          ? capturing.map(({ topicPrefix }) => topicOf(topicPrefix, table))
          : [topicOf(merge.prefix, table)],
      shards: capturing.map((shard) =>
        indexedShard(table, shard, merge === undefined ? shard.topicPrefix : shard.key, config),
      ),
    };
  });
}

function indexedShard(table: string, shard: ResolvedShard, id: string, config: PipelineConfig): IndexedShard {
  const ofTable = (columns: readonly string[]) =>
    columns.filter((column) => column.startsWith(`${table}.`)).map((column) => column.slice(table.length + 1));
  return {
    name: shard.name,
    id,
    mysql: shard.endpoints.fromHost,
    removalTopics: removalTopicsOf(shard, config),
    excludeColumns: ofTable(shard.excludeColumns),
    maskColumns: ofTable(shard.maskColumns),
  };
}

/** Topic of a shard's TRUNCATE events: they have no key, which a compacted topic refuses. */
export function truncateTopicOf({ topicPrefix }: Pick<ResolvedShard, "topicPrefix">): string {
  return `${topicPrefix}.${cdcDatabase}.truncates`;
}

/** Topics on which the sink learns what was emptied or dropped on a shard. */
export function removalTopicsOf(shard: Pick<ResolvedShard, "topicPrefix">, { connectors }: PipelineConfig): string[] {
  return [truncateTopicOf(shard), ...(connectors.schemaChanges ? [shard.topicPrefix] : [])];
}

/** The topics of probe rows; there are none of a shard that is only read. */
export function probeTopicsOf(shards: readonly ShardPlan[]): string[] {
  return shards.filter(({ account }) => !account.isReadOnly).map(({ probeTopic }) => probeTopic);
}

/** Probes are never merged, so their shard is known by the topic. */
export function planProbeIndex(config: PipelineConfig, { resolved, shards }: PlannedShards): IndexPlan | undefined {
  const written = resolved.filter(({ account }) => !account.isReadOnly);
  if (written.length === 0) return undefined;
  const table = `${cdcDatabase}.probe`;
  return {
    table,
    alias: aliasOf(table),
    topics: probeTopicsOf(shards),
    shards: written.map((shard) => indexedShard(table, shard, shard.topicPrefix, config)),
  };
}

/** A table's index as the sink calls it (TopicTargets.java): the nearest name that the engine allows. */
export function aliasOf(table: string): string {
  return table
    .replace(".", "-")
    .toLowerCase()
    .replaceAll(/[\\/*?"<>|,#: \t\n\v\f\r]/g, "_")
    .replace(/^[-_+.]+/, "");
}

/** In bytes, the number behind it (`-000001`) included. */
const longestIndexName = 255;

/** Whether the engine takes a name for an alias, and for the numbered indices behind it. */
export function isAlias(alias: string): boolean {
  return alias !== "" && Buffer.byteLength(`${alias}-000001`) <= longestIndexName;
}
