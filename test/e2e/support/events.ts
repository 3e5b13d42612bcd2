/** Change events as a consumer sees them: read from a topic of a running pipeline, decoded. */
import { decode as decodeRecord, type ChangeEvent as DecodedChange } from "../../../clients/debezium/events/decode.ts";
import type { Row } from "../../../clients/debezium/events/json.ts";
import { TopicReader, type TopicRecord } from "../../../clients/kafka/topic.ts";

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

/** Every record of a topic from its beginning, until none has come for `quietMs`. */
export async function readAll(bootstrap: string, topic: string, quietMs = 1500): Promise<TopicRecord[]> {
  return await collect(
    bootstrap,
    topic,
    "beginning",
    async () => {},
    () => false,
    quietMs,
  );
}

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
  return await collect(bootstrap, topic, "end", work, (found) => found.length >= expected, 700);
}

async function collect(
  bootstrap: string,
  topic: string,
  from: "beginning" | "end",
  work: () => Promise<unknown>,
  isEnough: (found: readonly TopicRecord[]) => boolean,
  quietMs: number,
): Promise<TopicRecord[]> {
  const reader = new TopicReader({ bootstrap }, topic);
  try {
    const end = await reader.endOffsets();
    const stream = await reader.open(from === "end" ? end : end.map(() => 0n));
    try {
      await work();
      const found: TopicRecord[] = [];
      const firstWaitMs = 15_000;
      for (;;) {
        const record = await stream.next(from === "beginning" || isEnough(found) ? quietMs : firstWaitMs);
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
