/** Change events as a consumer sees them: read from a topic of a running pipeline, decoded. */
import { decode as decodeRecord, type ChangeEvent as DecodedChange } from "../../../clients/debezium/events/decode.ts";
import type { Row } from "../../../clients/debezium/events/json.ts";
import type { KafkaAddress } from "../../../clients/kafka/connection.ts";
import { RangeReader } from "../../../clients/kafka/range.ts";
import { TopicReader, type TopicRecord } from "../../../clients/kafka/topic.ts";
import { limitMs } from "./until.ts";

export type { Row } from "../../../clients/debezium/events/json.ts";

/** A decoded change, decimals and times as text. */
export interface ChangeEvent extends Omit<DecodedChange, "source"> {
  readonly source: { readonly row: number; readonly snapshot: string; readonly db: string; readonly table: string };
}

type Undecoded = Partial<TopicRecord> & Pick<TopicRecord, "key" | "value">;

/** An event, or null for a tombstone. @throws Error when it is neither. */
export function decode(record: Undecoded): ChangeEvent | null {
  const event = decodeRecord({ ...record, topic: record.topic ?? "" });
  if (event.kind === "tombstone") return null;
  if (event.kind !== "change") throw new Error(`no change event: ${record.value}`);
  return event as DecodedChange & ChangeEvent;
}

/** The key's row. */
export function decodeKey(record: Undecoded): Row {
  // A record without a value is all key.
  const event = decodeRecord({ topic: "", key: record.key, value: null });
  return (event.kind === "tombstone" ? event.key : null) ?? {};
}

/** Every record that a topic has now, partition after partition. Nothing is waited for: what comes later is not among them. */
export async function* recordsOn(kafka: string | KafkaAddress, topic: string): AsyncGenerator<TopicRecord> {
  const reader = new RangeReader(typeof kafka === "string" ? { bootstrap: kafka } : kafka);
  try {
    const facts = (await reader.facts([topic])).get(topic);
    if (facts === undefined) throw new Error(`there is no topic ${topic}`);
    for (const [partition, end] of facts.ends.entries()) {
      for await (const record of reader.read(topic, partition, facts.starts[partition] ?? 0n, end)) {
        const { offset, timestampMs, key, value } = record;
        const text = { key: key?.toString() ?? null, value: value?.toString() ?? null };
        yield { topic, partition, offset, timestampMs, ...text };
      }
    }
  } finally {
    await reader.close();
  }
}

/** The same as a list. */
export async function readAll(kafka: string | KafkaAddress, topic: string): Promise<TopicRecord[]> {
  const found: TopicRecord[] = [];
  for await (const record of recordsOn(kafka, topic)) found.push(record);
  return found;
}

const quietMs = 700;

/**
 * Runs `work` and returns the records that come to the topic because of it.
 * @param expected how many to wait for; then a quiet while, to see that no more come.
 */
export async function recordsOf(
  bootstrap: string,
  topic: string,
  expected: number,
  work: () => Promise<unknown>,
): Promise<TopicRecord[]> {
  const reader = new TopicReader({ bootstrap }, topic);
  try {
    const stream = await reader.open(await reader.endOffsets());
    try {
      await work();
      const found: TopicRecord[] = [];
      for (;;) {
        const record = await stream.next(found.length < expected ? limitMs : quietMs);
        if (record === undefined) return found;
        found.push(record);
      }
    } finally {
      await stream.close();
    }
  } finally {
    await reader.close();
  }
}
