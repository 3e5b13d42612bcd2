/** Asks the broker for its topics. */
import type { PipelinePlan } from "../../plan/types.ts";
import { compareTopics, declaredTopics, type TopicRow } from "./compare.ts";

/**
 * The topics of the plan and of the broker, compared.
 * @throws Error when no broker answers.
 */
export async function lookAtTopics(plan: PipelinePlan): Promise<TopicRow[]> {
  const { TopicAdmin } = await import("../../clients/kafka/admin.ts");
  const admin = new TopicAdmin(plan.kafka.endpoints.fromHost);
  try {
    const found = await admin.describe();
    const names = [
      ...new Set([...found.map(({ name }) => name), ...declaredTopics(plan).map(({ topic }) => topic.name)]),
    ];
    const [first, last] = [await admin.startOffsets(names), await admin.endOffsets(names)];
    const records = new Map([...last].map(([name, end]) => [name, Number(end - (first.get(name) ?? 0n))]));
    return compareTopics(plan, found, records);
  } finally {
    await admin.close();
  }
}
