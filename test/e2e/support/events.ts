/** Change events as a consumer sees them: read from a topic of a running pipeline, decoded. */
import { TopicReader, type TopicRecord } from "../../../kafka/topic.ts";

export type Row = Record<string, unknown>;

export interface ChangeEvent {
  readonly op: "c" | "u" | "d" | "r";
  readonly before: Row | null;
  readonly after: Row | null;
  readonly source: { readonly row: number; readonly snapshot: string; readonly db: string; readonly table: string };
}

/** An event, or null for a tombstone. */
export function decode(record: TopicRecord): ChangeEvent | null {
  if (record.value === null) return null;
  return (JSON.parse(record.value) as { payload: ChangeEvent }).payload;
}

/** The key's row. */
export function decodeKey(record: TopicRecord): Row {
  return (JSON.parse(record.key ?? "null") as { payload: Row }).payload;
}

/** org.apache.kafka.connect.data.Decimal in JSON: base64 of the unscaled number, two's complement, big-endian. */
export function decodeDecimal(value: unknown, scale: number): string {
  const bytes = Buffer.from(String(value), "base64");
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`));
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
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
  const reader = new TopicReader(bootstrap, topic);
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
