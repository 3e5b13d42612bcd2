/** A shard's entry made complete: what it leaves out is derived from it or taken from what all shards share. */
import type { PipelineConfig, ShardConfig } from "../config/schema.ts";
import type { DesiredState } from "./types.ts";

/** A shard's entry with every derived and every shared value filled in. */
export interface ResolvedShard {
  readonly name: string;
  readonly port: number;
  readonly serverId: number;
  readonly connector: string;
  readonly topicPrefix: string;
  readonly schemaHistoryTopic: string;
  readonly tables: readonly string[];
  readonly excludeColumns: readonly string[];
  readonly maskColumns: readonly string[];
  readonly snapshotMode: string;
  readonly state: DesiredState;
  readonly initialOffset: ShardConfig["initialOffset"];
  readonly debeziumVersion: string;
  readonly bufferPoolMiB: number;
  readonly memoryLimitMiB: number | undefined;
  readonly mysqlOptions: Readonly<Record<string, string>>;
  readonly connectorProperties: Readonly<Record<string, string>>;
}

/**
 * Fills in what the shard's entry leaves out: from its own name and port, which are unique, or from what all shards share.
 * So removing or reordering other shards changes nothing here.
 */
export function resolveShard(shard: ShardConfig, config: PipelineConfig): ResolvedShard {
  const topicPrefix = shard.topicPrefix ?? shard.name;
  return {
    name: shard.name,
    port: shard.port,
    serverId: shard.serverId ?? shard.port + 1693,
    connector: shard.connector ?? `${shard.name}-connector`,
    topicPrefix,
    schemaHistoryTopic: shard.schemaHistoryTopic ?? `schemahistory.${topicPrefix}`,
    tables: shard.tables ?? config.tables,
    excludeColumns: shard.excludeColumns ?? config.excludeColumns,
    maskColumns: shard.maskColumns ?? config.maskColumns,
    snapshotMode: shard.snapshotMode ?? config.connectors.snapshotMode,
    state: shard.state,
    initialOffset: shard.initialOffset,
    debeziumVersion: shard.debeziumVersion ?? config.connectors.debeziumVersion,
    bufferPoolMiB: shard.bufferPoolMiB ?? config.mysql.bufferPoolMiB,
    memoryLimitMiB: shard.memoryMiB ?? config.mysql.memoryMiB,
    mysqlOptions: shard.mysqlOptions,
    connectorProperties: shard.connectorProperties,
  };
}
