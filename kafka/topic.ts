/** Reading a topic from this machine, with the transactions of exactly-once sources respected (read_committed). */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { Consumer, stringDeserializers, type Message, type MessagesStream } from "@platformatic/kafka";

/** One record; a tombstone's value is null. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: string | null;
}

/** A topic of one cluster, opened for reading; close it when done. */
export class TopicReader {
  readonly #consumer: Consumer<string, string, string, string>;
  readonly #topic: string;

  /**
   * @param bootstrap `HOST:PORT`, several separated by commas, as reached from this machine.
   * @param topic the topic's name; it must exist.
   */
  constructor(bootstrap: string, topic: string) {
    this.#topic = topic;
    this.#consumer = new Consumer({
      // A group of its own, which the broker forgets: nothing is committed.
      groupId: `cdc-reader-${randomUUID()}`,
      clientId: "cdc-reader",
      bootstrapBrokers: bootstrap.split(","),
      deserializers: stringDeserializers,
      retries: 0,
      connectTimeout: 5000,
    });
  }

  /** The offset after the last record of each partition, in the order of the partitions. */
  async endOffsets(): Promise<bigint[]> {
    const offsets = await this.#consumer.listOffsets({ topics: [this.#topic] });
    return offsets.get(this.#topic) ?? [];
  }

  /**
   * Opens the topic for reading; when this returns, the position is fixed and records are being fetched.
   * @param from first offset of each partition (0n for the beginning).
   */
  async open(from: readonly bigint[]): Promise<TopicStream> {
    return new TopicStream(
      await this.#consumer.consume({
        topics: [this.#topic],
        mode: "manual",
        offsets: from.map((offset, partition) => ({ topic: this.#topic, partition, offset })),
        autocommit: false,
        maxWaitTime: 100,
      }),
    );
  }

  async close(): Promise<void> {
    await this.#consumer.close(true);
  }
}

/** Records in the order of their arrival. */
export class TopicStream {
  readonly #stream: MessagesStream<string, string, string, string>;
  readonly #records: AsyncIterator<TextMessage>;
  #pending: Promise<IteratorResult<TextMessage>> | undefined;

  constructor(stream: MessagesStream<string, string, string, string>) {
    this.#stream = stream;
    this.#records = stream[Symbol.asyncIterator]();
  }

  /**
   * Waits for the next record.
   * @returns undefined when none came in time; the stream can be asked again.
   */
  async next(timeoutMs: number): Promise<TopicRecord | undefined> {
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

  async close(): Promise<void> {
    await this.#stream.close();
  }
}

type TextMessage = Message<string, string, string, string>;

function recordOf(message: TextMessage): TopicRecord {
  return {
    partition: message.partition,
    offset: message.offset,
    key: message.key ?? null,
    value: message.value ?? null,
  };
}
