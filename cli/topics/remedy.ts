/** What brings a missing topic back, and what was in it: that depends on who made it. Pure. */
import type { PipelinePlan } from "../../plan/types.ts";
import { whatFollows, whatStays } from "../offsets.ts";
import { declaredTopics } from "./compare.ts";

/** @param name of a topic of the plan. */
export function remedyOfMissing(plan: PipelinePlan, name: string): string {
  const { kind, shard } = declaredTopics(plan).find(({ topic }) => topic.name === name) ?? {};
  const refresh = "pulumi up --refresh makes it again";
  if (kind === "worker" && plan.kafka.existing === undefined) {
    const containers = plan.connect.workers.map(({ container }) => container).join(" ");
    // Stopped and not restarted: `up` waits for a worker that it starts, and only then looks for the connectors on it.
    const again = `docker stop ${containers}, then pulumi up (the worker makes its own topics as it starts)`;
    // Connectors come back from the state; their places were in the topic, and they begin anew as they start.
    const follows = [...new Set(plan.shards.map(whatFollows))].join("; ");
    return name === plan.connect.workers[0]?.properties["offset.storage.topic"]
      ? `${again}; the connectors' places are gone with it: ${follows}; ${whatStays(plan)}`
      : again;
  }
  if (kind === "schema history")
    return `${refresh}, empty: then cdc offsets reset ${shard ?? "SHARD"}, as the connector cannot start again without what it held`;
  return `${refresh}; nothing else does`;
}

/** @param name of a topic of the plan that is otherwise than declared. */
export function remedyOfDifferent(plan: PipelinePlan, name: string): string {
  const { kind, topic } = declaredTopics(plan).find((declared) => declared.topic.name === name) ?? {};
  if (kind !== "worker" || topic === undefined || plan.kafka.existing !== undefined) {
    return "pulumi up --refresh brings it back to what is declared; where that would drop records, it says so, and which word lets them go";
  }
  const [broker] = plan.kafka.brokers;
  const settings = Object.entries(topic.config).map(([key, value]) => `${key}=${value}`);
  const tool = `docker exec ${broker?.container} /opt/kafka/bin/kafka-configs.sh --bootstrap-server ${broker?.endpoints.inNetwork.bootstrap}`;
  return (
    `the worker made it, and pulumi does not change it. Settings: ${tool} --alter --entity-type topics --entity-name ${name} ` +
    `--add-config ${settings.join(",")}; partitions and replicas: kafka-reassign-partitions.sh, in the same folder`
  );
}
