/** The newest records of topics of one partition. That there is none is an answer of the broker's, never a reading that took too long. */
import { endOf } from "./batches.ts";
import { committedRecords, RangeReader, type Fetched, type RangeRecord } from "./range.ts";
import type { KafkaAddress } from "./connection.ts";
import type { TopicRecord } from "./topic.ts";

/**
 * The newest committed record of each topic's first partition.
 * @returns by topic; without topics that hold no record, or do not exist.
 * @throws Error when no broker answers: nothing is known of any of them then.
 */
export async function newestRecords(kafka: KafkaAddress, topics: readonly string[]): Promise<Map<string, TopicRecord>> {
  if (topics.length === 0) return new Map();
  const reader = new RangeReader(kafka);
  try {
    const facts = await reader.facts(topics);
    const found = await Promise.all(
      [...facts].map(async ([topic, of]): Promise<[string, TopicRecord][]> => {
        const fetch = async (from: bigint) => await reader.fetch(topic, 0, from);
        const record = await newestIn(fetch, of.starts[0] ?? 0n, of.ends[0] ?? 0n);
        if (record === undefined) return [];
        const { offset, timestampMs, key, value } = record;
        const text = { key: key?.toString() ?? null, value: value?.toString() ?? null };
        return [[topic, { topic, partition: 0, offset, timestampMs, ...text }]];
      }),
    );
    return new Map(found.flat());
  } finally {
    await reader.close();
  }
}

/** Of a partition that ends in a transaction that is open, or was given up, more is looked at. */
const lookBack = 20n;

/**
 * The newest committed record between two offsets.
 * @param fetch asks for what is committed from an offset on.
 * @returns undefined when there is none: all of it was looked at then.
 */
export async function newestIn(
  fetch: (from: bigint) => Promise<Fetched>,
  start: bigint,
  end: bigint,
): Promise<RangeRecord | undefined> {
  if (start >= end) return undefined;
  for (let back = lookBack; ; back *= 10n) {
    const from = end - back > start ? end - back : start;
    const found = await lastFrom(fetch, from);
    if (found !== undefined || from === start) return found;
  }
}

/** What is in a transaction that is open is nobody's yet. */
async function lastFrom(fetch: (from: bigint) => Promise<Fetched>, from: bigint): Promise<RangeRecord | undefined> {
  let last: RangeRecord | undefined;
  for (let position = from; ;) {
    const found = await fetch(position);
    last = committedRecords(found).findLast(({ offset }) => offset >= from) ?? last;
    const next = endOf(found.batches);
    if (next === undefined || next <= position || next >= found.stable) return last;
    position = next;
  }
}
