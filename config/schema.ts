/**
 * The configuration of a pipeline: every field with its limits, default, meaning and the upstream property it becomes.
 * Pulumi.yaml shows the same top-level fields; docs/configuration.md is generated from here (`npm run docs`).
 * What spans several fields is checked by the plan.
 */
import { z } from "zod";
import { connectorsSchema } from "./connectors-schema.ts";
import * as kind from "./fields.ts";
import { field } from "./fields.ts";
import { guardSchema } from "./guard-schema.ts";
import { monitoringSchema } from "./monitoring-schema.ts";
import { readSideSchema } from "./read-side-schema.ts";
import { connectSchema, kafkaSchema, mysqlSchema } from "./servers-schema.ts";
import { rotationSchema } from "./rotation-schema.ts";
import { shardSchema } from "./shard-schema.ts";
import { columns, excludeColumnsDoc, maskColumnsDoc, tables } from "./shared-fields.ts";
import { topicsSchema } from "./topics-schema.ts";

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
    description:
      "Captured tables; data topics are declared for them, and their databases are made on every shard. A pattern stands for the tables that the schema's files make: `*` for any text, `?` for one character, on either side of the dot. A new table that it fits is shown by the next preview, and captured with its topic.",
    allowed: `a list of ${kind.tableOrPatternAllowed}`,
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
  security: field(z.enum(["plain", "tls"]).default("plain"), {
    description:
      "With tls the stack's own brokers, workers and guard take encrypted connections alone, from whoever logs in, and brokers let each account do no more than it needs ([security.md](security.md)); with plain, connections of everybody who reaches them on this machine. For new brokers only.",
    allowed: "plain or tls",
    upstream: "Kafka `listener.security.protocol.map`, `authorizer.class.name`",
  }),
  keepData: field(z.boolean().default(false), {
    description:
      "Whether `make down` and `pulumi destroy` leave the shards' volumes on the engine, for the next `up`; nothing else keeps them then. Topics are made anew, and filled by a new snapshot.",
    allowed: "true or false",
  }),
  allowDelete: field(z.array(kind.deletion).default([]), {
    description:
      "What the next `up` may delete with its data: a topic, the topics of a shard that is taken out, a broker with its copies, what a schema file of this very content drops. A refusal tells the word; take it out again afterwards.",
    allowed: kind.deletionAllowed,
  }),
  rotation: field(rotationSchema.prefault({}), {
    description: "Passwords that the next `up` makes anew, while changes flow ([rotation.md](rotation.md)).",
    allowed: "an object",
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
  monitoring: field(monitoringSchema.prefault({}), {
    description: "Metrics for Prometheus, served by the guard ([monitoring.md](monitoring.md)).",
    allowed: "an object",
  }),
  maxDelaySeconds: field(z.int().min(10).max(86_400).default(60), {
    description:
      "How old a change may be that its topic, or the index, does not have yet, in seconds; beyond it `cdc status` is not healthy.",
    allowed: "a whole number from 10 to 86400, at least three times the connectors' heartbeat interval",
  }),
  readSide: field(readSideSchema.prefault({}), {
    description: "The search engine, the sink that keeps it in step with the shards, and the search page.",
    allowed: "an object",
  }),
});

/** A checked configuration: plain data, no Outputs, no secrets. */
export type PipelineConfig = z.infer<typeof configSchema>;
