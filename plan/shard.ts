/** One MySQL shard with its connector and topics. Nothing here looks at any other shard. */
import type { PipelineConfig } from "../config/schema.ts";
import { cdcDatabase, mysqlPort } from "./constants.ts";
import { connectorConfig } from "./connector.ts";
import { mysqldArgs, mysqldOverheadMiB } from "./mysql.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import { TopicPlanner } from "./topics.ts";
import type { ShardPlan, TopicPlan } from "./types.ts";

/**
 * Plans one shard.
 * @param bootstrap the brokers' addresses inside the network, for the connector's schema history.
 */
export function planShard(stack: string, shard: ResolvedShard, config: PipelineConfig, bootstrap: string): ShardPlan {
  const alias = `mysql-${shard.port}`;
  const topics = new TopicPlanner(config);
  const ownTables = [`${cdcDatabase}.heartbeat`, `${cdcDatabase}.probe`];
  const databases = [...databasesOf(shard.tables), cdcDatabase];
  return {
    name: shard.name,
    container: `${stack}-${alias}`,
    alias,
    port: { internal: mysqlPort, host: shard.port + config.portOffset },
    volume: `${stack}-${alias}-data`,
    expectedMemoryMiB: shard.bufferPoolMiB + mysqldOverheadMiB,
    memoryLimitMiB: shard.memoryLimitMiB,
    mysqldArgs: mysqldArgs(shard, config),
    databases,
    topicPrefix: shard.topicPrefix,
    connector: {
      name: shard.connector,
      config: connectorConfig({
        shard,
        hostname: alias,
        databases,
        tables: [...shard.tables, ...ownTables],
        config,
        bootstrap,
      }),
    },
    topics: [
      topics.schemaHistory(shard.schemaHistoryTopic),
      ...(config.connectors.schemaChanges ? [topics.schemaChanges(shard.topicPrefix)] : []),
      topics.liveness(`__debezium-heartbeat.${shard.topicPrefix}`),
      ...ownTables.map((table) => topics.liveness(`${shard.topicPrefix}.${table}`)),
      ...(config.connectors.merge === undefined
        ? shard.tables.map((table) => topics.data(`${shard.topicPrefix}.${table}`))
        : []),
    ],
    probeTopic: `${shard.topicPrefix}.${cdcDatabase}.probe`,
  };
}

/** Topics into which all shards' changes are routed, one per table; none when shards are not merged. */
export function mergedTopics(shards: readonly ResolvedShard[], config: PipelineConfig): TopicPlan[] {
  const { merge } = config.connectors;
  if (merge === undefined) return [];
  const tables = [...new Set(shards.flatMap((shard) => shard.tables))].toSorted();
  return tables.map((table) => new TopicPlanner(config).data(`${merge.prefix}.${table}`));
}

function databasesOf(tables: readonly string[]): string[] {
  return [...new Set(tables.map((table) => table.split(".")[0] ?? table))];
}
