/** Writing records to topics from this machine, byte for byte, headers and timestamps included. */
import { ProduceAcks, Producer, ProtocolError, type MessageToProduce } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import type { RecordHeader } from "./topic.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";

/** One record to be written. */
export interface RecordToSend {
  /** Default 0. */
  readonly partition?: number;
  readonly key: Buffer | string | null;
  /** null: a tombstone. */
  readonly value: Buffer | string | null;
  /** In ms since 1970; default now. */
  readonly timestampMs?: number;
  readonly headers?: readonly RecordHeader[];
}

/** A request has to stay below the broker's `message.max.bytes` (1 MiB); one larger record goes alone. */
const requestBytes = 512 * 1024;

/** Timestamps of one request have to lie this close together: the library writes their distance wrongly beyond it. */
const requestSpanMs = 2 ** 31 - 1;

/** What a record needs beside its key, value and headers, at most. */
const overheadBytes = 64;

/** Writes to the topics of one cluster, waiting for all in-sync replicas; close it when done. */
export class RecordProducer {
  readonly #producer: Producer;
  readonly #kafka: KafkaAddress;

  /**
   * Connects with the first record, not before.
   */
  constructor(kafka: KafkaAddress) {
    this.#kafka = kafka;
    this.#producer = new Producer({
      ...connectionTo(kafka, "cdc-producer"),
      autocreateTopics: false,
    });
  }

  /**
   * Writes the records of each partition in their order. Where the leader of one of several partitions has just changed, the
   * library sends the whole request again: records of the others are there twice then.
   * @param topic must exist.
   * @returns the offset of each, in the order of the records.
   * @throws Error when no broker answers, or it refuses; records before the refused one may be written then.
   */
  async send(topic: string, records: readonly RecordToSend[]): Promise<bigint[]> {
    const offsets: bigint[] = [];
    const nowMs = Date.now();
    const timed = records.map((record) => ({ ...record, timestampMs: record.timestampMs ?? nowMs }));
    for (const chunk of chunksOf(timed)) offsets.push(...(await this.#sendChunk(topic, chunk)));
    return offsets;
  }

  async close(): Promise<void> {
    await this.#producer.close();
  }

  async #sendChunk(topic: string, records: readonly TimedRecord[]): Promise<bigint[]> {
    const messages = records.map((record) => messageOf(topic, record));
    const sent = await answerFrom(
      this.#kafka,
      async () => await this.#producer.send({ messages, acks: ProduceAcks.ALL }),
    ).catch((error: unknown) => {
      // The broker's own words say more than the library's for the error's number.
      const said = error instanceof ProtocolError ? String(error["serverErrorMessage"] ?? "") : "";
      throw said === "" ? error : new Error(`${topic} refuses a record: ${said}`, { cause: error });
    });
    // The broker tells the first offset of each partition; the others follow it without a gap.
    const next = new Map(sent.offsets?.map(({ partition, offset }) => [partition, offset]));
    return records.map(({ partition = 0 }) => {
      const offset = next.get(partition);
      if (offset === undefined) throw new Error(`${topic}-${partition}: the broker did not tell where it wrote`);
      next.set(partition, offset + 1n);
      return offset;
    });
  }
}

type TimedRecord = RecordToSend & { readonly timestampMs: number };

/** Requests that are neither too large nor spread too far in time. */
export function* chunksOf(records: readonly TimedRecord[]): Generator<TimedRecord[]> {
  let chunk: TimedRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    const spanMs = Math.abs(record.timestampMs - (chunk[0] ?? record).timestampMs);
    if (chunk.length > 0 && (bytes + size > requestBytes || spanMs > requestSpanMs)) {
      yield chunk;
      [chunk, bytes] = [[], 0];
    }
    chunk.push(record);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

function sizeOf({ key, value, headers = [] }: RecordToSend): number {
  const texts = [key, value, ...headers.flat()];
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ""), overheadBytes);
}

function messageOf(topic: string, { partition = 0, key, value, timestampMs, headers = [] }: TimedRecord) {
  return {
    topic,
    partition,
    // The library writes null for what is not there, but its types ask for bytes.
    key: bytesOf(key) as Buffer,
    value: bytesOf(value) as Buffer,
    timestamp: BigInt(timestampMs),
    // Buffers as names: equal ones may come more than once.
    headers: new Map(headers.map(([name, content]) => [Buffer.from(name), content as Buffer])),
  } satisfies MessageToProduce;
}

function bytesOf(text: Buffer | string | null): Buffer | null {
  return typeof text === "string" ? Buffer.from(text) : text;
}
