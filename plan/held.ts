/** What people have in a pipeline: shards with their rows, brokers and topics with their records. Kept in the state, so that a later plan can be judged by it. */
import { cdcDatabase } from "../lib/constants.ts";
import { hostAndPort, writtenKafka, type KafkaEndpoint, type Written } from "../lib/endpoint.ts";
import { isOwnHeartbeatTopic } from "../lib/names.ts";
import { publishedAddress } from "./endpoints.ts";
import type { BrokerPlan, PipelinePlan, ShardPlan, TopicPlan } from "./types.ts";

/** The topic keys on which it depends whether records stay. */
export const keepingKeys = ["cleanup.policy", "retention.bytes", "retention.ms"] as const;
/** Values of `keepingKeys`; a key that is left out is left to whoever is asked next: the topic, the broker, Kafka. */
export type Keeping = Readonly<Record<string, string>>;

export interface HeldShard {
  /** Under which its resources and data were made; it stays when the shard is renamed. */
  readonly key: string;
  readonly name: string;
  /** Its server: the name in the network, which its port is in (`mysql-3308`), or the address of one that somebody else runs. */
  readonly alias: string;
  /** The data volume's name on the engine; not there where somebody else runs the server. */
  readonly volume?: string;
  readonly topicPrefix: string;
  readonly connector: string;
}

export interface HeldTopic {
  readonly name: string;
  /** The shard's key; not there where shards share the topic. */
  readonly shard?: string;
  /** `data`: what readers come for. `support`: what the pipeline needs to go on. `passing`: heartbeats and the like, of which none is missed. */
  readonly kind: "data" | "support" | "passing";
  readonly partitions: number;
  readonly replicas: number;
  /** What the plan sets on the topic. */
  readonly keeping: Keeping;
}

export interface HeldBroker {
  /** `kafka`, `kafka-2`. */
  readonly alias: string;
  readonly nodeId: number;
  readonly container: string;
  /** `HOST:PORT` as reached from this machine. */
  readonly bootstrap: string;
}

export interface Held {
  /** `PROJECT-STACK`. */
  readonly stack: string;
  readonly shards: readonly HeldShard[];
  readonly topics: readonly HeldTopic[];
  readonly brokers: readonly HeldBroker[];
  /** Node ids of the KRaft controllers; left out, the first broker is the only one. */
  readonly controllers?: readonly number[];
  /** Not there where everybody may connect in clear. */
  readonly security?: "tls";
  /** What the plan sets on the brokers for topics that set nothing themselves. */
  readonly brokerKeeping: Keeping;
  /** Brokers that somebody else runs, and whether what is on them already may be taken; not there where they are the stack's own. */
  readonly existing?: { readonly bootstrap: Written<KafkaEndpoint>; readonly takeTopics: boolean };
}

/** What people will have once the plan is applied. */
export function heldOf(plan: PipelinePlan): Held {
  const { brokers, controllers, endpoints, existing } = plan.kafka;
  return {
    stack: plan.stack,
    shards: plan.shards.map(({ key, name, server, endpoints, topicPrefix, connector }) => ({
      key,
      name,
      alias: server?.alias ?? hostAndPort(endpoints.fromHost),
      ...(server === undefined ? {} : { volume: server.volume }),
      topicPrefix,
      connector: connector.name,
    })),
    topics: [
      ...plan.shards.flatMap((shard) => shard.topics.map((topic) => held(topic, kindOf(topic, shard), shard.key))),
      ...plan.sharedTopics.map((topic) => held(topic, "data")),
      ...plan.connect.topics.map((topic) => held(topic, "support")),
      ...(plan.readSide?.topics ?? []).map((topic) =>
        held(topic, topic.name === plan.readSide?.deadLetterTopic ? "data" : "support"),
      ),
    ],
    brokers: brokers.map(({ alias, nodeId, container, port }) => ({
      alias,
      nodeId,
      container,
      bootstrap: publishedAddress(port),
    })),
    ...(controllers.length === 1 ? {} : { controllers }),
    ...(plan.security === "tls" && { security: "tls" as const }),
    brokerKeeping: brokers[0] === undefined ? {} : brokerKeepingOf(brokers[0]),
    ...(existing !== undefined && {
      existing: { bootstrap: writtenKafka(endpoints.fromHost), takeTopics: existing.takeTopics },
    }),
  };
}

function held(
  { name, partitions, replicationFactor, config }: TopicPlan,
  kind: HeldTopic["kind"],
  shard?: string,
): HeldTopic {
  const keeping = keepingKeys.flatMap((key) => (config[key] === undefined ? [] : [[key, config[key]] as const]));
  const whose = shard === undefined ? {} : { shard };
  return { name, ...whose, kind, partitions, replicas: replicationFactor, keeping: Object.fromEntries(keeping) };
}

/** DDL events are for consumers, as rows are. */
function kindOf({ name }: TopicPlan, { topicPrefix, connector }: ShardPlan): HeldTopic["kind"] {
  if (name === connector.config["schema.history.internal.kafka.topic"]) return "support";
  const isOwn = name.startsWith(`${topicPrefix}.${cdcDatabase}.`) || isOwnHeartbeatTopic(name);
  return isOwn ? "passing" : "data";
}

/** From `kafka.properties`: of a key that can be given in several units, the finest wins (Kafka's broker configuration). */
function brokerKeepingOf({ environment }: BrokerPlan): Keeping {
  const first = (...values: (string | undefined)[]) => values.find((value) => value !== undefined);
  const scaled = (value: string | undefined, ms: number) =>
    value === undefined || Number(value) < 0 ? value : String(Number(value) * ms);
  const found = {
    "cleanup.policy": environment["KAFKA_LOG_CLEANUP_POLICY"],
    "retention.bytes": environment["KAFKA_LOG_RETENTION_BYTES"],
    "retention.ms": first(
      environment["KAFKA_LOG_RETENTION_MS"],
      scaled(environment["KAFKA_LOG_RETENTION_MINUTES"], 60_000),
      scaled(environment["KAFKA_LOG_RETENTION_HOURS"], 3_600_000),
    ),
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
