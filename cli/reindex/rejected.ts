/** Records that a new index could not take: reported, and when it is put in place all the same, kept as dead letters. */
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { RecordProducer } from "../../clients/kafka/producer.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { letterOf, newestReports } from "../dlq/letter.ts";
import { readPart } from "../dlq/topic.ts";
import type { KafkaEndpoint } from "../../lib/endpoint.ts";

export interface Rejected {
  readonly count: number;
  /** `TOPIC/PARTITION OFFSET: REASON` of the first ones. */
  readonly examples: readonly string[];
}

const shown = 3;

/** @param topic the temporary sink's dead letter topic; the worker makes it when that starts. */
export async function rejectedIn(plan: PipelinePlan, topic: string): Promise<Rejected> {
  const kafka = plan.kafka.endpoints.fromHost;
  if (!(await isThere(kafka, topic))) return { count: 0, examples: [] };
  const { records, further } = await readPart(kafka, topic);
  const letters = newestReports(records.map((record) => letterOf(plan, record)));
  return {
    count: letters.length + Number(further),
    examples: letters
      .slice(0, shown)
      .map(({ origin, reason }) => `${origin.topic}/${origin.partition} ${origin.offset}: ${reason}`),
  };
}

/**
 * Copies the records of the one topic to the end of the other; their headers say where they first stood.
 * @param from the first offset that was not copied yet.
 * @returns the offset up to which they are copied now.
 */
export async function copyRejected(kafka: KafkaEndpoint, topic: string, to: string, from: bigint): Promise<bigint> {
  if (!(await isThere(kafka, topic))) return from;
  const producer = new RecordProducer(kafka);
  try {
    let next = from;
    for (;;) {
      const { records, further, end } = await readPart(kafka, topic, next);
      if (records.length > 0)
        await producer.send(
          to,
          records.map(({ key, value, timestampMs, headers }) => ({ key, value, timestampMs, headers })),
        );
      next = end - further;
      if (further === 0n) return next;
    }
  } finally {
    await producer.close();
  }
}

async function isThere(kafka: KafkaEndpoint, topic: string): Promise<boolean> {
  const admin = new TopicAdmin(kafka);
  try {
    return (await admin.endOffsets([topic])).has(topic);
  } finally {
    await admin.close();
  }
}
