/** Reads the notification topics on from where it has read to: what connectors tell of snapshots, and `cdc reconcile` of the index. */
import { notificationOf } from "../../../clients/debezium/notification.ts";
import { afterTold, nothingTold, type Told } from "../../../clients/debezium/told.ts";
import type { ExpandedConnector } from "../../../clients/connect/client.ts";
import type { KafkaAddress } from "../../../clients/kafka/connection.ts";
import { RangeReader } from "../../../clients/kafka/range.ts";

/** So much is read at first: a snapshot tells of each of its chunks, for as long as there is the topic. */
const lookBack = 20_000n;

/** Upstream: the default of `incremental.snapshot.chunk.size`. */
const defaultChunkSize = 1024;

interface Read {
  /** The topic's: one that was made anew has another. */
  readonly id: string;
  readonly to: bigint;
  readonly told: Told;
}

/** What is asked of a reader of topics. */
export type NoticeReader = Pick<RangeReader, "facts" | "read" | "close">;

export class Notices {
  readonly #open: () => NoticeReader;
  #reader: NoticeReader | undefined;
  /** By topic. */
  readonly #read = new Map<string, Read>();

  /** @param open by default a reader of these brokers'. */
  constructor(kafka: KafkaAddress, open: () => NoticeReader = () => new RangeReader(kafka)) {
    this.#open = open;
  }

  /**
   * @returns by connector; without those that tell nothing.
   * @throws Error when the broker does not answer.
   */
  async look(sources: readonly ExpandedConnector["info"][]): Promise<Map<string, Told>> {
    const reader = (this.#reader ??= this.#open());
    try {
      return await this.#look(reader, sources);
    } catch (error) {
      // The next look begins with connections of its own.
      this.#reader = undefined;
      await reader.close().catch(() => {});
      throw error;
    }
  }

  async #look(reader: NoticeReader, sources: readonly ExpandedConnector["info"][]): Promise<Map<string, Told>> {
    const asked = sources.flatMap(({ name, config }) => {
      const topic = config["notification.sink.topic.name"];
      return topic === undefined ? [] : [{ name, topic, config }];
    });
    const facts = asked.length === 0 ? new Map() : await reader.facts(asked.map(({ topic }) => topic));
    const found = new Map<string, Told>();
    for (const { name, topic, config } of asked) {
      const of = facts.get(topic);
      if (of === undefined) continue;
      const chunkSize = Number(config["incremental.snapshot.chunk.size"] ?? defaultChunkSize);
      const [start, end] = [of.starts[0] ?? 0n, of.ends[0] ?? 0n];
      const known = this.#read.get(topic);
      const goesOn = known !== undefined && known.id === of.id && known.to <= end;
      const from = goesOn ? known.to : end - lookBack > start ? end - lookBack : start;
      let told = goesOn ? known.told : nothingTold;
      for await (const { key, value } of reader.read(topic, 0, from, end)) {
        const record = { topic, key: key?.toString() ?? null, value: value?.toString() ?? null };
        const notification = notificationOf(record);
        if (notification !== undefined) told = afterTold(told, notification, chunkSize);
      }
      this.#read.set(topic, { id: of.id, to: end, told });
      found.set(name, told);
    }
    return found;
  }
}
