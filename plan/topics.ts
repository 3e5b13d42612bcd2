/** Topics, each kind with the partitions and the cleanup policy that its readers need. */
import type { TopicPlan } from "./types.ts";

const hour = 3_600_000;

/** One broker, so one replica; `transaction.state.log.min.isr` and its like in kafka.ts agree. */
export const replicationFactor = 1;

function topic(name: string, partitions: number, config: Record<string, string>): TopicPlan {
  return { name, partitions, replicationFactor, config };
}

/** Row changes of one table: compacted, so that the last state of every row stays; an hour's history is never compacted away. */
export function dataTopic(name: string, partitions: number): TopicPlan {
  return topic(name, partitions, { "cleanup.policy": "compact", "min.compaction.lag.ms": String(hour) });
}

/**
 * Debezium's schema history of one connector: replayed whole at every start, so one partition (order) and kept for ever.
 * Never compacted: Debezium's records have no keys (KafkaSchemaHistory creates it with these values too).
 */
export function schemaHistoryTopic(name: string): TopicPlan {
  return topic(name, 1, { "cleanup.policy": "delete", "retention.bytes": "-1", "retention.ms": "-1" });
}

/** DDL events for consumers (`include.schema.changes`): few and in order. */
export function schemaChangeTopic(name: string): TopicPlan {
  return topic(name, 1, { "cleanup.policy": "delete", "retention.ms": "-1" });
}

/** Heartbeats and probes: only the newest ones matter. */
export function livenessTopic(name: string): TopicPlan {
  return topic(name, 1, { "cleanup.policy": "delete", "retention.ms": String(hour) });
}

/** Connect's own topics; partition counts are Connect's defaults, and compaction is what Connect insists on. */
export function workerTopics(names: { config: string; offset: string; status: string }): TopicPlan[] {
  const compacted = { "cleanup.policy": "compact" };
  return [topic(names.config, 1, compacted), topic(names.offset, 25, compacted), topic(names.status, 5, compacted)];
}
