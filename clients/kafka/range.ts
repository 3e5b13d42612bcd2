/**
 * Records between two offsets, read to the last one without waiting for what does not come: the mark that ends a transaction
 * takes an offset too, and no consumer is given it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Admin, Consumer, FetchIsolationLevels, ListOffsetTimestamps, type RecordsBatch } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { dataOffsets, endOf } from "./batches.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";

/** What a topic is, and how far it goes. */
export interface TopicFacts {
  /** Made anew with every topic: one that was deleted and made again has another. */
  readonly id: string;
  /** By partition: the first offset that is kept. */
  readonly starts: readonly bigint[];
  /** By partition: the offset after the last record, those of open transactions included. */
  readonly ends: readonly bigint[];
}

/** A committed record, as far as those who read ranges look at it. */
export interface RangeRecord {
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  /** null: a tombstone. */
  readonly value: Buffer | null;
}

const fetchBytes = 1024 * 1024;
/** A transaction that is being committed is through in milliseconds. */
const openPauseMs = 20;
/** A transaction is given up by the broker after its time-out, a minute by default. */
const openLimitMs = 120_000;

/** Topics of one cluster, looked at without joining a group; close it when done. */
export class RangeReader {
  readonly #kafka: KafkaAddress;
  readonly #admin: Admin;
  readonly #consumer: Consumer;

  /**
   * Connects with the first question, not before.
   */
  constructor(kafka: KafkaAddress) {
    this.#kafka = kafka;
    const options = connectionTo(kafka, "cdc-range");
    this.#admin = new Admin(options);
    // The group is never joined: this consumer only asks for batches.
    this.#consumer = new Consumer({ ...options, groupId: "cdc-range" });
  }

  /**
   * @returns by topic; without those that do not exist.
   * @throws Error when no broker answers.
   */
  async facts(topics: readonly string[]): Promise<Map<string, TopicFacts>> {
    return await answerFrom(this.#kafka, async () => {
      const all = await this.#admin.listTopics();
      const there = [...new Set(topics)].filter((topic) => all.includes(topic));
      if (there.length === 0) return new Map();
      const { topics: described } = await this.#admin.metadata({ topics: there, forceUpdate: true });
      const partitions = new Map([...described].map(([name, found]) => [name, found.partitions.length]));
      const [starts, ends] = [
        await this.#list(partitions, () => ListOffsetTimestamps.EARLIEST),
        await this.#list(partitions, () => ListOffsetTimestamps.LATEST),
      ];
      return new Map(
        [...described].map(([name, { id }]) => [
          name,
          { id, starts: starts.get(name) ?? [], ends: ends.get(name) ?? [] },
        ]),
      );
    });
  }

  /**
   * Of each topic the first offset, by partition, of what was written after a time; -1n where nothing was.
   * @param times by topic, in ms since 1970; the topics must exist.
   * @throws Error when no broker answers.
   */
  async offsetsAfter(
    times: ReadonlyMap<string, number>,
    facts: ReadonlyMap<string, TopicFacts>,
  ): Promise<Map<string, readonly bigint[]>> {
    if (times.size === 0) return new Map();
    return await answerFrom(this.#kafka, async () => {
      const partitions = new Map([...times.keys()].map((topic) => [topic, facts.get(topic)?.ends.length ?? 0]));
      return await this.#list(partitions, (topic) => BigInt(times.get(topic) ?? 0) + 1n);
    });
  }

  /**
   * The committed records of one partition from one offset to before another, in their order. What is in a transaction that
   * is open is waited for.
   * @throws Error when no broker answers, or a transaction stays open.
   */
  async *read(topic: string, partition: number, from: bigint, to: bigint): AsyncGenerator<RangeRecord> {
    let waitedSince: number | undefined;
    for (let position = from; position < to;) {
      const found = await this.fetch(topic, partition, position);
      for (const record of committedRecords(found)) if (record.offset >= position && record.offset < to) yield record;
      const next = endOf(found.batches);
      if (next !== undefined && next > position) {
        position = next;
        waitedSince = undefined;
      } else if (found.stable >= to) {
        return; // compaction took the last ones
      } else {
        waitedSince ??= performance.now();
        if (performance.now() - waitedSince > openLimitMs)
          throw new Error(`${topic}-${partition}: a transaction stays open at ${position} of ${to}`);
        await sleep(openPauseMs);
      }
    }
  }

  /**
   * What is committed in one partition from an offset on, as far as it fits one answer.
   * @throws Error when no broker answers.
   */
  async fetch(topic: string, partition: number, from: bigint): Promise<Fetched> {
    return await answerFrom(this.#kafka, async () =>
      fetchCommitted(this.#consumer, topic, partition, from, fetchBytes),
    );
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#consumer.close(true), this.#admin.close()]);
  }

  async #list(
    partitions: ReadonlyMap<string, number>,
    timestampOf: (topic: string) => bigint,
  ): Promise<Map<string, readonly bigint[]>> {
    const listed = await this.#admin.listOffsets({
      topics: [...partitions].map(([name, count]) => ({
        name,
        partitions: Array.from({ length: count }, (_, partitionIndex) => ({
          partitionIndex,
          timestamp: timestampOf(name),
        })),
      })),
      isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
    });
    return new Map(
      listed.map(({ name, partitions: of }) => [
        name,
        of.toSorted((a, b) => a.partitionIndex - b.partitionIndex).map(({ offset }) => offset),
      ]),
    );
  }
}

/** What is there at once. */
export interface Fetched {
  readonly batches: readonly RecordsBatch[];
  readonly aborted: readonly { readonly producerId: bigint; readonly firstOffset: bigint }[];
  /** Up to where records are committed, or given up. */
  readonly stable: bigint;
}

/** The records among what was fetched that a reader of committed records is given, in their order. */
export function committedRecords({ batches, aborted }: Pick<Fetched, "batches" | "aborted">): RangeRecord[] {
  const committed = new Set(dataOffsets(batches, aborted));
  return batches.flatMap(({ firstOffset, firstTimestamp, records }) =>
    records
      .map(({ offsetDelta, timestampDelta, key, value }) => ({
        offset: firstOffset + BigInt(offsetDelta),
        timestampMs: Number(firstTimestamp + timestampDelta),
        key,
        value,
      }))
      .filter(({ offset }) => committed.has(offset)),
  );
}

/**
 * Asks a partition's leader for what is committed from an offset on, without waiting for more.
 *
 * Those of one consumer come one after the other, also when several are asked for at the same time: the client has one fetch
 * session with each broker (KIP-227), and a broker refuses a request that overtakes another of its session ("The fetch session
 * epoch is invalid").
 */
export async function fetchCommitted(
  consumer: Consumer,
  topic: string,
  partition: number,
  fetchOffset: bigint,
  bytes: number,
): Promise<Fetched> {
  const before = lastFetch.get(consumer) ?? Promise.resolve();
  const turn = before.then(async () => await fetchNow(consumer, topic, partition, fetchOffset, bytes));
  lastFetch.set(
    consumer,
    turn.catch(() => {}),
  );
  return await turn;
}

const lastFetch = new WeakMap<Consumer, Promise<unknown>>();

async function fetchNow(
  consumer: Consumer,
  topic: string,
  partition: number,
  fetchOffset: bigint,
  bytes: number,
): Promise<Fetched> {
  const described = (await consumer.metadata({ topics: [topic] })).topics.get(topic);
  const leader = described?.partitions[partition];
  if (described === undefined || leader === undefined) throw new Error(`${topic} has no partition ${partition}`);
  const response = await consumer.fetch({
    node: leader.leader,
    topics: [
      {
        topicId: described.id,
        partitions: [
          { partition, currentLeaderEpoch: -1, fetchOffset, lastFetchedEpoch: -1, partitionMaxBytes: bytes },
        ],
      },
    ],
    // What is there, at once.
    minBytes: 0,
    maxWaitTime: 0,
    maxBytes: bytes,
    isolationLevel: FetchIsolationLevels.READ_COMMITTED,
  });
  const found = response.responses.flatMap(({ partitions }) => partitions)[0];
  return {
    batches: found?.records ?? [],
    aborted: found?.abortedTransactions ?? [],
    stable: found?.lastStableOffset ?? -1n,
  };
}
