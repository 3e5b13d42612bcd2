/**
 * A dead letter: a record that the sink could not take, with the reason that Kafka Connect wrote into its headers. Pure.
 * Upstream: KIP-298 (headers `__connect.errors.*`), `org.apache.kafka.connect.runtime.errors.DeadLetterQueueReporter`.
 */
import { decode, type ChangeEvent } from "../../clients/debezium/events/decode.ts";
import type { Row } from "../../clients/debezium/events/json.ts";
import type { RawRecord, RecordHeader } from "../../clients/kafka/topic.ts";
import type { PipelinePlan, ShardPlan } from "../../plan/types.ts";
import { tableOn } from "../tables.ts";
import { shardOf } from "../tail/topics.ts";

/** What Connect puts before the names of its headers. */
const errorPrefix = "__connect.errors.";

/** Headers of a record that is given to the sink once more: where it first stood. The sink reads the topic's. */
export const originHeaders = {
  topic: "cdc.origin.topic",
  partition: "cdc.origin.partition",
  offset: "cdc.origin.offset",
} as const;

/** Where a record stands. */
export interface RecordPlace {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

export interface DeadLetter {
  /** Its offset in the dead letter topic: the number by which a person names it. */
  readonly offset: bigint;
  /** Offsets of all reports of the same record: Connect may report one again after a restart. The last is `offset`. */
  readonly reports: readonly bigint[];
  /** Where the record first stood. */
  readonly origin: RecordPlace;
  /** Where the sink read it when it failed last: the same, or the retry topic. */
  readonly failedAt: RecordPlace;
  /** Undefined where neither topic nor key tell a shard of this stack. */
  readonly shard: ShardPlan | undefined;
  /** `DATABASE.TABLE`; undefined where the topic is not called after one. */
  readonly table: string | undefined;
  /** The primary key by column; null where there is none, or it cannot be read. */
  readonly key: Row | null;
  /** What the value says, where it can be read as a change. */
  readonly change: ChangeEvent | undefined;
  /** Connect's word for where it failed: KEY_CONVERTER, VALUE_CONVERTER, HEADER_CONVERTER, TRANSFORMATION, TASK_PUT. */
  readonly stage: string;
  /** The exception's message and its root cause's, on one line. */
  readonly reason: string;
  readonly record: RawRecord;
}

/** Reads a record of the dead letter topic. */
export function letterOf(plan: PipelinePlan, record: RawRecord): DeadLetter {
  const failedAt = placeFrom(record, {
    topic: `${errorPrefix}topic`,
    partition: `${errorPrefix}partition`,
    offset: `${errorPrefix}offset`,
  }) ?? { topic: record.topic, partition: record.partition, offset: record.offset };
  const origin = placeFrom(record, originHeaders) ?? failedAt;
  const text = { topic: origin.topic, key: record.key?.toString() ?? null, value: record.value?.toString() ?? null };
  const event = decode(text);
  // Whatever the value is, the key is read by itself.
  const tombstone = decode({ ...text, value: null });
  const key = tombstone.kind === "tombstone" ? tombstone.key : null;
  const shard = shardOf(plan.shards, origin.topic, tombstone) ?? shardByPrefix(plan.shards, origin.topic);
  const names = origin.topic.split(".");
  return {
    offset: record.offset,
    reports: [record.offset],
    origin,
    failedAt,
    shard,
    table: tableOn(plan.shards, origin.topic) ?? (names.length < 3 ? undefined : names.slice(-2).join(".")),
    key: key === null ? null : withoutShardField(key, shard),
    change: event.kind === "change" ? event : undefined,
    stage: errorHeader(record, "stage") ?? "unknown",
    reason: reasonOf(errorHeader(record, "exception.message"), errorHeader(record, "exception.stacktrace")),
    record,
  };
}

/** One of Connect's headers: `exception.class.name`, `connector.name`, `task.id` … */
export function errorHeader({ headers }: Pick<RawRecord, "headers">, name: string): string | undefined {
  return textIn(headers, errorPrefix + name);
}

/** The record's own headers, without what Connect added. */
export function ownHeaders({ headers }: Pick<RawRecord, "headers">): RecordHeader[] {
  return headers.filter(([name]) => !name.startsWith(errorPrefix));
}

/** Every record once, with the newest report of it; in the order of the topic. */
export function newestReports(letters: readonly DeadLetter[]): DeadLetter[] {
  const byOrigin = new Map<string, DeadLetter>();
  for (const letter of letters) {
    const { topic, partition, offset } = letter.origin;
    const id = `${topic} ${partition} ${offset}`;
    const earlier = byOrigin.get(id)?.reports ?? [];
    byOrigin.delete(id);
    byOrigin.set(id, { ...letter, reports: [...earlier, ...letter.reports] });
  }
  return [...byOrigin.values()];
}

/**
 * What went wrong, on one line: the exception's message, and that of its root cause where it says more.
 * @param trace a Java stack trace.
 */
export function reasonOf(message: string | undefined, trace: string | undefined): string {
  const root = trace
    ?.split("\n")
    .findLast((line) => line.startsWith("Caused by: "))
    ?.replace(/^Caused by: [\w.$]+(: )?/, "");
  const said = (message ?? "no reason was given").replaceAll(/\s+/g, " ").trim();
  if (root === undefined || root.trim() === "" || said.includes(root.trim())) return said;
  return `${said.replace(/:$/, "")}: ${root.replaceAll(/\s+/g, " ").trim()}`;
}

function placeFrom({ headers }: RawRecord, names: Record<keyof RecordPlace, string>): RecordPlace | undefined {
  const [topic, partition, offset] = [names.topic, names.partition, names.offset].map((name) => textIn(headers, name));
  if (topic === undefined || !/^\d+$/.test(partition ?? "") || !/^\d+$/.test(offset ?? "")) return undefined;
  return { topic, partition: Number(partition), offset: BigInt(offset ?? "") };
}

/** The last header of that name counts, as Kafka's own `lastHeader` has it. */
function textIn(headers: readonly RecordHeader[], name: string): string | undefined {
  return headers.findLast(([one]) => one === name)?.[1]?.toString();
}

/** A topic that is no table's of the plan may still be called after a shard. */
function shardByPrefix(shards: readonly ShardPlan[], topic: string): ShardPlan | undefined {
  return shards
    .filter(({ topicPrefix }) => topic === topicPrefix || topic.startsWith(`${topicPrefix}.`))
    .toSorted((a, b) => b.topicPrefix.length - a.topicPrefix.length)[0];
}

/** In merged topics the key has a field for the shard, which is no column. */
function withoutShardField(key: Row, shard: ShardPlan | undefined): Row {
  const field = shard?.connector.config["transforms.merge.key.field.name"];
  return Object.fromEntries(Object.entries(key).filter(([name]) => name !== field));
}
