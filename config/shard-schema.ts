/** A shard's entry. */
import { z } from "zod";
import { existingMysqlSchema } from "./existing-schema.ts";
import * as kind from "./fields.ts";
import { field } from "./fields.ts";
import {
  bufferPoolDoc,
  columns,
  excludeColumnsDoc,
  maskColumnsDoc,
  memoryDoc,
  snapshotMode,
  snapshotModeDoc,
  tables,
} from "./shared-fields.ts";

const initialOffset = z.strictObject({
  file: z.string().regex(/^[\w.-]+\.\d{6,}$/),
  position: z.int().min(4),
  gtids: z.string().regex(/^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:\w+(-\d+)?)+(,\s*|$))+$/i),
});

export const shardSchema = z.strictObject({
  name: field(kind.resourceName, {
    description: "What the shard is called; to rename one that has data, give its first name as formerName.",
    allowed: kind.resourceNameAllowed,
  }),
  formerName: field(kind.resourceName.optional(), {
    description:
      "The shard's first name, after it was renamed; it stays in the entry for good. All that is derived from a name (volume, connector, topic prefix, the shard's name in merged topics, resources) stays as it was under that one.",
    allowed: kind.resourceNameAllowed,
    otherwise: "it was never renamed",
  }),
  port: field(kind.port.optional(), {
    description:
      "For a server that the pipeline makes: its published port on 127.0.0.1 (before portOffset); also the server's `server-id`, and its name in the network: `mysql-PORT:3306`.",
    allowed: kind.portAllowed,
    upstream: "MySQL `server_id`, Debezium `database.hostname`",
    otherwise: "needed, unless `mysql` is there",
  }),
  mysql: field(existingMysqlSchema.optional(), {
    description:
      "In place of `port`: a server that somebody else runs ([existing-mysql.md](existing-mysql.md)). Nothing is made on it, and nothing removed.",
    allowed: "{host: db1.example.com, user: debezium, password: {secure: …}}, port and tls where they differ",
    otherwise: "the pipeline makes a server",
  }),
  serverId: field(kind.serverId.optional(), {
    description:
      "The connector's id as a replication client; differs from every other one and from every server's own.",
    allowed: "a whole number from 1 to 4294967295",
    upstream: "Debezium `database.server.id`",
    otherwise: "port + 1693; for an existing server a number that follows from the shard's name",
  }),
  connector: field(kind.topicPart.optional(), {
    description: "Name of the connector on the worker.",
    allowed: kind.topicPartAllowed,
    upstream: "Kafka Connect `name`",
    otherwise: "`NAME-connector`, after a rename the former NAME",
  }),
  topicPrefix: field(kind.topicPart.optional(), {
    description: "First part of the names of the shard's topics.",
    allowed: kind.topicPartAllowed,
    upstream: "Debezium `topic.prefix`",
    otherwise: "the shard's name, after a rename the former one",
  }),
  schemaHistoryTopic: field(kind.topicPart.optional(), {
    description: "Topic in which the connector keeps the tables' DDL; never shared.",
    allowed: kind.topicPartAllowed,
    upstream: "Debezium `schema.history.internal.kafka.topic`",
    otherwise: "`schemahistory.PREFIX`",
  }),
  tables: field(tables.optional(), {
    description: "Captured tables of this shard.",
    allowed: `a list of ${kind.tableOrPatternAllowed}`,
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

export type ShardConfig = z.infer<typeof shardSchema>;
