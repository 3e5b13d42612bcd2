/** What a topic is and how far it goes, and emptying it: the broker's admin API as far as the pipeline needs it. */
import {
  Admin,
  ConfigResourceTypes,
  ConfigSources,
  FetchIsolationLevels,
  ListOffsetTimestamps,
  type BrokerLogDirDescription,
  type ClusterTopicMetadata,
} from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";

/** A topic as the brokers have it. */
export interface TopicDescription {
  readonly name: string;
  readonly partitions: number;
  /** Replicas of each partition. */
  readonly replicas: number;
  /** What was set on the topic itself; the brokers' defaults are not in it. */
  readonly config: Readonly<Record<string, string>>;
  /** On disk, on all brokers together. */
  readonly sizeBytes: number;
}

/** What topics take on the brokers' disks, and what these have left. */
export interface DiskUse {
  /** By topic, all replicas together; without those that do not exist. */
  readonly topics: ReadonlyMap<string, number>;
  /** One for each broker whose version tells that (Kafka 3.3 and later): of several disks the one with the least left. */
  readonly disks: readonly { readonly broker: number; readonly totalBytes: number; readonly freeBytes: number }[];
}

/** DeleteRecords: up to the high watermark, whatever it is by then. */
const upToTheEnd = -1n;

/** The topics of one cluster; close it when done. */
export class TopicAdmin {
  readonly #admin: Admin;
  readonly #kafka: KafkaAddress;

  /**
   * Connects with the first question, not before.
   */
  constructor(kafka: KafkaAddress) {
    this.#kafka = kafka;
    this.#admin = new Admin(connectionTo(kafka, "cdc-admin"));
  }

  /**
   * The offset after the last committed record, summed over a topic's partitions: one question for all topics.
   * It grows with every record, and with the marks that transactions leave, which no consumer sees.
   * @returns by topic; without those that do not exist.
   * @throws Error when no broker answers.
   */
  async endOffsets(topics: readonly string[]): Promise<Map<string, bigint>> {
    return await this.#offsets(topics, ListOffsetTimestamps.LATEST);
  }

  /**
   * The offset of the first record that is still kept, summed over a topic's partitions.
   * @returns by topic; without those that do not exist.
   * @throws Error when no broker answers.
   */
  async startOffsets(topics: readonly string[]): Promise<Map<string, bigint>> {
    return await this.#offsets(topics, ListOffsetTimestamps.EARLIEST);
  }

  /**
   * Deletes every record of a topic; offsets go on from where they were. A topic that does not exist is fine.
   * @throws Error when no broker answers, or the topic's cleanup policy is compaction alone (Kafka refuses that).
   */
  async deleteRecords(topic: string): Promise<void> {
    await answerFrom(this.#kafka, async () => {
      const found = (await this.#existing([topic])).get(topic);
      if (found === undefined) return;
      const partitions = found.partitions.map((_, partition) => ({ partition, offset: upToTheEnd }));
      await this.#admin.deleteRecords({ topics: [{ name: topic, partitions }] });
    });
  }

  /**
   * Deletes the records of one partition that lie before an offset.
   * @throws Error when no broker answers, or the topic or the offset does not exist.
   */
  async deleteRecordsBefore(topic: string, partition: number, offset: bigint): Promise<void> {
    await answerFrom(this.#kafka, async () => {
      await this.#admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition, offset }] }] });
    });
  }

  /**
   * @param topics which to describe; default all but Kafka's internal ones.
   * @returns ordered by name; without those that do not exist.
   * @throws Error when no broker answers.
   */
  async describe(topics?: readonly string[]): Promise<TopicDescription[]> {
    return await answerFrom(this.#kafka, async () => {
      const found = await this.#existing(topics);
      if (found.size === 0) return [];
      const [configs, sizes] = [await this.#configs([...found.keys()]), await this.#sizes(found)];
      return [...found].map(([name, { partitions }]) => ({
        name,
        partitions: partitions.length,
        replicas: partitions[0]?.replicas.length ?? 0,
        config: configs.get(name) ?? {},
        sizeBytes: sizes.get(name) ?? 0,
      }));
    });
  }

  /** The names of all topics that the account may see. @throws Error when no broker answers. */
  async names(): Promise<string[]> {
    return await answerFrom(this.#kafka, async () => await this.#admin.listTopics());
  }

  /**
   * What the topics take on the brokers' disks (DescribeLogDirs).
   * @throws Error when no broker answers, or the account may not ask that.
   */
  async diskUse(topics: readonly string[]): Promise<DiskUse> {
    return await answerFrom(this.#kafka, async () => {
      const found = await this.#existing(topics);
      if (found.size === 0) return { topics: new Map(), disks: [] };
      const brokers = await this.#logDirs(found);
      return { topics: sizesIn(brokers), disks: brokers.flatMap((broker) => diskOf(broker) ?? []) };
    });
  }

  /** Never fails: it stands at the end of what may have failed itself, and that is what is to be reported. */
  async close(): Promise<void> {
    await this.#admin.close().catch(() => {});
  }

  async #offsets(topics: readonly string[], timestamp: bigint): Promise<Map<string, bigint>> {
    return await answerFrom(this.#kafka, async () => {
      const found = await this.#existing(topics);
      if (found.size === 0) return new Map();
      const listed = await this.#admin.listOffsets({
        topics: [...found].map(([name, { partitions }]) => ({
          name,
          partitions: partitions.map((_, partitionIndex) => ({ partitionIndex, timestamp })),
        })),
        isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      });
      return new Map(
        listed.map(({ name, partitions }) => [name, partitions.reduce((sum, { offset }) => sum + offset, 0n)]),
      );
    });
  }

  /** Those of the topics that exist (default: all), by name in its order; to ask for one that does not fails for all. */
  async #existing(topics?: readonly string[]): Promise<Map<string, ClusterTopicMetadata>> {
    const all = await this.#admin.listTopics();
    const names = topics === undefined ? all : all.filter((name) => topics.includes(name));
    if (names.length === 0) return new Map();
    return (await this.#admin.metadata({ topics: names, forceUpdate: true })).topics;
  }

  async #configs(topics: readonly string[]): Promise<Map<string, Record<string, string>>> {
    const described = await this.#admin.describeConfigs({
      resources: topics.map((resourceName) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName })),
    });
    return new Map(
      described.map(({ resourceName, configs }) => [
        resourceName,
        Object.fromEntries(
          configs
            .filter(({ configSource }) => configSource === ConfigSources.DYNAMIC_TOPIC_CONFIG)
            .map(({ name, value }) => [name, value ?? ""]),
        ),
      ]),
    );
  }

  async #sizes(topics: ReadonlyMap<string, ClusterTopicMetadata>): Promise<Map<string, number>> {
    return sizesIn(await this.#logDirs(topics));
  }

  async #logDirs(topics: ReadonlyMap<string, ClusterTopicMetadata>): Promise<BrokerLogDirDescription[]> {
    return await this.#admin.describeLogDirs({
      topics: [...topics].map(([name, { partitions }]) => ({ name, partitions: [...partitions.keys()] })),
    });
  }
}

function sizesIn(brokers: readonly BrokerLogDirDescription[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const { name, partitions } of brokers.flatMap(({ results }) => results.flatMap(({ topics }) => topics))) {
    const bytes = partitions.reduce((sum, { partitionSize }) => sum + Number(partitionSize), 0);
    sizes.set(name, (sizes.get(name) ?? 0) + bytes);
  }
  return sizes;
}

/** Undefined where the broker does not tell: it writes -1. */
function diskOf({ broker, results }: BrokerLogDirDescription): DiskUse["disks"][number] | undefined {
  const [least] = results
    .map(({ totalBytes, usableBytes }) => ({ totalBytes: Number(totalBytes), freeBytes: Number(usableBytes) }))
    .filter(({ totalBytes, freeBytes }) => totalBytes > 0 && freeBytes >= 0)
    .toSorted((a, b) => a.freeBytes / a.totalBytes - b.freeBytes / b.totalBytes);
  return least === undefined ? undefined : { broker, ...least };
}
