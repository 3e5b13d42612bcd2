/** Which topics somebody has to make when a pipeline is started by hand. */
import type { PipelinePlan, TopicPlan } from "../../../plan/types.ts";

/** All that the plan declares, read side apart. */
export function allTopics(plan: PipelinePlan): TopicPlan[] {
  return [...plan.connect.topics, ...plan.sharedTopics, ...plan.shards.flatMap(({ topics }) => topics)];
}

/** Those on which the end is looked for: the others are made by whoever writes first. */
export function probeTopics(plan: PipelinePlan): TopicPlan[] {
  return plan.shards.map(({ probeTopic }) => ({ name: probeTopic, partitions: 1, replicationFactor: 1, config: {} }));
}
