/** The topics that the plan declares beside those that the broker has. Pure. */
import { ownHeartbeatTopic } from "../../lib/names.ts";
import type { TopicDescription } from "../../clients/kafka/admin.ts";
import { truncateTopicOf } from "../../plan/indices.ts";
import type { PipelinePlan, ShardPlan, TopicPlan } from "../../plan/types.ts";

/** What a topic is for. */
export type TopicKind =
  | "data"
  | "merged data"
  | "schema history"
  | "schema changes"
  | "heartbeat"
  | "probe"
  | "signals"
  | "notifications"
  | "truncations"
  | "dead letters"
  | "dead letters once more"
  | "worker"
  | "other";

export interface DeclaredTopic {
  readonly topic: TopicPlan;
  readonly kind: TopicKind;
  /** Whose it is; undefined for the worker's, the sink's and the merged ones. */
  readonly shard: string | undefined;
}

/** A topic as it was found beside its declaration. */
export interface TopicRow {
  readonly name: string;
  readonly kind: TopicKind;
  readonly shard: string | undefined;
  readonly partitions: number;
  readonly replicas: number;
  /** Cleanup policy and retention. */
  readonly policy: string;
  /** Offsets from the first to the last: records, and the marks of transactions among them. */
  readonly records: number | undefined;
  /** On disk, all replicas together; undefined for a missing topic. */
  readonly sizeBytes: number | undefined;
  /** Undefined when it is as declared. */
  readonly remark: string | undefined;
}

/** All topics of the plan: the shards', the merged ones, the sink's, the worker's. */
export function declaredTopics(plan: PipelinePlan): DeclaredTopic[] {
  return [
    ...plan.shards.flatMap((shard) =>
      shard.topics.map((topic) => ({ topic, kind: kindOf(topic.name, shard), shard: shard.name })),
    ),
    ...plan.sharedTopics.map((topic) => ({ topic, kind: "merged data" as const, shard: undefined })),
    ...(plan.readSide?.topics ?? []).map((topic) => ({
      topic,
      kind:
        topic.name === plan.readSide?.deadLetterTopic ? ("dead letters" as const) : ("dead letters once more" as const),
      shard: undefined,
    })),
    ...plan.connect.topics.map((topic) => ({ topic, kind: "worker" as const, shard: undefined })),
  ];
}

function kindOf(name: string, shard: ShardPlan): TopicKind {
  const prefix = shard.topicPrefix;
  const kinds: Record<string, TopicKind> = {
    [shard.connector.config["schema.history.internal.kafka.topic"] ?? ""]: "schema history",
    [prefix]: "schema changes",
    [shard.heartbeatTopic]: "heartbeat",
    [ownHeartbeatTopic(prefix)]: "heartbeat",
    [shard.probeTopic]: "probe",
    ["table" in shard.signals ? `${prefix}.${shard.signals.table}` : shard.signals.topic]: "signals",
    [shard.notificationTopic]: "notifications",
    [truncateTopicOf(shard)]: "truncations",
  };
  return kinds[name] ?? "data";
}

/**
 * One row per topic: the declared ones in the plan's order, then what else is there.
 * @param found what the broker has.
 * @param records by topic, where known.
 */
export function compareTopics(
  plan: PipelinePlan,
  found: readonly TopicDescription[],
  records: ReadonlyMap<string, number>,
): TopicRow[] {
  const byName = new Map(found.map((topic) => [topic.name, topic]));
  const declared = declaredTopics(plan);
  const names = new Set(declared.map(({ topic }) => topic.name));
  return [
    ...declared.map(({ topic, kind, shard }): TopicRow => {
      const real = byName.get(topic.name);
      return {
        name: topic.name,
        kind,
        shard,
        partitions: real?.partitions ?? topic.partitions,
        replicas: real?.replicas ?? topic.replicationFactor,
        policy: policyOf(real?.config ?? topic.config),
        records: records.get(topic.name),
        sizeBytes: real?.sizeBytes,
        remark: real === undefined ? "missing" : differences(topic, real),
      };
    }),
    ...found
      .filter(({ name }) => !names.has(name))
      .map((topic): TopicRow => ({
        ...topic,
        kind: "other",
        shard: undefined,
        policy: policyOf(topic.config),
        records: records.get(topic.name),
        remark: "undeclared",
      })),
  ];
}

/** An undeclared topic harms nobody; one that is missing or differs does. */
export function isWrong({ remark }: TopicRow): boolean {
  return remark !== undefined && remark !== "undeclared";
}

function differences(declared: TopicPlan, real: TopicDescription): string | undefined {
  const configs = new Set([...Object.keys(declared.config), ...Object.keys(real.config)]);
  const found = [
    ...difference("partitions", declared.partitions, real.partitions),
    ...difference("replicas", declared.replicationFactor, real.replicas),
    ...[...configs].toSorted().flatMap((key) => difference(key, declared.config[key], real.config[key])),
  ];
  return found.length === 0 ? undefined : found.join("; ");
}

function difference(what: string, declared: string | number | undefined, real: string | number | undefined): string[] {
  return declared === real ? [] : [`${what} ${real ?? "not set"}, declared ${declared ?? "not set"}`];
}

/** `compact`, `delete, 1 h`, `delete, kept for ever`; a topic without a policy of its own has the broker's. */
export function policyOf(config: Readonly<Record<string, string>>): string {
  const policy = (config["cleanup.policy"] ?? "delete").replace(",", " + ");
  const retention = config["retention.ms"];
  if (!policy.includes("delete") || retention === undefined) return policy;
  return `${policy}, ${retention === "-1" ? "kept for ever" : hours(Number(retention) / 3_600_000)}`;
}

function hours(count: number): string {
  return count >= 48 && count % 24 === 0 ? `${count / 24} d` : `${Number(count.toFixed(1))} h`;
}
