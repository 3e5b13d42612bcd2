/** One MySQL shard with its connector and topics. Nothing here looks at any other shard. */
import type { PipelineConfig } from "../config/schema.ts";
import { cdcDatabase, signalTable } from "../lib/constants.ts";
import type { KafkaEndpoint } from "../lib/endpoint.ts";
import { connectorConfig, notificationTopicOf } from "./connector.ts";
import { planServer } from "./mysql.ts";
import { hasOwnSink, truncateTopicOf } from "./indices.ts";
import { ownHeartbeatTopic, topicOf } from "../lib/names.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import { keyNeeds } from "./table-keys.ts";
import { TopicPlanner } from "./topics.ts";
import type { ConnectorPlan, ShardPlan, TopicPlan } from "./types.ts";

/**
 * Plans one shard.
 * @param kafka the brokers inside the network, for the connector's schema history.
 * @param pinned whether the workers have several versions of the plugin, so that the connector has to say which.
 */
export function planShard(
  stack: string,
  shard: ResolvedShard,
  config: PipelineConfig,
  kafka: KafkaEndpoint,
  pinned: boolean,
): ShardPlan {
  const { server, endpoints, account } = shard;
  const topics = new TopicPlanner(config);
  const heartbeat = `${cdcDatabase}.heartbeat`;
  const probe = `${cdcDatabase}.probe`;
  const topic = (table: string) => topicOf(shard.topicPrefix, table);
  const notificationTopic = notificationTopicOf(shard);
  const { isReadOnly } = account;
  const databases = [...databasesOf(shard.tables), ...(isReadOnly ? [] : [cdcDatabase])];
  const signals = isReadOnly ? { topic: topic(signalTable) } : { table: signalTable };
  const beats = ownHeartbeatTopic(shard.topicPrefix);
  return {
    name: shard.name,
    key: shard.key,
    server: server === undefined ? undefined : planServer(stack, shard.key, server, config),
    endpoints,
    account,
    databases,
    topicPrefix: shard.topicPrefix,
    connector: {
      name: shard.connector,
      ...connectorConfig({
        shard,
        server: endpoints.inNetwork,
        databases,
        tables: [...shard.tables, ...(isReadOnly ? [] : [heartbeat, probe])],
        signals,
        config,
        kafka,
        pinned,
      }),
      state: shard.state,
      onDelete: config.connectors.onDelete,
      initialOffset: offsetOf(shard),
      debeziumVersion: shard.debeziumVersion,
    },
    topics: [
      topics.schemaHistory(shard.schemaHistoryTopic),
      ...(config.connectors.schemaChanges ? [topics.schemaChanges(shard.topicPrefix)] : []),
      topics.liveness(beats),
      // Signals are published as every change is; Debezium captures their table whatever the list of tables says.
      ...(isReadOnly ? [signalTable] : [heartbeat, probe, signalTable]).map((table) => topics.liveness(topic(table))),
      topics.notifications(notificationTopic),
      ...(hasOwnSink(config) ? [topics.schemaChanges(truncateTopicOf(shard))] : []),
      ...(config.connectors.merge === undefined ? shard.tables.map((table) => topics.data(topic(table), table)) : []),
    ],
    probeTopic: isReadOnly ? beats : topic(probe),
    heartbeatTopic: isReadOnly ? beats : topic(heartbeat),
    notificationTopic,
    signals,
    keyNeeds: keyNeeds(config, shard),
  };
}

/** In Debezium's own words. A GTID set is one line there; SHOW BINARY LOG STATUS breaks it after each server. */
function offsetOf({ initialOffset }: ResolvedShard): ConnectorPlan["initialOffset"] {
  if (initialOffset === undefined) return undefined;
  const { file, position, gtids } = initialOffset;
  return { file, pos: position, gtids: gtids.replaceAll(/\s/g, "") };
}

/** Topics into which all shards' changes are routed, one per table; none when shards are not merged. */
export function mergedTopics(shards: readonly ResolvedShard[], config: PipelineConfig): TopicPlan[] {
  const { merge } = config.connectors;
  if (merge === undefined) return [];
  const tables = [...new Set(shards.flatMap((shard) => shard.tables))].toSorted();
  return tables.map((table) => new TopicPlanner(config).data(topicOf(merge.prefix, table), table));
}

function databasesOf(tables: readonly string[]): string[] {
  return [...new Set(tables.map((table) => table.split(".")[0] ?? table))];
}
