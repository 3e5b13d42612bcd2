/** The Debezium MySQL connector's configuration for one shard. Property names: its documentation for 3.6. */
import type { PipelineConfig } from "../config/schema.ts";
import { jsonConverter, keepNulls } from "./connect.ts";
import { ddlFilter } from "./ddl-filter.ts";
import { cdcDatabase, connectorSecretsFile } from "../lib/constants.ts";
import { brokersAs, type KafkaEndpoint, type MysqlEndpoint } from "../lib/endpoint.ts";
import { quoted } from "../lib/names.ts";
import { propertiesOf } from "./existing-kafka.ts";
import { findRelease } from "./releases.ts";
import { skippedOperations, truncateProperties, withTruncates } from "./removals.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import { producerBuffer, producerProperties } from "./row-size.ts";
import { instantProperties, sessionVariables } from "./session-zone.ts";
import { transformProperties } from "./transforms.ts";
import type { ConnectorPlan, SignalsPlan } from "./types.ts";

export interface ConnectorArgs {
  readonly shard: ResolvedShard;
  /** The shard's server inside the network. */
  readonly server: MysqlEndpoint;
  readonly databases: readonly string[];
  readonly tables: readonly string[];
  readonly signals: SignalsPlan;
  readonly config: PipelineConfig;
  /** The brokers inside the network. */
  readonly kafka: KafkaEndpoint;
  /** Whether the workers have several versions of the plugin, so that the connector has to say which. */
  readonly pinned: boolean;
}

/** Renders the connector configuration that `PUT /connectors/NAME/config` takes, every value as text, and what of it is the plan's. */
export function connectorConfig(args: ConnectorArgs): Pick<ConnectorPlan, "config" | "own"> {
  const { shard, config } = args;
  const own = ownProperties(args);
  const properties = {
    ...defaults,
    ...producerBuffer(config),
    // Sources before this release refuse the word.
    ...(findRelease(shard.debeziumVersion)?.exactlyOnce === true ? { "exactly.once.support": "required" } : {}),
    ...config.connectors.properties,
    ...shard.connectorProperties,
    ...own,
  };
  Object.assign(properties, sessionVariables(properties));
  const transforms = withTruncates((properties as Record<string, string>)["transforms"], config);
  if (transforms !== undefined) Object.assign(properties, { transforms });
  const pins = args.pinned ? pluginVersions(properties, shard.debeziumVersion) : {};
  return { config: { ...properties, ...pins }, own };
}

/**
 * Pins everything of Debezium's in a connector's configuration to one release (KIP-891): left out, the worker takes the
 * newest that it has, and the transforms of one release would meet the events of another.
 */
function pluginVersions(properties: Readonly<Record<string, string>>, version: string): Record<string, string> {
  const owners = Object.entries(properties)
    .filter(([key, value]) => /^(transforms\.[^.]+\.type|(key|value)\.converter)$/.test(key) && isDebezium(value))
    .map(([key]) => key.replace(/\.type$/, ""));
  return Object.fromEntries(["connector", ...owners].map((owner) => [`${owner}.plugin.version`, version]));
}

function isDebezium(className: string): boolean {
  return className.startsWith("io.debezium.");
}

/** Topic on which a shard's connector tells of its snapshots. */
export function notificationTopicOf(shard: ResolvedShard): string {
  return `${shard.topicPrefix}.${cdcDatabase}.notifications`;
}

/** Good for a pipeline that is watched; `connectors.properties` may say otherwise. */
const defaults: Readonly<Record<string, string>> = {
  // A connection that died silently is noticed after seconds, not after Debezium's default minute, and before the guard calls
  // it a stall; not so soon that a server which still looks for the place in its binlogs is left each time (dbz#2266).
  "connect.keep.alive.interval.ms": "10000",
  // An event's schema then tells an unsigned BIGINT from a signed one, which are one INT64, and a BOOLEAN, which is a number
  // after a snapshot and a boolean after an ALTER, from a BIT(1); no value changes by it. MySQL takes ZEROFILL for UNSIGNED.
  "datatype.propagate.source.type": ".+\\.((BIGINT|INT8) .*(UNSIGNED|ZEROFILL).*|SERIAL|BOOL|BOOLEAN)",
  // A DATE or DATETIME of the years 0 to 99 is what the row says, and not one of this or the last century.
  "enable.time.adjuster": "false",
  "heartbeat.interval.ms": "5000",
  // With exactly-once each batch is a transaction: a burst is committed four times less often than with Debezium's sizes.
  "max.batch.size": "8192",
  "max.queue.size": "32768",
  // Whatever the rows' size, a queue does not fill the worker's heap; a row that is larger than this goes through it alone.
  "max.queue.size.in.bytes": "33554432",
  // Debezium's default of 500 ms would be most of an event's latency.
  "poll.interval.ms": "50",
};

/** How often a connector sends a heartbeat, in milliseconds; 0 for never, NaN for a value that is no number. */
export function heartbeatIntervalMs({ config }: Pick<ConnectorPlan, "config">): number {
  return Number(config["heartbeat.interval.ms"]);
}

function ownProperties(args: ConnectorArgs): Record<string, string> {
  const { shard, config } = args;
  return {
    "connector.class": "io.debezium.connector.mysql.MySqlConnector",
    "database.hostname": args.server.host,
    "database.port": String(args.server.port),
    "database.user": shard.account.user,
    // The worker puts the password in; REST, the config topic and the log only ever show this placeholder.
    "database.password": `\${file:${connectorSecretsFile}:${shard.account.passwordKey}}`,
    // Both of its connections, JDBC and binlog, to a server with a certificate of a trusted authority for that host name.
    "database.ssl.mode": shard.account.sslMode,
    ...(shard.account.truststore !== undefined && { "database.ssl.truststore": shard.account.truststore }),
    "database.server.id": String(shard.serverId),
    "database.include.list": literally(args.databases),
    "table.include.list": literally(args.tables),
    "database.connectionTimeZone": config.timeZone,
    ...instantProperties,
    ...("table" in args.signals ? writing(args.signals.table) : readingOnly(args.signals.topic, shard, args.kafka)),
    "notification.enabled.channels": "sink",
    "notification.sink.topic.name": notificationTopicOf(shard),
    ...producerProperties(config),
    // Statements about views, routines, accounts are not read: Debezium stops at words that it does not know.
    "internal.schema.history.internal.ddl.filter": ddlFilter(config.connectors.skipDdl),
    "schema.history.internal.kafka.bootstrap.servers": args.kafka.bootstrap,
    ...propertiesOf(brokersAs(args.kafka, "source"), [
      "schema.history.internal.producer.",
      "schema.history.internal.consumer.",
    ]),
    "schema.history.internal.kafka.topic": shard.schemaHistoryTopic,
    "snapshot.mode": shard.snapshotMode,
    "tasks.max": "1",
    "topic.prefix": shard.topicPrefix,
    ...unlessDefault("include.schema.changes", String(config.connectors.schemaChanges), "true"),
    ...unlessDefault("tombstones.on.delete", String(config.connectors.tombstones), "true"),
    ...unlessDefault("skipped.operations", skippedOperations(config), "t"),
    ...unlessDefault("column.exclude.list", literally(shard.excludeColumns), ""),
    ...unlessDefault("column.mask.with.10.chars", literally(shard.maskColumns), ""),
    ...errorProperties(config),
    ...converterProperties(config),
    ...truncateProperties(shard, config),
    ...transformProperties(shard, config),
  };
}

/** What a connector writes into the pipeline's own database. */
function writing(signalTable: string): Record<string, string> {
  return {
    // Keeps the offset of a quiet shard moving (else its binlog may be purged under it) and proves the way through.
    "heartbeat.action.query":
      `INSERT INTO ${cdcDatabase}.heartbeat (id, beat_at) VALUES (1, NOW(6)) ` +
      "ON DUPLICATE KEY UPDATE beat_at = VALUES(beat_at)",
    // With a row written before and one deleted after each chunk of an incremental snapshot the table stays small.
    "incremental.snapshot.watermarking.strategy": "insert_delete",
    "signal.data.collection": signalTable,
    "signal.enabled.channels": "source",
  };
}

/** Chunks of incremental snapshots have their place by GTIDs, and signals come from a topic. Upstream: "Read-only incremental snapshots". */
function readingOnly(signalTopic: string, { connector }: ResolvedShard, kafka: KafkaEndpoint): Record<string, string> {
  return {
    "read.only": "true",
    "signal.enabled.channels": "kafka",
    "signal.kafka.bootstrap.servers": kafka.bootstrap,
    ...propertiesOf(brokersAs(kafka, "source"), ["signal.consumer."]),
    "signal.kafka.groupId": `${connector}-signals`,
    "signal.kafka.topic": signalTopic,
  };
}

/** Leaves out what is upstream's default anyway, so that a configuration shows what is special about it. */
function unlessDefault(key: string, value: string, byDefault: string): Record<string, string> {
  return value === byDefault ? {} : { [key]: value };
}

function errorProperties(config: PipelineConfig): Record<string, string> {
  const { tolerance, log, maxRetries } = config.connectors.errors;
  return {
    ...unlessDefault("errors.tolerance", tolerance, "none"),
    ...(tolerance === "all" && log ? { "errors.log.enable": "true", "errors.log.include.messages": "false" } : {}),
    ...unlessDefault("errors.max.retries", String(maxRetries), "-1"),
  };
}

function converterProperties(config: PipelineConfig): Record<string, string> {
  const { converter } = config.connectors;
  if (converter === "json") return {};
  const sides = ["key", "value"] as const;
  const { key, value, properties } =
    converter === "json-schemaless"
      ? { key: jsonConverter, value: jsonConverter, properties: { "schemas.enable": "false" } }
      : converter;
  const classes = { key, value };
  const rendered = sides.flatMap((side) => [
    [`${side}.converter`, classes[side]],
    ...Object.entries(properties).map(([name, setting]) => [`${side}.converter.${name}`, setting]),
  ]);
  // The worker's own converter has it from the worker.
  const nulls = value === jsonConverter ? { [keepNulls]: "false" } : {};
  return { ...nulls, ...(Object.fromEntries(rendered) as Record<string, string>) };
}

/** Debezium's lists are regular expressions; names are taken literally here. */
function literally(names: readonly string[]): string {
  return names.map(quoted).join(",");
}
