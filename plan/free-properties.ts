/** Free properties (`properties`, `options`): what users may not say, because the plan says it or because CDC would break. */
import type { PipelineConfig } from "../config/schema.ts";
import { findClassProblems } from "./class-problems.ts";
import { isShowable } from "../lib/secrets.ts";
import { snapshotModeSuccessor, successorOf } from "../lib/debezium-keys.ts";
import { findMysqlProblems } from "./mysql-options.ts";
import type { Problem } from "../lib/problem.ts";
import { findTextProblems, toBroker, toConnector, toServer, toWorker } from "./property-text.ts";
import { findZoneProblems } from "./session-zone.ts";
import type { PipelinePlan, ShardPlan } from "./types.ts";

type Properties = Readonly<Record<string, string>>;

/** Finds free properties that contradict the plan, are of Debezium 1.x, hold a secret in clear, or break CDC. */
export function findPropertyProblems(config: PipelineConfig, plan: PipelinePlan): Problem[] {
  // What all shards share is compared with the first of them.
  const [first] = plan.shards;
  if (first === undefined) return [];
  const versions = plan.shards.map(({ connector }) => connector.debeziumVersion);
  return [
    ...brokerProblems(config, plan),
    ...workerProblems(config, plan, versions),
    ...converterProblems(config, versions),
    ...connectorProblems("cdc:connectors.properties", config.connectors.properties, first, plan),
    ...findClassProblems("cdc:connectors.properties", config.connectors.properties, config, versions),
    ...sinkProblems(config, plan, versions),
    ...serverProblems(
      "cdc:mysql.options",
      config.mysql.options,
      plan.shards.find(({ server }) => server) ?? first,
      config,
    ),
    ...plan.shards.flatMap((shard, index) => {
      const path = `cdc:shards[${index}].connectorProperties`;
      const { connectorProperties = {}, mysqlOptions = {} } = config.shards[index] ?? {};
      return [
        ...connectorProblems(path, connectorProperties, shard, plan),
        ...findClassProblems(path, connectorProperties, config, [shard.connector.debeziumVersion]),
        ...serverProblems(`cdc:shards[${index}].mysqlOptions`, mysqlOptions, shard, config),
      ];
    }),
  ];
}

function brokerProblems(config: PipelineConfig, { kafka }: PipelinePlan): Problem[] {
  const { properties } = config.kafka;
  const path = "cdc:kafka.properties";
  return [
    ...findTextProblems(path, properties, toBroker),
    ...contradictions(path, properties, kafka.brokers[0]?.own),
    ...Object.keys(properties).flatMap((key) => scriptOption(path, key)),
  ];
}

/** Names that the image takes for options of Java, not of the broker. */
function scriptOption(path: string, key: string): Problem[] {
  if (!["heap.opts", "jmx.opts", "jvm.performance.opts", "opts"].includes(key)) return [];
  const message = "is no property: its variable holds options of the broker's Java, which the plan sets";
  return [{ code: "CDC-302", path: `${path}.${key}`, message, remedy: "remove it; the heap is cdc:kafka.heapMiB" }];
}

function workerProblems(config: PipelineConfig, { connect }: PipelinePlan, versions: readonly string[]): Problem[] {
  const { properties } = config.connect;
  const path = "cdc:connect.properties";
  return [
    ...findTextProblems(path, properties, toWorker),
    ...contradictions(path, properties, connect.workers[0]?.own),
    ...findClassProblems(path, properties, config, versions),
  ];
}

/** Converters of one's own, for all connectors. */
function converterProblems(config: PipelineConfig, versions: readonly string[]): Problem[] {
  const { converter } = config.connectors;
  if (typeof converter === "string") return [];
  const path = "cdc:connectors.converter";
  const classes = { "key.converter": converter.key, "value.converter": converter.value };
  return [
    ...findTextProblems(`${path}.properties`, converter.properties, toConnector),
    ...findClassProblems(path, classes, config, versions).map((problem) => ({
      ...problem,
      path: problem.path.replace(/\.converter$/, ""),
    })),
  ];
}

function serverProblems(
  path: string,
  options: Properties,
  { server }: ShardPlan,
  { mysql }: PipelineConfig,
): Problem[] {
  return [
    ...findTextProblems(path, options, toServer),
    ...findMysqlProblems(path, options, server?.ownMysqlOptions ?? {}, mysql.version),
  ];
}

function connectorProblems(
  path: string,
  properties: Properties,
  { connector: { own } }: ShardPlan,
  { shards }: PipelinePlan,
): Problem[] {
  const fresh = Object.fromEntries(Object.entries(properties).filter(([key]) => successorOf(key) === undefined));
  return [
    ...findTextProblems(path, properties, toConnector),
    ...Object.keys(properties).flatMap((key) => oldName(path, key)),
    ...contradictions(path, fresh, own),
    ...findZoneProblems(path, fresh),
    ...Object.entries(fresh).flatMap(([key, value]) => connectorProblem(path, key, value, own)),
    ...mergingWithoutKey(path, fresh, shards.length),
  ];
}

function oldName(path: string, key: string): Problem[] {
  const successor = successorOf(key);
  if (successor === undefined) return [];
  const message = `is Debezium's name of before 2.0; today it is ${successor}`;
  return [
    {
      code: "CDC-301",
      path: `${path}.${key}`,
      message,
      remedy: `rename it to ${successor}, or remove it where the plan sets that`,
    },
  ];
}

function sinkProblems(config: PipelineConfig, { readSide }: PipelinePlan, versions: readonly string[]): Problem[] {
  if (readSide === undefined) return [];
  const path = "cdc:readSide.sink.properties";
  const { properties } = config.readSide.sink;
  return [
    ...contradictions(path, properties, readSide.sink.own),
    ...findTextProblems(path, properties, toConnector),
    ...findClassProblems(path, properties, config, versions),
  ];
}

function connectorProblem(path: string, key: string, value: string, own: Properties): Problem[] {
  const at = `${path}.${key}`;
  const successor = key === "snapshot.mode" ? snapshotModeSuccessor(value) : undefined;
  if (successor !== undefined) {
    const message = `found ${value}, which is gone or never streams`;
    return [{ code: "CDC-303", path: at, message, remedy: `write cdc:connectors.snapshotMode: ${successor}` }];
  }
  if (/(^|\.)plugin\.version$/.test(key)) {
    const message = `found ${value}, but the plan sets it wherever the workers have several versions`;
    return [
      { code: "CDC-302", path: at, message, remedy: "remove it; set debeziumVersion in the shard's entry instead" },
    ];
  }
  if (key.startsWith("errors.deadletterqueue.")) {
    const message = "is accepted and ignored by a source connector; dead letters exist on sinks only";
    return [
      {
        code: "CDC-305",
        path: at,
        message,
        remedy: "remove it; cdc:connectors.errors says what happens to a bad record",
      },
    ];
  }
  if (/^(transforms|predicates)(\.|$)/.test(key) && own["transforms"] !== undefined && own[key] === undefined) {
    const message = "would mix with the transforms that merge and unwrap make";
    return [
      { code: "CDC-306", path: at, message, remedy: "use merge and unwrap, or transforms of your own, but not both" },
    ];
  }
  return [];
}

/** Routers that would write equal ids of several shards under one key: rows would overwrite one another. */
function mergingWithoutKey(path: string, properties: Properties, shardCount: number): Problem[] {
  if (shardCount < 2) return [];
  return Object.entries(properties)
    .filter(([key]) => /^transforms\.[^.]+\.type$/.test(key))
    .filter(([key, type]) => {
      const option = (name: string) => properties[key.replace(/type$/, name)];
      if (/ByLogicalTableRouter|ToLogicalTopicRouter/.test(type)) return option("key.enforce.uniqueness") === "false";
      return (
        type.endsWith("RegexRouter") && option("replacement") !== undefined && !option("replacement")?.includes("$")
      );
    })
    .map(([key, type]) => ({
      code: "CDC-408",
      path: `${path}.${key}`,
      message: `${type} would merge ${shardCount} shards into one topic without the shard in the key: equal ids overwrite one another`,
      remedy: "use cdc:connectors.merge, which adds the shard to the key",
    }));
}

/** Keys that the plan sets, with another value. */
function contradictions(path: string, properties: Properties, own: Properties = {}): Problem[] {
  return Object.entries(properties)
    .filter(([key, value]) => own[key] !== undefined && own[key] !== value)
    .map(([key, value]) => ({
      code: "CDC-302",
      path: `${path}.${key}`,
      message: `found ${isShowable(key, value) ? value : "a secret"}, but the plan sets it to ${own[key]}`,
      remedy: `remove it${ownField(key)}`,
    }));
}

/** Where a value that the plan sets comes from. */
function ownField(key: string): string {
  const fields: Readonly<Record<string, string>> = {
    "database.connectionTimeZone": "cdc:timeZone",
    "database.include.list": "cdc:tables",
    "database.server.id": "serverId in the shard's entry",
    "include.schema.changes": "cdc:connectors.schemaChanges",
    "producer.override.max.request.size": "cdc:topics.maxRowMiB",
    "internal.schema.history.internal.ddl.filter": "cdc:connectors.skipDdl",
    "schema.history.internal.kafka.topic": "schemaHistoryTopic in the shard's entry",
    "snapshot.mode": "cdc:connectors.snapshotMode",
    "socket.request.max.bytes": "cdc:topics.maxRowMiB",
    "table.include.list": "cdc:tables",
    "topic.prefix": "topicPrefix in the shard's entry",
    "tombstones.on.delete": "cdc:connectors.tombstones",
  };
  return fields[key] === undefined ? "" : `; set ${fields[key]} instead`;
}
