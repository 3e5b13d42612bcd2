/** What a stack is made of, by the names a person would call it. */
import type { PipelinePlan } from "../plan/types.ts";
import { UsageError } from "./exit.ts";

/** A container of the stack. */
export interface Component {
  readonly kind: "shard" | "broker" | "worker" | "guard";
  /** Name on the Docker engine. */
  readonly container: string;
  /** What a person may call it; the first is the one that is shown. */
  readonly names: readonly string[];
}

/** The containers that the plan asks for, shards first. */
export function componentsOf(plan: PipelinePlan): Component[] {
  return [
    ...plan.shards.map((shard): Component => ({
      kind: "shard",
      container: shard.container,
      names: [shard.name, shard.alias, shard.container],
    })),
    ...plan.kafka.brokers.map(({ alias, container }): Component => ({
      kind: "broker",
      container,
      names: [alias, container],
    })),
    ...plan.connect.workers.map(({ alias, container }): Component => ({
      kind: "worker",
      container,
      names: [alias, container],
    })),
    ...(plan.guard === undefined
      ? []
      : [{ kind: "guard", container: plan.guard.container, names: ["guard", plan.guard.container] } as const]),
  ];
}

/** @throws UsageError listing the components. */
export function findComponent(plan: PipelinePlan, name: string): Component {
  const components = componentsOf(plan);
  const found = components.find(({ names }) => names.includes(name));
  if (found !== undefined) return found;
  throw new UsageError(
    `there is no component ${name} in stack ${plan.stack}`,
    `name one of: ${components.map(({ names }) => names[0]).join(", ")}`,
  );
}
