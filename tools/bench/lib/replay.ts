/** Bursts that wait in the binlog and are read again and again: every setting has the same work, and no writer beside it. */
import { TopicAdmin } from "../../../clients/kafka/admin.ts";
import { TopicReader, type TopicStream } from "../../../clients/kafka/topic.ts";
import type { ShardPlan } from "../../../plan/types.ts";
import { nowMs } from "../../../flow/now.ts";
import type { Pipeline } from "./pipeline.ts";
import { burstTopic, type Place } from "./rows.ts";
import { sampleOf, type Sample } from "./sample.ts";
import type { KafkaEndpoint } from "../../../lib/endpoint.ts";

/** What a shard's connector has to read. */
export interface Burst {
  readonly shard: ShardPlan;
  readonly rows: number;
  /** From where. */
  readonly from: Place;
  /** Its probe row is the last thing to read. */
  readonly token: string;
}

/** What came of bursts: a look at the first one's events, and times in ms since 1970. */
export interface Arrived extends Sample {
  /** When the worker handed the first event of all to its producer. */
  readonly firstMs: number;
  /** When a consumer here had the last one, its transaction committed. */
  readonly lastMs: number;
}

const arrivalLimitMs = 240_000;

/**
 * Lets stopped connectors read bursts, follows their events, and stops them again.
 * @param begin what is done once the connectors run, before the wait; default nothing.
 * @throws Error when not all events arrive.
 */
export async function readBursts(
  pipeline: Pipeline,
  bursts: readonly Burst[],
  begin: () => Promise<unknown> = async () => {},
): Promise<Arrived> {
  const { kafka, worker } = pipeline;
  for (const { shard, from } of bursts)
    await worker.alterOffsets(shard.connector.name, [{ partition: { server: shard.topicPrefix }, offset: from }]);
  const shards = bursts.map(({ shard }) => shard);
  const topics = shards.map(burstTopic);
  const admin = new TopicAdmin(kafka);
  const arrivals: Arrival[] = [];
  try {
    const before = await admin.endOffsets(topics);
    for (const burst of bursts) arrivals.push(await Arrival.open(kafka, burst));
    await pipeline.resume(shards);
    await begin();
    const lastMs = Math.max(...(await Promise.all(arrivals.map(async (arrival) => await arrival.atMs()))));
    await pipeline.stop(shards);
    const after = await admin.endOffsets(topics);
    const samples: Sample[] = [];
    for (const [index, topic] of topics.entries()) {
      const [from, rows] = [before.get(topic) ?? 0n, bursts[index]?.rows ?? 0];
      // The marks of transactions count too, so that there may be more.
      const found = Number((after.get(topic) ?? 0n) - from);
      if (found < rows) throw new Error(`${topic}: only ${found} of ${rows} events arrived`);
      samples.push(await sampleOf(kafka, topic, from));
    }
    const [first] = samples;
    if (first === undefined) throw new Error("there is no burst to read");
    return { ...first, firstMs: Math.min(...samples.map(({ firstMs }) => firstMs)), lastMs };
  } finally {
    await Promise.allSettled([...arrivals, admin].map(async (one) => await one.close()));
  }
}

/** Deletes the events of bursts, so that the disk does not fill up; the topics' cleanup has to be `delete`. */
export async function forgetBursts({ kafka, plan }: Pipeline): Promise<void> {
  const admin = new TopicAdmin(kafka);
  try {
    for (const shard of plan.shards) await admin.deleteRecords(burstTopic(shard));
  } finally {
    await admin.close();
  }
}

/** A shard's probe topic, on which the end of a burst shows. */
class Arrival {
  readonly #burst: Burst;
  readonly #reader: TopicReader;
  readonly #events: TopicStream;

  private constructor(burst: Burst, reader: TopicReader, events: TopicStream) {
    this.#burst = burst;
    this.#reader = reader;
    this.#events = events;
  }

  static async open(kafka: KafkaEndpoint, burst: Burst): Promise<Arrival> {
    const reader = new TopicReader(kafka, burst.shard.probeTopic);
    try {
      return new Arrival(burst, reader, await reader.open(await reader.endOffsets()));
    } catch (error) {
      await reader.close();
      throw error;
    }
  }

  async atMs(): Promise<number> {
    const { shard, token } = this.#burst;
    const record = await this.#events.find(({ value }) => value?.includes(token) === true, arrivalLimitMs);
    if (record === undefined)
      throw new Error(`${shard.name}: the burst's end did not arrive within ${arrivalLimitMs / 1000} s`);
    return nowMs();
  }

  async close(): Promise<void> {
    await this.#events.close();
    await this.#reader.close();
  }
}
