/** Records that a new index could not take: the pipeline's own sink met them before, so that they are told, not kept. */
import { TopicAdmin } from "../../kafka/admin.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { letterOf, newestReports } from "../dlq/letter.ts";
import { readPart } from "../dlq/topic.ts";

export interface Rejected {
  readonly count: number;
  /** `TOPIC/PARTITION OFFSET: REASON` of the first ones. */
  readonly examples: readonly string[];
}

const shown = 3;

/** @param topic the temporary sink's dead letter topic; the worker makes it when that starts. */
export async function rejectedIn(plan: PipelinePlan, topic: string): Promise<Rejected> {
  const bootstrap = plan.kafka.hostBootstrap;
  const admin = new TopicAdmin(bootstrap);
  try {
    if (!(await admin.endOffsets([topic])).has(topic)) return { count: 0, examples: [] };
  } finally {
    await admin.close();
  }
  const { records, further } = await readPart(bootstrap, topic);
  const letters = newestReports(records.map((record) => letterOf(plan, record)));
  return {
    count: letters.length + Number(further),
    examples: letters
      .slice(0, shown)
      .map(({ origin, reason }) => `${origin.topic}/${origin.partition} ${origin.offset}: ${reason}`),
  };
}
