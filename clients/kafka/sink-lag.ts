/**
 * How far a sink connector is behind its topics, in records, and waiting until it has caught up.
 *
 * Offsets alone do not tell: the mark that ends a transaction takes an offset too, no consumer is given it, and so what a
 * sink commits stays short of the end for ever. What lies between is therefore read and counted.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Admin, Consumer, FetchIsolationLevels, ListOffsetTimestamps } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { endOf } from "./batches.ts";
import { committedRecords, fetchCommitted, type RangeRecord } from "./range.ts";
import type { TopicRecord } from "./topic.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";

/** A sink and what it reads. */
export interface SinkTopics {
  readonly kafka: KafkaAddress;
  /** The sink connector's name; its consumer group is `connect-NAME`. */
  readonly connector: string;
  /** Topics that count; those that do not exist are left out. */
  readonly topics: readonly string[];
  /** Since when a record waits, in ms since 1970; default its own timestamp. */
  readonly timeOf?: (record: TopicRecord) => number;
}

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** The offset that the sink will read next, as it was committed; undefined before its first commit. */
  readonly committed: bigint | undefined;
  /** Up to where records count: after the last one that a reader of committed records is given. */
  readonly end: bigint;
  /** Records that the sink has not written yet; marks of transactions and records of aborted ones do not count. */
  readonly records: number;
  /** False where there is too much to count: `records` is then the most that it can be. */
  readonly isExact: boolean;
  /** Since when the first of them waits, in ms since 1970; undefined when there is none. */
  readonly waitingSinceMs: number | undefined;
}

export interface CatchUpOptions {
  readonly timeoutMs: number;
  /** Called after each look, with the partitions that are behind and only the records that were there at the start. */
  readonly onProgress?: (behind: readonly PartitionLag[]) => void;
  readonly isInterrupted?: () => boolean;
}

/**
 * How far the sink is behind now: one entry per partition, ordered by topic and partition.
 * @throws Error when no broker answers.
 */
export async function sinkLag(sink: SinkTopics): Promise<PartitionLag[]> {
  const reader = new SinkLagReader(sink);
  try {
    return await reader.lag();
  } finally {
    await reader.close();
  }
}

/**
 * Waits until the sink has written every record that is in the topics when this is called. What it has written is known
 * when it commits: every five seconds (the worker's `offset.flush.interval.ms`).
 * @returns the partitions that are still behind after `timeoutMs` or an interruption; empty when it has caught up.
 * @throws Error when no broker answers.
 */
export async function untilCaughtUp(sink: SinkTopics, options: CatchUpOptions): Promise<PartitionLag[]> {
  const reader = new SinkLagReader(sink);
  const deadline = performance.now() + options.timeoutMs;
  try {
    const target = await reader.endOffsets();
    for (;;) {
      const behind = (await reader.lag(target)).filter(({ records }) => records > 0);
      options.onProgress?.(behind);
      if (behind.length === 0 || performance.now() > deadline || options.isInterrupted?.() === true) return behind;
      await sleep(pollMs);
    }
  } finally {
    await reader.close();
  }
}

/** By topic, an offset for each partition. */
type Offsets = ReadonlyMap<string, readonly bigint[]>;

const pollMs = 250;
/** As they lie on the broker: compressed, they may be thirty times as many in memory. */
const fetchBytes = 64 * 1024;

/** Asks again and again over the same connections; close it when done. */
export class SinkLagReader {
  readonly #sink: SinkTopics;
  readonly #countedBytes: number;
  readonly #admin: Admin;
  readonly #consumer: Consumer;
  /** The last count of each partition: what did not move need not be counted again. */
  readonly #counted = new Map<string, { readonly from: bigint; readonly to: bigint; readonly count: Count }>();

  /** @param countedBytes of a partition that is further behind than this, the offsets are told instead. */
  constructor(sink: SinkTopics, countedBytes = 4 * 1024 * 1024) {
    this.#sink = sink;
    this.#countedBytes = countedBytes;
    const options = connectionTo(sink.kafka, "cdc-sink-lag");
    this.#admin = new Admin(options);
    // The group is never joined: this consumer only asks for offsets and batches.
    this.#consumer = new Consumer({ ...options, groupId: "cdc-sink-lag" });
  }

  /** The end of each partition, records of open transactions included. */
  async endOffsets(): Promise<Offsets> {
    return await this.#ask(
      async () => await this.#offsets(ListOffsetTimestamps.LATEST, FetchIsolationLevels.READ_UNCOMMITTED),
    );
  }

  /**
   * How far the sink is behind now: one entry per partition, ordered by topic and partition.
   * @param ends up to where records count; default the end as a reader of committed records sees it.
   * @throws Error when no broker answers.
   */
  async lag(ends?: Offsets): Promise<PartitionLag[]> {
    return await this.#ask(async () => {
      const [committed, starts] = [await this.#committed(), await this.#offsets(ListOffsetTimestamps.EARLIEST)];
      const lags: PartitionLag[] = [];
      for (const [topic, partitions] of await this.#offsets(ListOffsetTimestamps.LATEST)) {
        for (const [partition, readable] of partitions.entries()) {
          const at = committed.get(`${topic}/${partition}`);
          const start = starts.get(topic)?.[partition] ?? 0n;
          const end = ends === undefined ? readable : (ends.get(topic)?.[partition] ?? 0n);
          // Without a commit, and where what was committed is no longer kept, a sink begins with the first record.
          const from = at === undefined || at < start ? start : at;
          const count = await this.#count(topic, partition, from, end < readable ? end : readable);
          lags.push({ topic, partition, committed: at, end, ...withUnreadable(count, readable, end) });
        }
      }
      return lags;
    });
  }

  async close(): Promise<void> {
    await this.#consumer.close(true);
    await this.#admin.close();
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    return await answerFrom(this.#sink.kafka, question);
  }

  async #offsets(timestamp: bigint, isolationLevel: number = FetchIsolationLevels.READ_COMMITTED): Promise<Offsets> {
    const all = await this.#admin.listTopics();
    const topics = this.#sink.topics.filter((topic) => all.includes(topic)).toSorted();
    if (topics.length === 0) return new Map();
    this.#consumer.topics.trackAll(...topics);
    const offsets = await this.#consumer.listOffsets({ topics, timestamp, isolationLevel });
    return new Map(topics.map((topic) => [topic, offsets.get(topic) ?? []]));
  }

  /** By `TOPIC/PARTITION`; without those that were never committed. */
  async #committed(): Promise<Map<string, bigint>> {
    const groups = await this.#admin.listConsumerGroupOffsets({ groups: [`connect-${this.#sink.connector}`] });
    const partitions = groups.flatMap(({ topics }) =>
      topics.flatMap(({ name, partitions: of }) =>
        of.map(({ partitionIndex, committedOffset }): [string, bigint] => [
          `${name}/${partitionIndex}`,
          committedOffset,
        ]),
      ),
    );
    return new Map(partitions.filter(([, offset]) => offset >= 0n));
  }

  async #count(topic: string, partition: number, from: bigint, to: bigint): Promise<Count> {
    const known = this.#counted.get(`${topic}/${partition}`);
    if (known?.from === from && known.to === to) return known.count;
    const count = await this.#read(topic, partition, from, to);
    this.#counted.set(`${topic}/${partition}`, { from, to, count });
    return count;
  }

  async #read(topic: string, partition: number, from: bigint, to: bigint): Promise<Count> {
    let [position, records] = [from, 0];
    let first: RangeRecord | undefined;
    const counted = (isExact: boolean, more = 0): Count => ({
      records: records + more,
      isExact,
      waitingSinceMs: first && this.#timeOf(asRecord(topic, partition, first)),
    });
    for (let bytes = 0; position < to; bytes += fetchBytes) {
      if (bytes >= this.#countedBytes) return counted(false, Number(to - position));
      const fetched = await fetchCommitted(this.#consumer, topic, partition, position, fetchBytes);
      const waiting = committedRecords(fetched).filter(({ offset }) => offset >= position && offset < to);
      records += waiting.length;
      first ??= waiting[0];
      const next = endOf(fetched.batches);
      // Nothing more is kept before the end: compaction took the last ones.
      if (next === undefined || next <= position) break;
      position = next;
    }
    return counted(true);
  }

  #timeOf(record: TopicRecord): number {
    return this.#sink.timeOf?.(record) ?? record.timestampMs;
  }
}

type Count = Pick<PartitionLag, "records" | "isExact" | "waitingSinceMs">;

function asRecord(topic: string, partition: number, { key, value, ...record }: RangeRecord): TopicRecord {
  return { topic, partition, ...record, key: key?.toString() ?? null, value: value?.toString() ?? null };
}

/**
 * A transaction's end is marked in one partition after the other: what is written and not yet marked is no reader's, but
 * has to be waited for.
 */
function withUnreadable(count: Count, readable: bigint, end: bigint): Count {
  return end <= readable ? count : { ...count, records: count.records + Number(end - readable), isExact: false };
}
