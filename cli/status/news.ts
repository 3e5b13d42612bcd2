/** The newest records of the shards' topics: heartbeats and notifications read, data topics only asked for their time. */
import { decode } from "../../clients/debezium/events/decode.ts";
import { newestRecords } from "../../clients/kafka/newest.ts";
import type { TopicRecord } from "../../clients/kafka/topic.ts";
import { declaredTopics } from "../topics/compare.ts";
import type { PipelinePlan, ShardPlan } from "../../plan/types.ts";
import type { Heartbeat, Notification, ShardNews } from "./observation.ts";
import { newestTimes } from "../../clients/kafka/newest-times.ts";

/**
 * The newest of every shard, from one reading of all topics.
 * @param existing topics that the broker has; of others there is no news.
 * @throws Error when no broker answers.
 */
export async function readNews(plan: PipelinePlan, existing: ReadonlySet<string>): Promise<Map<string, ShardNews>> {
  const kafka = plan.kafka.endpoints.fromHost;
  const topics = plan.shards.flatMap(({ heartbeatTopic, notificationTopic }) => [heartbeatTopic, notificationTopic]);
  const data = dataTopics(plan, existing);
  const [records, times] = await Promise.all([
    newestRecords(
      kafka,
      topics.filter((topic) => existing.has(topic)),
    ),
    newestTimes(kafka, data),
  ]);
  return new Map(plan.shards.map((shard) => [shard.name, newsOf(shard, plan, records, times)]));
}

function dataTopics(plan: PipelinePlan, existing: ReadonlySet<string>): { name: string; partitions: number }[] {
  return declaredTopics(plan)
    .filter(({ kind, topic }) => kind === "data" && existing.has(topic.name))
    .map(({ topic }) => ({ name: topic.name, partitions: topic.partitions }));
}

function newsOf(
  shard: ShardPlan,
  plan: PipelinePlan,
  records: ReadonlyMap<string, TopicRecord>,
  times: ReadonlyMap<string, number>,
): ShardNews {
  const heartbeat = records.get(shard.heartbeatTopic);
  const notification = records.get(shard.notificationTopic);
  const own = declaredTopics(plan)
    .filter((declared) => declared.shard === shard.name)
    .flatMap(({ topic }) => times.get(topic.name) ?? []);
  return {
    heartbeat: heartbeat && heartbeatOf(heartbeat),
    notification: notification && notificationOf(notification.value),
    lastChangeMs: own.length === 0 ? undefined : Math.max(...own),
  };
}

function heartbeatOf(record: TopicRecord): Heartbeat {
  const event = decode(record);
  const committedUs = event.kind === "change" ? event.sourceTimeUs : undefined;
  return {
    committedMs: committedUs === undefined ? undefined : committedUs / 1000,
    arrivedMs: record.timestampMs,
  };
}

/** Debezium's notification, with the converter's schema around it or without; undefined for anything else. */
export function notificationOf(value: string | null): Notification | undefined {
  try {
    const record = JSON.parse(value ?? "null") as Record<string, unknown> | null;
    const content = (record?.["payload"] ?? record) as Record<string, unknown> | null;
    const { aggregate_type: aggregate, type } = content ?? {};
    return typeof aggregate === "string" && typeof type === "string" ? { aggregate, type } : undefined;
  } catch {
    return undefined; // another converter's bytes
  }
}
