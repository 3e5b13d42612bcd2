/** Several consumers of one group, as applications run them, and what they handled in the order in which they did. */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { Consumer, type MessagesStream } from "@platformatic/kafka";
import { limitMs } from "./until.ts";

/** A record when a consumer was done with it. */
export interface Handled {
  /** Which of the group's consumers, from 0. */
  readonly consumer: number;
  readonly partition: number;
  readonly value: string;
}

/** So long a consumer works at one record, at most: they overtake each other where nothing keeps them from it. */
const workMs = 4;

interface Member {
  readonly consumer: Consumer;
  readonly stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>;
  readonly work: Promise<void>;
}

/** Reads topics from their beginning; close it when done. */
export class ConsumerGroup {
  /** Each record once: one that is given to another consumer when the group changes is not new. */
  readonly handled: Handled[] = [];
  readonly #given = new Set<string>();
  readonly #members: Member[] = [];
  readonly #everybodyIsIn = Promise.withResolvers<void>();
  #isClosing = false;
  #error: unknown;

  /**
   * Starts the consumers; they begin to work when all have joined.
   * @param bootstrap `HOST:PORT`.
   * @param size how many consumers share the topics' partitions.
   */
  static async start(bootstrap: string, topics: readonly string[], size: number): Promise<ConsumerGroup> {
    const group = new ConsumerGroup();
    const groupId = `test-${randomUUID()}`;
    try {
      const numbers = Array.from({ length: size }, (_, number) => number);
      await Promise.all(numbers.map(async (number) => await group.#join(bootstrap, groupId, topics, number)));
      group.#everybodyIsIn.resolve();
      return group;
    } catch (error) {
      await group.close();
      throw error;
    }
  }

  async #join(bootstrap: string, groupId: string, topics: readonly string[], number: number): Promise<void> {
    const consumer = new Consumer({
      groupId,
      clientId: `test-${number}`,
      bootstrapBrokers: bootstrap.split(","),
      autocommit: 100,
      maxWaitTime: 100,
    });
    // One that leaves makes the others join anew, and these may fail in that when they are closed meanwhile.
    consumer.on("error", this.#note);
    try {
      const stream = await consumer.consume({ topics: [...topics], mode: "committed", fallbackMode: "earliest" });
      const work = this.#handle(stream, number).catch(this.#note);
      this.#members.push({ consumer, stream, work });
    } catch (error) {
      await consumer.close(true);
      throw error;
    }
  }

  readonly #note = (error: unknown): void => {
    if (!this.#isClosing) this.#error ??= error;
  };

  async #handle(stream: Member["stream"], number: number): Promise<void> {
    await this.#everybodyIsIn.promise;
    for await (const { topic, partition, offset, value } of stream) {
      await setTimeout(Math.random() * workMs);
      const place = `${topic} ${partition} ${offset}`;
      if (this.#given.has(place)) continue;
      this.#given.add(place);
      this.handled.push({ consumer: number, partition, value: value.toString() });
    }
  }

  /** Waits until enough was handled. @throws Error when it was not in time, or a consumer failed. */
  async until(isEnough: (handled: readonly Handled[]) => boolean): Promise<readonly Handled[]> {
    const deadline = performance.now() + limitMs;
    while (!isEnough(this.handled)) {
      if (this.#error !== undefined) throw this.#error;
      if (performance.now() > deadline) throw new Error(`only ${this.handled.length} records in ${limitMs / 1000} s`);
      await setTimeout(250);
    }
    return [...this.handled];
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#everybodyIsIn.resolve();
    const members = this.#members.splice(0);
    await Promise.all(
      members.map(async ({ stream, work }) => {
        await stream.close();
        await work;
      }),
    );
    await Promise.all(members.map(async ({ consumer }) => await consumer.close(true)));
  }
}
