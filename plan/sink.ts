/** The sink connector's configuration. Property names: Kafka Connect's, and apps/sink/README.md. */
import type { PipelineConfig } from "../config/schema.ts";
import { converterSettings } from "./connect.ts";
import { connectorSecretsFile, engineAuthorityFile, enginePasswordKey, sinkPluginFolder } from "../lib/constants.ts";
import { brokersAs, type HttpEndpoint, type KafkaEndpoint } from "../lib/endpoint.ts";
import { clientProperties } from "./existing-kafka.ts";
import { probeTopicsOf } from "./indices.ts";
import { inTopic } from "../lib/names.ts";
import { producerBuffer, producerProperties } from "./row-size.ts";
import { replicationFactor } from "./topics.ts";
import type { IndexedShard, IndexPlan, ShardPlan, SinkPlan } from "./types.ts";

export const sinkName = "read-side-sink";
export const deadLetterTopic = "dlq.read-side";
export const retryTopic = `${deadLetterTopic}.retry`;

/** Class of the sink in apps/sink/. */
const ownSink = "cdc.sink.OpenSearchSinkConnector";

/** What the sink reads, and where to it writes. */
export interface SinkEnds {
  readonly shards: readonly ShardPlan[];
  /** One for each captured table that is not left out. */
  readonly indices: readonly IndexPlan[];
  /** The engine's REST API inside the network. */
  readonly engine: HttpEndpoint;
  /** The brokers inside the network. */
  readonly brokers: KafkaEndpoint;
}

/** Plans the sink. What is written with a converter is read with the same. */
export function planSink(stack: string, config: PipelineConfig, ends: SinkEnds): SinkPlan {
  const { sink } = config.readSide;
  const own = ownProperties(config, ends);
  // Converters are the same for all shards, or refused.
  const [first] = ends.shards;
  return {
    name: sinkName,
    config: {
      // A topic or a partition that is new is read after seconds, not after Kafka's default five minutes.
      "consumer.override.metadata.max.age.ms": "5000",
      ...producerBuffer(config),
      ...converterSettings(first?.connector.config ?? {}),
      ...sink.properties,
      ...own,
    },
    own,
    plugin: { volume: `${stack}-sink`, path: sinkPluginFolder, archive: archiveOf(sink.plugin) },
  };
}

function archiveOf(plugin: PipelineConfig["readSide"]["sink"]["plugin"]): SinkPlan["plugin"]["archive"] {
  return plugin === undefined ? undefined : { file: plugin.archive, sha256: plugin.sha256 };
}

function ownProperties(config: PipelineConfig, { shards, indices, engine, brokers }: SinkEnds): Record<string, string> {
  const { tasks, sink } = config.readSide;
  const data = indices.flatMap(({ topics }) => topics);
  const removals = new Map(indices.flatMap((index) => index.shards.flatMap(removalsOf)));
  return {
    "connector.class": sink.class ?? ownSink,
    // All that is there, and of transactions only what was committed.
    "consumer.override.auto.offset.reset": "earliest",
    "consumer.override.isolation.level": "read_committed",
    ...sinkLogin(brokers),
    // What cannot be taken waits in the dead letter topic, and the records after it go on.
    "errors.deadletterqueue.context.headers.enable": "true",
    "errors.deadletterqueue.topic.name": deadLetterTopic,
    "errors.deadletterqueue.topic.replication.factor": String(replicationFactor(config)),
    "errors.log.enable": "true",
    "errors.tolerance": "all",
    // Of dead letters, which are the records as they were.
    ...producerProperties(config),
    "tasks.max": String(tasks),
    ...(sink.class === undefined
      ? {
          "connection.url": engine.url,
          ...connectionOf(engine),
          // The sink's own defaults, on which the index templates, the checks and the page depend.
          "index.name.template": "{database}-{table}",
          "position.field": "cdc",
          "retry.topic": retryTopic,
          "shard.field": "shard",
          "topic.pattern": String.raw`(?<shard>.+)\.(?<database>[^.]+)\.(?<table>[^.]+)`,
          ...namesOfTables(indices),
          "removal.topics": [...removals].map(([topic, id]) => `${topic}=${id}`).join(","),
          topics: [...data, ...probeTopicsOf(shards), ...removals.keys(), retryTopic].join(","),
          ...(config.connectors.merge === undefined ? {} : { "shard.key.field": config.connectors.merge.shardField }),
        }
      : { topics: data.join(",") }),
  };
}

/** Whom to trust as the engine, and who logs in. */
function connectionOf({ tls, login }: HttpEndpoint): Record<string, string> {
  return {
    ...(tls?.ca !== undefined && { "connection.ca.file": engineAuthorityFile }),
    ...(login !== undefined && {
      "connection.username": login.user,
      "connection.password": `\${file:${connectorSecretsFile}:${enginePasswordKey}}`,
    }),
  };
}

/** On brokers of the stack's own that want a login the sink has one of its own; the workers' clients are those of the sources otherwise. */
function sinkLogin(brokers: KafkaEndpoint): Record<string, string> {
  if (brokers.tls?.authority === undefined) return {};
  const login = clientProperties(brokersAs(brokers, "sink"))["sasl.jaas.config"] ?? "";
  return Object.fromEntries(
    ["admin", "consumer", "producer"].map((client) => [`${client}.override.sasl.jaas.config`, login]),
  );
}

/** The tables that their topics' names do not tell; encoded, as a comma would end an entry. */
function namesOfTables(indices: readonly IndexPlan[]): Record<string, string> {
  const names = indices
    .filter(({ table }) => inTopic(table) !== table)
    .flatMap(({ table, topics }) => topics.map((topic) => `${topic}=${encodeURIComponent(table)}`));
  return names.length === 0 ? {} : { "table.names": names.join(",") };
}

/** By topic, the shard as the documents name it. */
export function removalsOf({ id, removalTopics }: IndexedShard): (readonly [string, string])[] {
  return removalTopics.map((topic) => [topic, id] as const);
}
