/** A shard's entry made complete: what it leaves out is derived from it or taken from what all shards share. */
import type { PipelineConfig } from "../config/schema.ts";
import type { ShardConfig } from "../config/shard-schema.ts";
import { mysqlPort } from "../lib/constants.ts";
import type { Endpoints, MysqlEndpoint } from "../lib/endpoint.ts";
import { mysqlEndpoints, publishedPort, type PublishedPort } from "./endpoints.ts";
import { tablesOf } from "./table-patterns.ts";
import type { DesiredState } from "./types.ts";

/** A shard's entry with every derived and every shared value filled in. */
export interface ResolvedShard {
  readonly name: string;
  /** The name under which its resources and data were made: all that is derived from a name is derived from this one. */
  readonly key: string;
  /** As its entry has it, before `portOffset`. */
  readonly port: number;
  /** Its server's name in the network, which does not change with `portOffset`. */
  readonly alias: string;
  /** Its server's port, `portOffset` added. */
  readonly published: PublishedPort;
  /** Where its server is reached. */
  readonly endpoints: Endpoints<MysqlEndpoint>;
  readonly serverId: number;
  readonly connector: string;
  readonly topicPrefix: string;
  readonly schemaHistoryTopic: string;
  /** Names, in place of patterns too. */
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
 * Fills in what the shard's entry leaves out: from its own name (the former one, where it was renamed) and port, which are unique, or from what all shards share.
 * So removing or reordering other shards changes nothing here.
 * @param declaredTables tables that the schema's files make, for which patterns stand; undefined where there are none.
 */
export function resolveShard(
  shard: ShardConfig,
  config: PipelineConfig,
  declaredTables: readonly string[] | undefined,
): ResolvedShard {
  const key = shard.formerName ?? shard.name;
  const topicPrefix = shard.topicPrefix ?? key;
  const alias = `mysql-${shard.port}`;
  const published = publishedPort(mysqlPort, shard.port + config.portOffset);
  return {
    name: shard.name,
    key,
    port: shard.port,
    alias,
    published,
    endpoints: mysqlEndpoints(alias, published),
    serverId: shard.serverId ?? shard.port + 1693,
    connector: shard.connector ?? `${key}-connector`,
    topicPrefix,
    schemaHistoryTopic: shard.schemaHistoryTopic ?? `schemahistory.${topicPrefix}`,
    tables: tablesOf(shard.tables ?? config.tables, declaredTables),
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
