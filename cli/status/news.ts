/** The newest records of the shards' topics: heartbeats and notifications read, data topics only asked for their time. */
import { Admin, FetchIsolationLevels, ListOffsetTimestamps } from "@platformatic/kafka";
import { decode } from "../../events/decode.ts";
import { TopicsReader, type Positions, type TopicRecord } from "../../kafka/topic.ts";
import { declaredTopics } from "../topics/compare.ts";
import type { PipelinePlan, ShardPlan } from "../../plan/types.ts";
import type { Heartbeat, Notification, ShardNews } from "./observation.ts";

/** A record and the mark of its transaction: the newest record is at the end or one before it. */
const lastOffsets = 2n;

/** Enough to find a record where a transaction was aborted or held several. */
const readBack = 20n;

/** Records that are there come at once. */
const readLimitMs = 2000;

/**
 * The newest of every shard, from one reading of all topics.
 * @param existing topics that the broker has; of others there is no news.
 * @throws Error when no broker answers.
 */
export async function readNews(plan: PipelinePlan, existing: ReadonlySet<string>): Promise<Map<string, ShardNews>> {
  const bootstrap = plan.kafka.hostBootstrap;
  const told = plan.shards.flatMap(({ heartbeatTopic, notificationTopic }) => [heartbeatTopic, notificationTopic]);
  const data = dataTopics(plan, existing);
  const [records, times] = await Promise.all([
    newestRecords(
      bootstrap,
      told.filter((topic) => existing.has(topic)),
    ),
    newestTimes(bootstrap, data),
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

async function newestRecords(bootstrap: string, topics: readonly string[]): Promise<Map<string, TopicRecord>> {
  const newest = new Map<string, TopicRecord>();
  if (topics.length === 0) return newest;
  const reader = new TopicsReader(bootstrap, topics);
  try {
    const [starts, ends] = await Promise.all([reader.startOffsets(), reader.endOffsets()]);
    const awaited = new Set(topics.filter((topic) => at(ends, topic) > at(starts, topic)));
    if (awaited.size === 0) return newest;
    const from = new Map(topics.map((topic) => [topic, [later(at(starts, topic), at(ends, topic) - readBack)]]));
    const stream = await reader.open(from);
    try {
      const deadline = performance.now() + readLimitMs;
      while (awaited.size > 0 && performance.now() < deadline) {
        const record = await stream.next(deadline - performance.now());
        if (record === undefined) break;
        newest.set(record.topic, record);
        if (record.offset >= at(ends, record.topic) - lastOffsets) awaited.delete(record.topic);
      }
    } finally {
      await stream.close();
    }
  } finally {
    await reader.close();
  }
  return newest;
}

/** Heartbeats and notifications have one partition. */
function at(positions: Positions, topic: string): bigint {
  return positions.get(topic)?.[0] ?? 0n;
}

function later(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

/** Time of the newest record of each topic, in ms since 1970; one question for all. */
async function newestTimes(
  bootstrap: string,
  topics: readonly { readonly name: string; readonly partitions: number }[],
): Promise<Map<string, number>> {
  if (topics.length === 0) return new Map();
  const admin = new Admin({
    clientId: "cdc-status",
    bootstrapBrokers: bootstrap.split(","),
    retries: 0,
    connectTimeout: 5000,
    requestTimeout: 10_000,
  });
  try {
    const listed = await admin.listOffsets({
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
          partitionIndex,
          timestamp: ListOffsetTimestamps.MAX,
        })),
      })),
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
    });
    // An empty partition answers with -1.
    return new Map(
      listed.flatMap(({ name, partitions }) => {
        const newest = Math.max(...partitions.map(({ timestamp }) => Number(timestamp)));
        return newest < 0 ? [] : [[name, newest]];
      }),
    );
  } finally {
    await admin.close();
  }
}
