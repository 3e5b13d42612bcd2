/**
 * The configuration of a pipeline: every field with its limits, default, meaning and the upstream property it becomes.
 * Pulumi.yaml shows the same top-level fields; docs/configuration.md is generated from here (`npm run docs`).
 * What spans several fields is checked by the plan.
 */
import { z } from "zod";
import { debeziumVersion, kafkaVersion, mysqlVersion } from "../plan/versions.ts";
import * as kind from "./fields.ts";
import { field } from "./fields.ts";
import { guardSchema } from "./guard-schema.ts";
import { readSideSchema } from "./read-side-schema.ts";

const tables = z.array(kind.tableName).min(1);
const columns = z.array(kind.columnName);
const snapshotMode = z.enum(["initial", "when_needed", "no_data", "always", "recovery"]);
const initialOffset = z.strictObject({
  file: z.string().regex(/^[\w.-]+\.\d{6,}$/),
  position: z.int().min(4),
  gtids: z.string().regex(/^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:\w+(-\d+)?)+(,\s*|$))+$/i),
});

const excludeColumnsDoc = {
  description: "Columns that are left out of events.",
  allowed: `a list of ${kind.columnAllowed}`,
  upstream: "Debezium `column.exclude.list`",
};
const maskColumnsDoc = {
  description: "Text columns whose values are replaced by ten asterisks in events.",
  allowed: `a list of ${kind.columnAllowed}`,
  upstream: "Debezium `column.mask.with.10.chars`",
};
const snapshotModeDoc = {
  description: "What a connector without stored offsets reads of the tables before it streams.",
  allowed:
    "initial, when_needed (also when the binlog it needs is gone), no_data (changes only), always, " +
    "or recovery (only the schema history is made anew, for a connector that knows its place in the binlog)",
  upstream: "Debezium `snapshot.mode`",
};
const bufferPoolDoc = {
  description: "InnoDB's buffer pool, in MiB.",
  allowed: "a whole number from 8",
  upstream: "MySQL `innodb_buffer_pool_size`",
};
const memoryDoc = {
  description: "Limit of the server container's memory, in MiB.",
  allowed: "a whole number from 256",
  upstream: "Docker `--memory`",
  otherwise: "no limit",
};

export const shardSchema = z.strictObject({
  name: field(kind.resourceName, {
    description: "What the shard is called in resources, logs and tables; renaming it makes another shard of it.",
    allowed: kind.resourceNameAllowed,
  }),
  port: field(kind.port, {
    description:
      "Published port on 127.0.0.1 (before portOffset); also the server's `server-id`, and its name in the network: `mysql-PORT:3306`.",
    allowed: kind.portAllowed,
    upstream: "MySQL `server_id`, Debezium `database.hostname`",
  }),
  serverId: field(kind.serverId.optional(), {
    description:
      "The connector's id as a replication client; differs from every other one and from every server's own.",
    allowed: "a whole number from 1 to 4294967295",
    upstream: "Debezium `database.server.id`",
    otherwise: "port + 1693",
  }),
  connector: field(kind.topicPart.optional(), {
    description: "Name of the connector on the worker.",
    allowed: kind.topicPartAllowed,
    upstream: "Kafka Connect `name`",
    otherwise: "`NAME-connector`",
  }),
  topicPrefix: field(kind.topicPart.optional(), {
    description: "First part of the names of the shard's topics.",
    allowed: kind.topicPartAllowed,
    upstream: "Debezium `topic.prefix`",
    otherwise: "the shard's name",
  }),
  schemaHistoryTopic: field(kind.topicPart.optional(), {
    description: "Topic in which the connector keeps the tables' DDL; never shared.",
    allowed: kind.topicPartAllowed,
    upstream: "Debezium `schema.history.internal.kafka.topic`",
    otherwise: "`schemahistory.PREFIX`",
  }),
  tables: field(tables.optional(), {
    description: "Captured tables of this shard.",
    allowed: `a list of ${kind.tableAllowed}`,
    upstream: "Debezium `table.include.list`",
    otherwise: "the pipeline's tables",
  }),
  excludeColumns: field(columns.optional(), { ...excludeColumnsDoc, otherwise: "the pipeline's" }),
  maskColumns: field(columns.optional(), { ...maskColumnsDoc, otherwise: "the pipeline's" }),
  state: field(z.enum(["running", "paused", "stopped"]).default("running"), {
    description:
      "What the connector is to be. A paused one keeps its task and connection, a stopped one gives them up; both go on where they were.",
    allowed: "running, paused or stopped",
    upstream: "Kafka Connect `initial_state`, `/pause`, `/stop`, `/resume`",
  }),
  snapshotMode: field(snapshotMode.optional(), { ...snapshotModeDoc, otherwise: "the pipeline's" }),
  initialOffset: field(initialOffset.optional(), {
    description:
      "Place in the binlog at which the connector begins when it has no stored offsets; nothing before it is read. All three are needed: MySQL looks for the place by the GTIDs, Debezium insists on the others.",
    allowed:
      "{file: mysql-bin.000003, position: 154, gtids: UUID:1-55} as SHOW BINARY LOG STATUS shows them, with snapshotMode recovery",
    upstream: "Kafka Connect `PATCH /connectors/NAME/offsets`",
    otherwise: "where the snapshot was made",
  }),
  debeziumVersion: field(z.string().min(1).optional(), {
    description: "Version of this shard's Debezium MySQL connector; several versions run side by side on the workers.",
    allowed: "a release listed in docs/compatibility.md; another one than the pipeline's needs Kafka 4.1 or later",
    upstream: "Kafka Connect `connector.plugin.version` (KIP-891)",
    otherwise: "the pipeline's",
  }),
  bufferPoolMiB: field(kind.mebibytes(8).optional(), { ...bufferPoolDoc, otherwise: "the pipeline's" }),
  memoryMiB: field(kind.mebibytes(256).optional(), { ...memoryDoc, otherwise: "the pipeline's" }),
  mysqlOptions: field(kind.properties.prefault({}), {
    description: "Further options of this server, over those of `mysql.options`.",
    allowed: kind.propertiesAllowed,
    upstream: "mysqld's options",
  }),
  connectorProperties: field(kind.properties.prefault({}), {
    description: "Further properties of this connector, over those of `connectors.properties`.",
    allowed: kind.propertiesAllowed,
    upstream: "Debezium MySQL connector properties",
  }),
});

export const mysqlSchema = z.strictObject({
  version: field(
    z
      .string()
      .regex(/^\d+\.\d+(\.\d+)?$/)
      .default(mysqlVersion),
    {
      description: "Version of MySQL: the official image's tag, and what compatibility is judged by.",
      allowed: "a version such as 9.7 or 8.4",
    },
  ),
  image: field(kind.imageReference.optional(), {
    description: "Another image, laid out as the official one is.",
    allowed: kind.imageAllowed,
    otherwise: "`mysql:VERSION`, or the one built from packages",
  }),
  bufferPoolMiB: field(kind.mebibytes(8).default(64), bufferPoolDoc),
  memoryMiB: field(kind.mebibytes(256).optional(), memoryDoc),
  options: field(kind.properties.prefault({}), {
    description: "Further options of every server; those that CDC depends on are the plan's.",
    allowed: kind.propertiesAllowed,
    upstream: "mysqld's options",
  }),
});

export const kafkaSchema = z.strictObject({
  version: field(
    z
      .string()
      .regex(/^\d+\.\d+\.\d+$/)
      .default(kafkaVersion),
    {
      description:
        "Version of Kafka, for brokers and workers: the official image's tag, and what compatibility is judged by.",
      allowed: "a version such as 4.3.1",
    },
  ),
  image: field(kind.imageReference.optional(), {
    description: "Another image, laid out as apache/kafka is.",
    allowed: kind.imageAllowed,
    otherwise: "`apache/kafka:VERSION`, or the one built from packages",
  }),
  brokers: field(z.int().min(1).max(5).default(1), {
    description: "Brokers; the first is the KRaft controller too.",
    allowed: "a whole number from 1 to 5",
  }),
  port: field(kind.port.default(9092), {
    description:
      "Published port of the first broker on 127.0.0.1 (before portOffset); further brokers take the ports after it.",
    allowed: kind.portAllowed,
    upstream: "Kafka `advertised.listeners`",
  }),
  heapMiB: field(kind.mebibytes(128).default(512), {
    description: "Heap of each broker, in MiB.",
    allowed: "a whole number from 128",
    upstream: "`-Xmx`",
  }),
  properties: field(kind.properties.prefault({}), {
    description: "Further broker properties.",
    allowed: kind.propertiesAllowed,
    upstream: "Kafka broker configuration",
  }),
});

export const connectSchema = z.strictObject({
  workers: field(z.int().min(1).max(5).default(1), {
    description: "Workers of the Connect cluster.",
    allowed: "a whole number from 1 to 5",
  }),
  port: field(kind.port.default(8083), {
    description:
      "Published port of the first worker's REST API on 127.0.0.1 (before portOffset); further workers take the ports after it.",
    allowed: kind.portAllowed,
    upstream: "Kafka Connect `listeners`",
  }),
  heapMiB: field(kind.mebibytes(128).default(768), {
    description: "Heap of each worker, in MiB.",
    allowed: "a whole number from 128",
    upstream: "`-Xmx`",
  }),
  properties: field(kind.properties.prefault({}), {
    description: "Further worker properties.",
    allowed: kind.propertiesAllowed,
    upstream: "Kafka Connect worker configuration",
  }),
});

export const topicsSchema = z.strictObject({
  partitions: field(z.int().min(1).max(200).default(1), {
    description: "Partitions of each data topic; the changes of one row stay in one partition, in order.",
    allowed: "a whole number from 1 to 200; Kafka cannot lower it later",
    upstream: "Kafka topic partitions",
  }),
  cleanup: field(z.enum(["compact", "delete", "compact,delete"]).default("compact"), {
    description:
      "What is removed from data topics: all but the last state of each row, what is older than retentionHours, or both.",
    allowed: "compact, delete or compact,delete",
    upstream: "Kafka topic `cleanup.policy`",
  }),
  retentionHours: field(z.int().min(1).max(87_600).optional(), {
    description: "How long changes stay in data topics, in hours.",
    allowed: "a whole number from 1, with a cleanup that deletes",
    upstream: "Kafka topic `retention.ms`",
    otherwise: "the broker's default, 168",
  }),
  replicationFactor: field(z.int().min(1).max(5).optional(), {
    description: "Replicas of every declared topic.",
    allowed: "a whole number from 1, at most the number of brokers",
    upstream: "Kafka topic replication factor",
    otherwise: "as many as there are brokers, at most 3",
  }),
  allowDataLoss: field(z.boolean().default(false), {
    description:
      "Lets changes through that delete what is in topics: fewer partitions, a shorter retention, a table no longer captured.",
    allowed: "true or false",
  }),
});

const converterSchema = z.union([
  z.enum(["json", "json-schemaless"]),
  z.strictObject({ key: z.string().min(1), value: z.string().min(1), properties: kind.properties.prefault({}) }),
]);

export const connectorsSchema = z.strictObject({
  debeziumVersion: field(z.string().min(1).default(debeziumVersion), {
    description: "Version of the Debezium MySQL connector; a shard may have its own.",
    allowed: "a release listed in docs/compatibility.md",
  }),
  snapshotMode: field(snapshotMode.default("initial"), snapshotModeDoc),
  onDelete: field(z.enum(["reset", "keep"]).default("reset"), {
    description:
      "What becomes of a connector's offsets and schema history when it is taken out. Kept offsets let a later connector of the same name go on where this one ended; with a new server there is no such place.",
    allowed: "reset or keep",
    upstream: "Kafka Connect `DELETE /connectors/NAME/offsets`",
  }),
  schemaChanges: field(z.boolean().default(true), {
    description: "Whether DDL is published too, to a topic named by the topic prefix alone.",
    allowed: "true or false",
    upstream: "Debezium `include.schema.changes`",
  }),
  tombstones: field(z.boolean().default(true), {
    description: "Whether a deletion is followed by a tombstone, by which compaction forgets the row.",
    allowed: "true or false; true where topics are compacted",
    upstream: "Debezium `tombstones.on.delete`",
  }),
  skipOperations: field(z.array(z.enum(["d", "t"])).default(["t"]), {
    description: "Kinds of changes that are not published: d for deletions, t for truncations.",
    allowed: "a list of d and t; not c and u, which the pipeline's own probes, heartbeats and signals are",
    upstream: "Debezium `skipped.operations`",
  }),
  converter: field(converterSchema.default("json"), {
    description:
      "How keys and values are written: JSON with or without its schema, or converters of a plugin (Avro with a schema registry) by class and properties.",
    allowed: "json, json-schemaless, or {key: CLASS, value: CLASS, properties: {…}}",
    upstream: "Kafka Connect `key.converter`, `value.converter`",
  }),
  merge: field(
    z
      .strictObject({
        prefix: kind.topicPart,
        shardField: z
          .string()
          .regex(/^[a-z_][a-z0-9_]{0,63}$/i)
          .default("shard"),
      })
      .optional(),
    {
      description:
        "Routes the same table of all shards into one topic, PREFIX.DATABASE.TABLE, with the shard's name as a field of the key.",
      allowed: "{prefix: TOPIC-PREFIX, shardField: NAME}",
      upstream: "Debezium `ByLogicalTableRouter`",
      otherwise: "a topic per table and shard",
    },
  ),
  unwrap: field(
    z
      .strictObject({
        deletes: z.enum(["tombstone", "rewrite", "rewrite-with-tombstone", "drop"]).default("tombstone"),
        addFields: z.array(z.string().min(1)).default([]),
      })
      .optional(),
    {
      description: "Publishes the row after the change instead of Debezium's envelope.",
      allowed: "{deletes: tombstone | rewrite | rewrite-with-tombstone | drop, addFields: [op, source.ts_ms, …]}",
      upstream: "Debezium `ExtractNewRecordState`",
      otherwise: "the envelope with before, after, source and op",
    },
  ),
  errors: field(
    z
      .strictObject({
        tolerance: z.enum(["none", "all"]).default("none"),
        log: z.boolean().default(true),
        maxRetries: z.int().min(-1).max(1000).default(-1),
      })
      .prefault({}),
    {
      description:
        "What happens to a record that cannot be transformed or converted (stop, or skip it), whether it is logged, and how often a failing database is tried again (-1: for ever).",
      allowed: "{tolerance: none | all, log: true | false, maxRetries: -1 or more}",
      upstream: "Kafka Connect `errors.tolerance`, `errors.log.enable`; Debezium `errors.max.retries`",
    },
  ),
  properties: field(kind.properties.prefault({}), {
    description: "Further properties of every connector; those that the plan sets are the plan's.",
    allowed: kind.propertiesAllowed,
    upstream: "Debezium MySQL connector properties",
  }),
});

export const configSchema = z.strictObject({
  shards: field(z.array(shardSchema).min(1).max(64), {
    description:
      "The MySQL shards: a count (shard0, shard1 … on the ports from 3308 on), or a list with an entry each.",
    allowed: "a whole number from 1 to 64, or a list such as [{name: shard0, port: 3308}]",
  }),
  schema: field(z.union([kind.resourceName, z.literal("")]), {
    description:
      "Folder under sql/ whose files are applied to every shard in the order of their names; empty for none.",
    allowed: "the name of a folder under sql/, or an empty text",
  }),
  tables: field(tables, {
    description: "Captured tables; data topics are declared for them, and their databases are made on every shard.",
    allowed: `a list of ${kind.tableAllowed}`,
    upstream: "Debezium `table.include.list`, `database.include.list`",
  }),
  excludeColumns: field(columns.default([]), excludeColumnsDoc),
  maskColumns: field(columns.default([]), maskColumnsDoc),
  timeZone: field(kind.timeZone, {
    description: "Time zone of the servers and, in step with it, of the connectors.",
    allowed: "UTC or an IANA region such as Asia/Seoul (MySQL's driver refuses abbreviations)",
    upstream: "MySQL `default_time_zone`, Debezium `database.connectionTimeZone`",
  }),
  portOffset: field(z.int().min(0).max(60_000).default(0), {
    description:
      "Added to every published port, so that a second stack can live beside the first. Stay below 32768 with all ports: from there on Linux gives them to outgoing connections.",
    allowed: "a whole number from 0 to 60000",
  }),
  images: field(z.enum(["official", "packages"]), {
    description:
      "Where images come from: pulled, or built from packages by `make up`; CDC_IMAGES in the environment wins.",
    allowed: "official or packages",
  }),
  mysql: field(mysqlSchema.prefault({}), { description: "The MySQL servers.", allowed: "an object" }),
  kafka: field(kafkaSchema.prefault({}), { description: "The Kafka brokers.", allowed: "an object" }),
  connect: field(connectSchema.prefault({}), { description: "The Kafka Connect workers.", allowed: "an object" }),
  topics: field(topicsSchema.prefault({}), { description: "The data topics.", allowed: "an object" }),
  connectors: field(connectorsSchema.prefault({}), { description: "The Debezium connectors.", allowed: "an object" }),
  guard: field(guardSchema.prefault({}), {
    description: "The container that restarts connectors which failed or stalled.",
    allowed: "an object",
  }),
  readSide: field(readSideSchema.prefault({}), {
    description: "The search engine, the sink that keeps it in step with the shards, and the search page.",
    allowed: "an object",
  }),
});

export type ShardConfig = z.infer<typeof shardSchema>;
export type ConnectorsConfig = z.infer<typeof connectorsSchema>;
/** A checked configuration: plain data, no Outputs, no secrets. */
export type PipelineConfig = z.infer<typeof configSchema>;
