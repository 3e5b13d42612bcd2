/** Topics, each kind with the partitions and the cleanup policy that its readers need. */
import type { PipelineConfig } from "../config/schema.ts";
import { topicProperties } from "./row-size.ts";
import type { TopicPlan } from "./types.ts";

const hour = 3_600_000;

/** Replicas of every declared topic: the wish, or as many as there are brokers, at most 3; a cluster of somebody else's has three or more. */
export function replicationFactor({ topics, kafka }: PipelineConfig): number {
  return topics.replicationFactor ?? (kafka.existing === undefined ? Math.min(kafka.brokers, 3) : 3);
}

/**
 * How many replicas must have a record before it counts as written: two of three, so that a broker that is lost takes none with
 * it, and the other two go on. With fewer replicas, one: else the loss of a broker would stop all writing.
 * @param replicas of the topic.
 */
export function minInSyncReplicas(replicas: number): string {
  return replicas >= 3 ? "2" : "1";
}

/** What is removed from a table's topic: by its entry in `topics.tables`, else as for all; a compacted topic forgets nothing by age. */
export function cleanupOf(
  { topics }: Pick<PipelineConfig, "topics">,
  table: string,
): { readonly cleanup: string; readonly retentionHours: number | undefined } {
  const own = topics.tables[table];
  const cleanup = own?.cleanup ?? topics.cleanup;
  return {
    cleanup,
    retentionHours: cleanup === "compact" ? undefined : (own?.retentionHours ?? topics.retentionHours),
  };
}

/** Names of the topics in which workers keep connectors' configurations, their offsets and their states. */
export interface WorkerTopics {
  readonly config: string;
  readonly offset: string;
  readonly status: string;
}

/** Makes topics with the pipeline's replication factor. */
export class TopicPlanner {
  readonly #config: PipelineConfig;

  constructor(config: PipelineConfig) {
    this.#config = config;
  }

  /**
   * Row changes of one table. With compaction an hour's history is never compacted away.
   * @param table `DATABASE.TABLE`.
   */
  data(name: string, table: string): TopicPlan {
    const { cleanup, retentionHours } = cleanupOf(this.#config, table);
    return this.#topic(name, this.#config.topics.partitions, {
      "cleanup.policy": cleanup,
      ...topicProperties(this.#config),
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

  /** DDL events for consumers (`include.schema.changes`), and those of TRUNCATE: few and in order. */
  schemaChanges(name: string): TopicPlan {
    return this.#topic(name, 1, { "cleanup.policy": "delete", "retention.ms": "-1" });
  }

  /** Heartbeats, probes and signals: only the newest ones matter. */
  liveness(name: string): TopicPlan {
    return this.#topic(name, 1, { "cleanup.policy": "delete", "retention.ms": String(hour) });
  }

  /**
   * What connectors tell of their snapshots: which tables were ever read is known by it alone (snapshot/evidence.ts). Not
   * compacted: all records of one incremental snapshot have one key.
   */
  notifications(name: string): TopicPlan {
    return this.#topic(name, 1, { "cleanup.policy": "delete", "retention.ms": "-1" });
  }

  /**
   * Records that the sink could not take, and those given to it once more: kept until somebody has seen to them, as they
   * have the time at which they were first written, however long ago.
   */
  deadLetters(name: string): TopicPlan {
    const config = { "cleanup.policy": "delete", ...topicProperties(this.#config), "retention.ms": "-1" };
    return this.#topic(name, 1, config);
  }

  /** Connect's own topics; partition counts are Connect's defaults, and compaction is what Connect insists on. */
  worker(names: WorkerTopics): TopicPlan[] {
    const compacted = { "cleanup.policy": "compact" };
    return [
      this.#topic(names.config, 1, compacted),
      this.#topic(names.offset, 25, compacted),
      this.#topic(names.status, 5, compacted),
    ];
  }

  #topic(name: string, partitions: number, config: Record<string, string>): TopicPlan {
    const replicas = replicationFactor(this.#config);
    // 1 is Kafka's own default.
    const inSync = replicas >= 3 ? { "min.insync.replicas": minInSyncReplicas(replicas) } : {};
    return { name, partitions, replicationFactor: replicas, config: { ...config, ...inSync } };
  }
}
