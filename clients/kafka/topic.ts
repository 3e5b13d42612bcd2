/** Reading topics from this machine, with the transactions of exactly-once sources respected (read_committed). */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { Consumer, ListOffsetTimestamps, type Message, type MessagesStream } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { readerGroups } from "../../lib/constants.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";

/** One record; a tombstone's value is null. */
export interface TopicRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** When the producer sent it (the broker's time where the topic is set so), in ms since 1970. */
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** A header of a record; its name may come more than once. */
export type RecordHeader = readonly [name: string, value: Buffer | null];

/** One record, byte for byte, for what may be no text at all. */
export interface RawRecord extends Omit<TopicRecord, "key" | "value"> {
  readonly key: Buffer | null;
  /** null: a tombstone. */
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

/** By topic, an offset for each partition in the order of the partitions. */
export type Positions = ReadonlyMap<string, readonly bigint[]>;

/** Topics of one cluster, opened for reading by one consumer; close it when done. */
export class TopicsReader {
  readonly #consumer: Consumer;
  readonly #kafka: KafkaAddress;
  readonly #topics: readonly string[];

  /**
   * @param topics names; all of them must exist.
   */
  constructor(kafka: KafkaAddress, topics: readonly string[]) {
    this.#kafka = kafka;
    this.#topics = topics;
    this.#consumer = new Consumer({
      // A group of its own, which the broker forgets: nothing is committed.
      groupId: `${readerGroups}${randomUUID()}`,
      ...connectionTo(kafka, "cdc-reader"),
    });
  }

  /**
   * The offset after the last committed record of each partition.
   * @throws Error when no broker answers.
   */
  async endOffsets(): Promise<Positions> {
    return await this.#list(ListOffsetTimestamps.LATEST);
  }

  /**
   * The offset of the first record of each partition that is still kept.
   * @throws Error when no broker answers.
   */
  async startOffsets(): Promise<Positions> {
    return await this.#list(ListOffsetTimestamps.EARLIEST);
  }

  /**
   * Opens the topics for reading; when this returns, the positions are fixed and records are being fetched.
   * Records of one partition come in their order; between partitions there is none.
   */
  async open(from: Positions): Promise<TopicStream> {
    return new TopicStream(
      await answerFrom(
        this.#kafka,
        async () =>
          await this.#consumer.consume({
            topics: [...this.#topics],
            mode: "manual",
            offsets: [...from].flatMap(([topic, offsets]) =>
              offsets.map((offset, partition) => ({ topic, partition, offset })),
            ),
            autocommit: false,
            maxWaitTime: 100,
          }),
      ),
    );
  }

  async #list(timestamp: bigint): Promise<Positions> {
    return await answerFrom(
      this.#kafka,
      async () => await this.#consumer.listOffsets({ topics: [...this.#topics], timestamp }),
    );
  }

  /** Never fails: it stands at the end of what may have failed itself, and that is what is to be reported. */
  async close(): Promise<void> {
    await this.#consumer.close(true).catch(() => {});
  }
}

/** One topic, opened for reading; close it when done. */
export class TopicReader {
  readonly #reader: TopicsReader;
  readonly #topic: string;

  /**
   * @param topic the topic's name; it must exist.
   */
  constructor(kafka: KafkaAddress, topic: string) {
    this.#topic = topic;
    this.#reader = new TopicsReader(kafka, [topic]);
  }

  /** The offset after the last committed record of each partition, in the order of the partitions. */
  async endOffsets(): Promise<readonly bigint[]> {
    return (await this.#reader.endOffsets()).get(this.#topic) ?? [];
  }

  /**
   * Opens the topic for reading; when this returns, the position is fixed and records are being fetched.
   * @param from first offset of each partition (0n for the beginning).
   */
  async open(from: readonly bigint[]): Promise<TopicStream> {
    return await this.#reader.open(new Map([[this.#topic, from]]));
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }
}

/** Records in the order of their arrival. */
export class TopicStream {
  readonly #stream: RawStream;
  readonly #records: AsyncIterator<Message>;
  #pending: Promise<IteratorResult<Message>> | undefined;

  constructor(stream: RawStream) {
    this.#stream = stream;
    this.#records = stream[Symbol.asyncIterator]();
  }

  /**
   * Waits for the next record, as text.
   * @returns undefined when none came in time; the stream can be asked again.
   */
  async next(timeoutMs: number): Promise<TopicRecord | undefined> {
    const record = await this.nextRaw(timeoutMs);
    return record && textOf(record);
  }

  /** The same with its bytes as they are, and its headers. */
  async nextRaw(timeoutMs: number): Promise<RawRecord | undefined> {
    // A record that comes after the time-out belongs to the next call.
    this.#pending ??= this.#records.next();
    const timeout = new AbortController();
    try {
      const result = await Promise.race([
        this.#pending,
        setTimeout(timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined),
      ]);
      if (result === undefined || result.done === true) return undefined;
      this.#pending = undefined;
      return recordOf(result.value);
    } finally {
      timeout.abort();
    }
  }

  /**
   * Reads on until a record satisfies `accept`.
   * @returns that record, or undefined when none came in time.
   */
  async find(accept: (record: TopicRecord) => boolean, timeoutMs: number): Promise<TopicRecord | undefined> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const record = await this.next(Math.max(0, deadline - performance.now()));
      if (record === undefined || accept(record)) return record;
    }
  }

  /** Never fails, as the reader's. */
  async close(): Promise<void> {
    await this.#stream.close().catch(() => {});
  }
}

type RawStream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;

function recordOf(message: Message): RawRecord {
  // The library's types know no null; a record without key, a tombstone and an empty header have it.
  const { key, value }: { readonly key?: Buffer; readonly value?: Buffer } = message;
  return {
    topic: message.topic,
    partition: message.partition,
    offset: message.offset,
    timestampMs: Number(message.timestamp),
    key: key ?? null,
    value: value ?? null,
    headers: message.headerEntries.map(([name, value]) => [name.toString(), (value as Buffer | undefined) ?? null]),
  };
}

function textOf({ topic, partition, offset, timestampMs, key, value }: RawRecord): TopicRecord {
  return { topic, partition, offset, timestampMs, key: key?.toString() ?? null, value: value?.toString() ?? null };
}
