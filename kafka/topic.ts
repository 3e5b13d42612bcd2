/** Reading a topic from this machine, with the transactions of exactly-once sources respected (read_committed). */
import { randomUUID } from "node:crypto";
import { Consumer, stringDeserializers, type Message } from "@platformatic/kafka";

/** One record; a tombstone's value is null. */
export interface TopicRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly value: string | null;
}

type TextMessage = Message<string, string, string, string>;

/** A topic of one cluster, opened for reading; close it when done. */
export class TopicReader {
  readonly #consumer: Consumer<string, string, string, string>;
  readonly #topic: string;

  /**
   * @param bootstrap `HOST:PORT` as reached from this machine.
   * @param topic the topic's name; it must exist.
   */
  constructor(bootstrap: string, topic: string) {
    this.#topic = topic;
    this.#consumer = new Consumer({
      // A group of its own, which the broker forgets: nothing is committed.
      groupId: `cdc-reader-${randomUUID()}`,
      clientId: "cdc-reader",
      bootstrapBrokers: [bootstrap],
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
   * Hands over records as they come, from the given offsets on, until `accept` returns true.
   * @param from first offset of each partition (0n for the beginning).
   * @param timeoutMs how long to wait in all.
   * @returns true when a record was accepted, false when time ran out.
   */
  async readUntil(from: readonly bigint[], timeoutMs: number, accept: (record: TopicRecord) => boolean): Promise<boolean> {
    const stream = await this.#consumer.consume({
      topics: [this.#topic],
      mode: "manual",
      offsets: from.map((offset, partition) => ({ topic: this.#topic, partition, offset })),
      autocommit: false,
      maxWaitTime: 100,
    });
    const timer = setTimeout(() => {
      void stream.close();
    }, timeoutMs);
    try {
      for await (const message of stream as AsyncIterable<TextMessage>) {
        if (accept(recordOf(message))) return true;
      }
      return false;
    } finally {
      clearTimeout(timer);
      await stream.close();
    }
  }

  async close(): Promise<void> {
    await this.#consumer.close(true);
  }
}

function recordOf(message: TextMessage): TopicRecord {
  return {
    partition: message.partition,
    offset: message.offset,
    key: (message.key as string | null | undefined) ?? null,
    value: (message.value as string | null | undefined) ?? null,
  };
}
