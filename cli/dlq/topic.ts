/** The dead letter topic: reading it, and taking letters out of it. */
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { RecordProducer } from "../../clients/kafka/producer.ts";
import { TopicReader, type RawRecord } from "../../clients/kafka/topic.ts";
import { UnreachableError } from "../exit.ts";
import type { KafkaEndpoint } from "../../lib/endpoint.ts";

/** Records are there already; a broker that is busy takes its time. */
const readLimitMs = 15_000;

/** Read at once; Connect's headers with a stack trace take a few KiB each. */
const mostRecords = 10_000;

/** The records of a topic of one partition, as far as they are read at once. */
export interface TopicPart {
  readonly records: readonly RawRecord[];
  /** Records after them that were not read. */
  readonly further: bigint;
  /** The offset after the topic's last record. */
  readonly end: bigint;
}

/**
 * Reads a topic of one partition from its beginning.
 * @param from the first offset; default the first that is kept.
 * @throws UnreachableError when there is no such topic, or what is in it does not come.
 */
export async function readPart(kafka: KafkaEndpoint, topic: string, from?: bigint): Promise<TopicPart> {
  const bounds = await boundsOf(kafka, topic);
  const [start, end] = [from ?? bounds.start, bounds.end];
  if (start >= end) return { records: [], further: 0n, end };
  const upTo = end - start > mostRecords ? start + BigInt(mostRecords) : end;
  const reader = new TopicReader(kafka, topic);
  try {
    const stream = await reader.open([start]);
    try {
      const records: RawRecord[] = [];
      while ((records.at(-1)?.offset ?? start - 1n) < upTo - 1n) {
        const record = await stream.nextRaw(readLimitMs);
        if (record === undefined) throw silent(topic, end);
        records.push(record);
      }
      return { records, further: end - upTo, end };
    } finally {
      await stream.close();
    }
  } finally {
    await reader.close();
  }
}

/**
 * Takes records out of a topic of one partition. Kafka deletes only from the beginning: those that stay, but lie before
 * one that goes, are written again at the end, with all their headers, before anything is deleted.
 * @param part as it was read, from the topic's beginning.
 * @returns where those that were written again are now, by their old offset.
 */
export async function takeOut(
  kafka: KafkaEndpoint,
  topic: string,
  { records }: Pick<TopicPart, "records">,
  gone: ReadonlySet<bigint>,
): Promise<ReadonlyMap<bigint, bigint>> {
  const last = records.findLast(({ offset }) => gone.has(offset));
  if (last === undefined) return new Map();
  const staying = records.filter(({ offset }) => offset < last.offset && !gone.has(offset));
  const moved = staying.length === 0 ? [] : await sendAll(kafka, topic, staying);
  await withAdmin(kafka, async (admin) => await admin.deleteRecordsBefore(topic, 0, last.offset + 1n));
  return new Map(staying.map(({ offset }, index) => [offset, moved[index] ?? offset]));
}

async function sendAll(kafka: KafkaEndpoint, topic: string, records: readonly RawRecord[]): Promise<bigint[]> {
  const producer = new RecordProducer(kafka);
  try {
    return await producer.send(
      topic,
      records.map(({ key, value, timestampMs, headers }) => ({ key, value, timestampMs, headers })),
    );
  } finally {
    await producer.close();
  }
}

/** First offset that is kept, and the one after the last. */
async function boundsOf(kafka: KafkaEndpoint, topic: string): Promise<{ start: bigint; end: bigint }> {
  return await withAdmin(kafka, async (admin) => {
    const [start, end] = [(await admin.startOffsets([topic])).get(topic), (await admin.endOffsets([topic])).get(topic)];
    if (start === undefined || end === undefined)
      throw new UnreachableError(`there is no topic ${topic}`, "make up (pulumi up --refresh) makes it again");
    return { start, end };
  });
}

async function withAdmin<T>(kafka: KafkaEndpoint, question: (admin: TopicAdmin) => Promise<T>): Promise<T> {
  const admin = new TopicAdmin(kafka);
  try {
    return await question(admin);
  } finally {
    await admin.close();
  }
}

function silent(topic: string, end: bigint): UnreachableError {
  return new UnreachableError(
    `${topic} goes up to offset ${end}, but nothing comes from it within ${readLimitMs / 1000} s`,
    "cdc doctor says what is wrong; try again when the machine is less busy",
  );
}
