/** Where the rows of a new index come from. */
import type { IndexPlan, PipelinePlan } from "../../plan/types.ts";

/** The table's topics from their beginning, or its rows, read anew on every shard. */
export type Origin = "topics" | "snapshot";

/**
 * What holds every row: topics that are compacted, and only that, keep the last change of each key for ever; from others
 * the oldest rows have gone.
 */
export function originOf(plan: Pick<PipelinePlan, "shards" | "sharedTopics">, { topics }: IndexPlan): Origin {
  const all = [...plan.shards.flatMap((shard) => shard.topics), ...plan.sharedTopics];
  const isKept = (topic: string) =>
    all.find(({ name }) => name === topic)?.config["cleanup.policy"]?.trim() === "compact";
  return topics.every(isKept) ? "topics" : "snapshot";
}
