/** A look at a topic's first records as they lie on the broker's disk, compressed or not. */
import { Consumer, FetchIsolationLevels } from "@platformatic/kafka";
import { connectionTo } from "../../../clients/kafka/connection.ts";
import type { KafkaEndpoint } from "../../../lib/endpoint.ts";

/** Means over the first few thousand records. */
export interface Sample {
  /** When the first record was handed to the producer, in ms since 1970. */
  readonly firstMs: number;
  /** Key and value. */
  readonly eventBytes: number;
  /** The same with headers and its share of its batch and of its transaction's mark, after compression. */
  readonly diskBytes: number;
}

const answerLimitMs = 30_000;
const fetchBytes = 8 * 1024 * 1024;
/** A batch's own offset and length, which its length leaves out. Upstream: Kafka's protocol guide, "Record Batch". */
const headBytes = 12;
const isControl = 0x20;

/**
 * @param topic of one partition.
 * @param from its first offset that counts.
 * @throws Error when there is no record from there on.
 */
export async function sampleOf(kafka: KafkaEndpoint, topic: string, from: bigint): Promise<Sample> {
  const consumer = new Consumer({
    groupId: "cdc-bench",
    ...connectionTo(kafka, "cdc-bench", answerLimitMs),
    retries: 3,
  });
  try {
    const described = (await consumer.metadata({ topics: [topic] })).topics.get(topic);
    const leader = described?.partitions[0];
    if (described === undefined || leader === undefined) throw new Error(`there is no topic ${topic}`);
    const partition = { partition: 0, currentLeaderEpoch: -1, fetchOffset: from, lastFetchedEpoch: -1 };
    const { responses } = await consumer.fetch({
      node: leader.leader,
      topics: [{ topicId: described.id, partitions: [{ ...partition, partitionMaxBytes: fetchBytes }] }],
      minBytes: 0,
      maxWaitTime: 0,
      maxBytes: fetchBytes,
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
    });
    const batches = responses.flatMap(({ partitions }) => partitions.flatMap(({ records }) => records ?? []));
    const data = batches.filter(({ attributes }) => (attributes & isControl) === 0);
    const records = data.flatMap((batch) => batch.records);
    const [first] = data;
    if (first === undefined) throw new Error(`${topic}: no record from offset ${from} on`);
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
    return {
      firstMs: Number(first.firstTimestamp),
      eventBytes: sum(records.map(({ key, value }) => (key?.length ?? 0) + (value?.length ?? 0))) / records.length,
      diskBytes: sum(batches.map(({ length }) => headBytes + length)) / records.length,
    };
  } finally {
    await consumer.close(true);
  }
}
