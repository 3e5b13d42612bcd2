/**
 * The configuration of a pipeline: its fields, their limits and defaults. Pulumi.yaml shows the same
 * fields as the user-facing catalogue (a test holds the two together); what spans several fields is in rules.ts.
 */
import { z } from "zod";

/** Names that are good for a container, a Kafka topic and a Pulumi resource alike. */
const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, {
  error: "use lower-case letters, digits and '-', beginning with a letter or digit",
});

/** Kafka: letters, digits, '.', '_' and '-', at most 249; shorter here, as Debezium appends database and table. */
const topicPart = z.string().regex(/^[A-Za-z0-9._-]{1,100}$/, {
  error: "use letters, digits, '.', '_' and '-' (Kafka topic names), 100 at most",
});

const port = z.int().min(1).max(65535);

/** MySQL: an unsigned 32-bit number other than 0. */
const serverId = z.int().min(1).max(4294967295);

const tableName = z.string().regex(/^[A-Za-z0-9_$]+\.[A-Za-z0-9_$]+$/, {
  error: "write DATABASE.TABLE, for example products.stock",
});

/** True when the runtime's zone database knows the zone and it is a region, not an abbreviation or an offset. */
function isIanaZone(zone: string): boolean {
  if (zone !== "UTC" && !zone.includes("/")) return false;
  try {
    return Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

export const shardSchema = z.strictObject({
  /** What the shard is called in resources, logs and tables. Removing or reordering shards touches no other name. */
  name,
  /** Port on 127.0.0.1 of this MySQL; inside the network it is `mysql-PORT:3306`. */
  port,
  /** Debezium `database.server.id`; must differ from every other shard's and from every server's own id, which is its port. Default: port + 1693. */
  serverId: serverId.optional(),
  /** Name of the connector on the worker. Default: `NAME-connector`. */
  connector: topicPart.optional(),
  /** Debezium `topic.prefix`. Default: the shard's name. */
  topicPrefix: topicPart.optional(),
  /** Debezium `schema.history.internal.kafka.topic`. Default: `schemahistory.PREFIX`. */
  schemaHistoryTopic: topicPart.optional(),
});

export const configSchema = z.strictObject({
  /** The shards; at least one. */
  shards: z.array(shardSchema).min(1, { error: "list at least one shard, for example {name: shard0, port: 3308}" }),
  /** Folder under sql/ that is applied to every shard; empty for none. */
  schema: z.union([name, z.literal("")]),
  /** Captured tables (Debezium `table.include.list`); one data topic per table and shard. */
  tables: z.array(tableName).min(1, { error: "name at least one table as DATABASE.TABLE" }),
  /** IANA zone of the servers (`default-time-zone`) and of the connectors (`database.connectionTimeZone`). */
  timeZone: z.string().refine(isIanaZone, {
    error: (issue) =>
      `${JSON.stringify(issue.input)} is no IANA time zone; write a region such as Asia/Seoul, or UTC ` +
      "(MySQL's JDBC driver refuses abbreviations such as KST)",
  }),
  /** Broker port on 127.0.0.1. */
  kafkaPort: port,
  /** Kafka Connect REST port on 127.0.0.1. */
  connectPort: port,
  /** Added to every published port. */
  portOffset: z.int().min(0).max(60000),
  /** Partitions of each data topic. */
  dataPartitions: z.int().min(1).max(200),
  /** Where container images come from. */
  images: z.enum(["official", "packages"]),
});

export type ShardConfig = z.infer<typeof shardSchema>;
/** A checked configuration: plain data, no Outputs, no secrets. */
export type PipelineConfig = z.infer<typeof configSchema>;
