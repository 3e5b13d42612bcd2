/** The Debezium MySQL connector's configuration for one shard. */
import { cdcDatabase, cdcPasswordKey, cdcUser, connectorSecretsFile, mysqlPort } from "./constants.ts";
import type { ResolvedShard } from "./shard.ts";

export interface ConnectorArgs {
  readonly shard: ResolvedShard;
  /** The shard's name inside the network. */
  readonly hostname: string;
  readonly databases: readonly string[];
  readonly tables: readonly string[];
  readonly timeZone: string;
  /** The broker's address inside the network. */
  readonly bootstrap: string;
}

/**
 * Renders the connector configuration that `PUT /connectors/NAME/config` takes, every value as text.
 * Property names: Debezium 3.6, "MySQL connector configuration properties".
 */
export function connectorConfig(args: ConnectorArgs): Record<string, string> {
  const { shard } = args;
  return {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "database.hostname": args.hostname,
    "database.port": String(mysqlPort),
    "database.user": cdcUser,
    // The worker puts the password in; REST, the config topic and the log only ever show this placeholder.
    "database.password": `\${file:${connectorSecretsFile}:${cdcPasswordKey}}`,
    "database.server.id": String(shard.serverId),
    "database.include.list": includeList(args.databases),
    "table.include.list": includeList(args.tables),
    "database.connectionTimeZone": args.timeZone,
    // A connection that died silently is noticed after seconds, not after Debezium's default minute.
    "connect.keep.alive.interval.ms": "3000",
    "exactly.once.support": "required",
    // Keeps the offset of a quiet shard moving (else its binlog may be purged under it) and proves the way through.
    "heartbeat.interval.ms": "5000",
    "heartbeat.action.query":
      `INSERT INTO ${cdcDatabase}.heartbeat (id, beat_at) VALUES (1, NOW(6)) ` +
      "ON DUPLICATE KEY UPDATE beat_at = VALUES(beat_at)",
    // Debezium's default of 500 ms would be most of an event's latency.
    "poll.interval.ms": "50",
    "schema.history.internal.kafka.bootstrap.servers": args.bootstrap,
    "schema.history.internal.kafka.topic": shard.schemaHistoryTopic,
    "snapshot.mode": "initial",
    "tasks.max": "1",
    "topic.prefix": shard.topicPrefix,
  };
}

/** Debezium's include lists are regular expressions; names are taken literally here. */
function includeList(names: readonly string[]): string {
  return names.map((name) => name.replaceAll(/[$.]/g, String.raw`\$&`)).join(",");
}
