/** The ways in which the connectors are run beside each other: ours, and those that people begin with. */
import { cdcDatabase } from "../../../lib/constants.ts";
import { quoted, topicOf } from "../../../lib/names.ts";
import { listedTables } from "../../../plan/captured.ts";
import { jsonConverter } from "../../../plan/connect.ts";
import type { ConnectPlan, ShardPlan } from "../../../plan/types.ts";

/** How connectors and their worker are set for one case. */
export interface Setting {
  readonly name: string;
  /** Whether the worker writes each batch of a source in a transaction; it is one or the other for all its connectors. */
  readonly exactlyOnce: boolean;
  /** The connector's configuration. */
  readonly config: (shard: ShardPlan) => Record<string, string>;
}

const exactlyOnceKey = "exactly.once.support";

/** What the plan says. */
export const ours: Setting = {
  name: "ours",
  exactlyOnce: true,
  config: (shard) => ({ ...shard.connector.config }),
};

/** The same, with records that may come twice after a crash. */
export const withoutExactlyOnce: Setting = {
  name: "ours without exactly-once",
  exactlyOnce: false,
  config: (shard) => without(shard.connector.config, (key) => key === exactlyOnceKey),
};

/**
 * What the plan says, but that an initial snapshot reads other tables, by so many threads. All their rows go to one topic, as
 * nobody has declared others.
 * @param tables `DATABASE.TABLE`, all of one database. @param topic where the rows go.
 * Upstream: Debezium's `snapshot.max.threads`.
 */
export function readingTables(
  tables: readonly string[],
  topic: (shard: ShardPlan) => string,
  threads: number,
): Setting {
  return {
    name: `${threads} thread${threads === 1 ? "" : "s"}`,
    exactlyOnce: true,
    config(shard) {
      const { config } = shard.connector;
      const own = listedTables(shard).filter((table) => table.startsWith(`${cdcDatabase}.`));
      return {
        ...config,
        "table.include.list": [...tables, ...own].map(quoted).join(","),
        "snapshot.max.threads": String(threads),
        transforms: [config["transforms"] ?? "", "together"].filter((name) => name !== "").join(","),
        "transforms.together.type": "org.apache.kafka.connect.transforms.RegexRouter",
        "transforms.together.regex": tables.map((table) => quoted(topicOf(shard.topicPrefix, table))).join("|"),
        "transforms.together.replacement": topic(shard),
      };
    },
  };
}

/** Events without their schemas, as the configuration's `converter: json-schemaless` has them. */
export const schemaless: Setting = {
  name: "ours, JSON without schemas",
  exactlyOnce: true,
  config: (shard) => ({
    ...shard.connector.config,
    ...converters("false"),
    "decimal.handling.mode": "string",
  }),
};

/** Where events go and which they are stays ours; whatever is about speed or size is as Debezium and Connect have it by themselves. */
export function debeziumDefaults(connect: ConnectPlan): Setting {
  const worker = connect.workers[0]?.properties ?? {};
  return {
    name: "Debezium's defaults",
    exactlyOnce: false,
    config: (shard) => ({
      ...without(shard.connector.config, isTuning),
      ...upstreamDefaults,
      ...converterDefaults,
      ...producerDefaults(worker),
    }),
  };
}

/** Properties by which a connector is made faster or its events smaller. */
function isTuning(key: string): boolean {
  return (
    key === exactlyOnceKey ||
    /^(poll\.interval\.ms|max\.|snapshot\.fetch\.size|snapshot\.max\.threads|min\.row\.count|producer\.override\.)/.test(
      key,
    ) ||
    /^(connect\.keep\.alive|datatype\.propagate|transaction\.boundary|key\.converter|value\.converter)/.test(key)
  );
}

/** Debezium's documentation, "Connector properties". */
const upstreamDefaults = { "poll.interval.ms": "500", "max.batch.size": "2048", "max.queue.size": "8192" };

/** JSON, each event with its schema: what a worker writes when nothing is said. */
const converterDefaults = converters("true");

function converters(withSchemas: "true" | "false"): Record<string, string> {
  const entries = ["key", "value"].flatMap((side) => [
    [`${side}.converter`, jsonConverter],
    [`${side}.converter.schemas.enable`, withSchemas],
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** Kafka's documentation, "Producer configs", of version 4. */
const kafkaProducer: Readonly<Record<string, string>> = {
  "batch.size": "16384",
  "buffer.memory": "33554432",
  "compression.type": "none",
  "linger.ms": "5",
  "max.request.size": "1048576",
};

/** What the worker's own properties say otherwise than Kafka does is said once more the other way. */
function producerDefaults(worker: Readonly<Record<string, string>>): Record<string, string> {
  const changed = Object.entries(kafkaProducer).filter(([key]) => worker[`producer.${key}`] !== undefined);
  return Object.fromEntries(changed.map(([key, value]) => [`producer.override.${key}`, value]));
}

function without(config: Readonly<Record<string, string>>, drop: (key: string) => boolean): Record<string, string> {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !drop(key)));
}
