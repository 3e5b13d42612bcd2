/** What brings a missing topic back, and what was in it: that depends on who made it. Pure. */
import { workerTopics } from "../../plan/connect.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { whatFollows, whatStays } from "../offsets.ts";
import { declaredTopics } from "./compare.ts";

/** @param name of a topic of the plan. */
export function remedyOfMissing(plan: PipelinePlan, name: string): string {
  const { kind, shard } = declaredTopics(plan).find(({ topic }) => topic.name === name) ?? {};
  const refresh = "pulumi up --refresh makes it again";
  if (kind === "worker") {
    const containers = plan.connect.workers.map(({ container }) => container).join(" ");
    // Stopped and not restarted: `up` waits for a worker that it starts, and only then looks for the connectors on it.
    const again = `docker stop ${containers}, then pulumi up (the worker makes its own topics as it starts)`;
    // Connectors come back from the state; their places were in the topic, and they begin anew as they start.
    const follows = [...new Set(plan.shards.map(whatFollows))].join("; ");
    return name === workerTopics.offset
      ? `${again}; the connectors' places are gone with it: ${follows}; ${whatStays(plan)}`
      : again;
  }
  if (kind === "schema history")
    return `${refresh}, empty: then cdc offsets reset ${shard ?? "SHARD"}, as the connector cannot start again without what it held`;
  return `${refresh}; nothing else does`;
}
