/** Topics, each kind with the partitions and the cleanup policy that its readers need. */
import type { PipelineConfig } from "../config/schema.ts";
import type { TopicPlan } from "./types.ts";

const hour = 3_600_000;

/** Replicas of every declared topic: the wish, or as many as there are brokers, at most 3. */
export function replicationFactor(config: PipelineConfig): number {
  return config.topics.replicationFactor ?? Math.min(config.kafka.brokers, 3);
}

/** Makes topics with the pipeline's replication factor. */
export class TopicPlanner {
  readonly #config: PipelineConfig;

  constructor(config: PipelineConfig) {
    this.#config = config;
  }

  /** Row changes of one table. With compaction an hour's history is never compacted away. */
  data(name: string): TopicPlan {
    const { partitions, cleanup, retentionHours } = this.#config.topics;
    return this.#topic(name, partitions, {
      "cleanup.policy": cleanup,
      ...(cleanup.includes("compact") ? { "min.compaction.lag.ms": String(hour) } : {}),
      ...(retentionHours === undefined ? {} : { "retention.ms": String(retentionHours * hour) }),
    });
  }

  /**
   * Debezium's schema history of one connector: replayed whole at every start, so one partition (order) and kept for ever.
   * Never compacted: Debezium's records have no keys (KafkaSchemaHistory creates it with these values too).
   */
  schemaHistory(name: string): TopicPlan {
    return this.#topic(name, 1, { "cleanup.policy": "delete", "retention.bytes": "-1", "retention.ms": "-1" });
  }

  /** DDL events for consumers (`include.schema.changes`): few and in order. */
  schemaChanges(name: string): TopicPlan {
    return this.#topic(name, 1, { "cleanup.policy": "delete", "retention.ms": "-1" });
  }

  /** Heartbeats, probes and signals: only the newest ones matter. */
  liveness(name: string): TopicPlan {
    return this.#topic(name, 1, { "cleanup.policy": "delete", "retention.ms": String(hour) });
  }

  /** What connectors tell of their snapshots: for those who look a few days later. */
  notifications(name: string): TopicPlan {
    return this.#topic(name, 1, { "cleanup.policy": "delete", "retention.ms": String(7 * 24 * hour) });
  }

  /**
   * Records that the sink could not take, and those given to it once more: kept until somebody has seen to them, as they
   * have the time at which they were first written, however long ago.
   */
  deadLetters(name: string): TopicPlan {
    return this.#topic(name, 1, { "cleanup.policy": "delete", "retention.ms": "-1" });
  }

  /** Connect's own topics; partition counts are Connect's defaults, and compaction is what Connect insists on. */
  worker(names: { readonly config: string; readonly offset: string; readonly status: string }): TopicPlan[] {
    const compacted = { "cleanup.policy": "compact" };
    return [
      this.#topic(names.config, 1, compacted),
      this.#topic(names.offset, 25, compacted),
      this.#topic(names.status, 5, compacted),
    ];
  }

  #topic(name: string, partitions: number, config: Record<string, string>): TopicPlan {
    return { name, partitions, replicationFactor: replicationFactor(this.#config), config };
  }
}
