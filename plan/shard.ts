/** One MySQL shard with its connector and topics. Nothing here looks at any other shard. */
import type { PipelineConfig, ShardConfig } from "../config/schema.ts";
import { cdcDatabase, mysqlPort } from "./constants.ts";
import { connectorConfig } from "./connector.ts";
import { dataTopic, livenessTopic, schemaChangeTopic, schemaHistoryTopic } from "./topics.ts";
import type { ShardPlan } from "./types.ts";

/** A shard's entry with every derived value filled in. */
export type ResolvedShard = { readonly [K in keyof ShardConfig]-?: NonNullable<ShardConfig[K]> };

/**
 * Fills in what the shard's entry leaves out. All of it comes from the entry's own name and port, which are unique,
 * so removing or reordering other shards changes nothing here.
 */
export function resolveShard(shard: ShardConfig): ResolvedShard {
  const topicPrefix = shard.topicPrefix ?? shard.name;
  return {
    name: shard.name,
    port: shard.port,
    serverId: shard.serverId ?? shard.port + 1693,
    connector: shard.connector ?? `${shard.name}-connector`,
    topicPrefix,
    schemaHistoryTopic: shard.schemaHistoryTopic ?? `schemahistory.${topicPrefix}`,
  };
}

/**
 * Plans one shard.
 * @param stack prefix of the names on the engine.
 * @param shard the shard's resolved entry.
 * @param config the pipeline's configuration, for what all shards share.
 * @param bootstrap the broker's address inside the network, for the connector's schema history.
 */
export function planShard(stack: string, shard: ResolvedShard, config: PipelineConfig, bootstrap: string): ShardPlan {
  const alias = `mysql-${shard.port}`;
  const ownTables = [`${cdcDatabase}.heartbeat`, `${cdcDatabase}.probe`];
  const databases = [...new Set(config.tables.map((table) => table.split(".")[0] ?? table))];
  const capturedDatabases = [...databases, cdcDatabase];
  return {
    name: shard.name,
    container: `${stack}-${alias}`,
    alias,
    port: { internal: mysqlPort, host: shard.port + config.portOffset },
    volume: `${stack}-${alias}-data`,
    mysqldArgs: mysqldArgs(shard.port, config.timeZone),
    databases: capturedDatabases,
    topicPrefix: shard.topicPrefix,
    connector: {
      name: shard.connector,
      config: connectorConfig({
        shard,
        hostname: alias,
        databases: capturedDatabases,
        tables: [...config.tables, ...ownTables],
        timeZone: config.timeZone,
        bootstrap,
      }),
    },
    topics: [
      schemaHistoryTopic(shard.schemaHistoryTopic),
      schemaChangeTopic(shard.topicPrefix),
      livenessTopic(`__debezium-heartbeat.${shard.topicPrefix}`),
      ...ownTables.map((table) => livenessTopic(`${shard.topicPrefix}.${table}`)),
      ...config.tables.map((table) => dataTopic(`${shard.topicPrefix}.${table}`, config.dataPartitions)),
    ],
    probeTopic: `${shard.topicPrefix}.${cdcDatabase}.probe`,
  };
}

/** mysqld's options: what CDC needs stands first, what keeps a development shard small stands last. */
function mysqldArgs(serverId: number, timeZone: string): string[] {
  return [
    `--server-id=${serverId}`,
    "--log-bin=mysql-bin",
    "--binlog-format=ROW",
    "--binlog-row-image=FULL",
    "--gtid-mode=ON",
    "--enforce-gtid-consistency=ON",
    // Ten days, as Debezium's documentation has it: a connector may be away for a long week-end.
    "--binlog-expire-logs-seconds=864000",
    // In step with the connector's connectionTimeZone; otherwise TIMESTAMPs of snapshot rows are off by the difference.
    `--default-time-zone=${timeZone}`,
    "--character-set-server=utf8mb4",
    "--innodb-buffer-pool-size=64M",
    "--performance-schema=OFF",
    "--mysqlx=OFF",
  ];
}
