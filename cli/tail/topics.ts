/** Which topics `cdc tail` reads, and whose events they hold. */
import type { DecodedRecord } from "../../clients/debezium/events/decode.ts";
import { truncateTopicOf } from "../../plan/indices.ts";
import { topicOf } from "../../lib/names.ts";
import type { PipelinePlan, ShardPlan } from "../../plan/types.ts";
import { capturedTables } from "../tables.ts";

export interface TailChoice {
  /** The shards whose events are shown; all of them, or one. */
  readonly shards: readonly ShardPlan[];
  /** `DATABASE.TABLE`; undefined for all. */
  readonly table: string | undefined;
  /** Heartbeats, probes, signals, notifications and schema changes too. */
  readonly all: boolean;
}

/**
 * The topics to read: those of the captured tables, merged or not; with `all` the connectors' own too.
 * The schema history is never among them: it is Debezium's own, and no event.
 */
export function topicsToTail(plan: PipelinePlan, { shards, table, all }: TailChoice): string[] {
  const declared = new Set(
    [...plan.sharedTopics, ...plan.shards.flatMap(({ topics }) => topics)].map(({ name }) => name),
  );
  const chosen = shards.flatMap((shard) => {
    const tables = capturedTables(shard).filter((one) => table === undefined || one === table);
    const prefixes = [mergedPrefix(shard) ?? shard.topicPrefix];
    const own = shard.topics.map(({ name }) => name).filter((name) => name !== historyTopicOf(shard));
    return [
      ...prefixes.flatMap((prefix) => tables.map((one) => topicOf(prefix, one))),
      // They are on no table's topic.
      ...(table === undefined ? [truncateTopicOf(shard)] : []),
      ...(all ? own.filter((name) => table === undefined || name === topicOf(shard.topicPrefix, table)) : []),
    ];
  });
  return [...new Set(chosen)].filter((topic) => declared.has(topic));
}

/**
 * The shard that an event is of: by the connector's name for itself, by the key's field of merged topics, by the topic.
 * @returns undefined when nothing tells.
 */
export function shardOf(shards: readonly ShardPlan[], topic: string, record: DecodedRecord): ShardPlan | undefined {
  const prefix = "prefix" in record ? record.prefix : undefined;
  if (prefix !== undefined) return shards.find((shard) => shard.topicPrefix === prefix);
  const key = "key" in record ? record.key : null;
  return shards.find((shard) => {
    const field = shard.connector.config["transforms.merge.key.field.name"];
    if (field !== undefined && key?.[field] !== undefined)
      return key[field] === shard.connector.config["transforms.merge.key.field.replacement"];
    return topic === shard.topicPrefix || shard.topics.some(({ name }) => name === topic);
  });
}

/** Where all shards' changes of a table go to one topic. */
function mergedPrefix({ connector }: ShardPlan): string | undefined {
  return connector.config["transforms.merge.topic.replacement"]?.replace(/\.\$1$/, "");
}

function historyTopicOf({ connector }: ShardPlan): string | undefined {
  return connector.config["schema.history.internal.kafka.topic"];
}
