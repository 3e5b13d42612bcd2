/** What a stack is made of, by the names a person would call it. */
import { hasOwnServer } from "../plan/servers.ts";
import type { ContainerPlan, PipelinePlan } from "../plan/types.ts";
import { UsageError } from "./exit.ts";

/** A container of the stack. */
export interface Component {
  readonly kind: "shard" | "broker" | "worker" | "guard" | "engine" | "page" | "prometheus" | "alertmanager";
  /** Name on the Docker engine. */
  readonly container: string;
  /** What a person may call it; the first is the one that is shown. */
  readonly names: readonly string[];
}

/** The containers that the plan asks for, shards first. */
export function componentsOf(plan: PipelinePlan): Component[] {
  return [
    // What somebody else runs has its logs elsewhere.
    ...plan.shards.filter(hasOwnServer).map(({ name, server }): Component => ({
      kind: "shard",
      container: server.container,
      names: [name, server.alias, server.container],
    })),
    ...plan.kafka.brokers.map(({ alias, container }): Component => ({
      kind: "broker",
      container,
      names: [alias, container],
    })),
    ...plan.connect.workers.map(({ alias, container }, index): Component => ({
      kind: "worker",
      container,
      // Where the sink's tasks write; with several workers, on which it runs is Connect's choice.
      names: [alias, container, ...(index === 0 && plan.readSide !== undefined ? [plan.readSide.sink.name] : [])],
    })),
    ...lone("guard", plan.guard),
    ...lone("engine", plan.readSide?.engine),
    ...lone("page", plan.readSide?.page),
    ...lone("prometheus", plan.monitoring?.prometheus),
    ...lone("alertmanager", plan.monitoring?.alertmanager),
  ];
}

function lone(kind: Component["kind"], planned: ContainerPlan | undefined): Component[] {
  return planned === undefined
    ? []
    : [{ kind, container: planned.container, names: [planned.alias, planned.container] }];
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

/** Those by these names, each once: a component has several. @throws UsageError listing the components. */
export function findComponents(plan: PipelinePlan, names: readonly string[]): Component[] {
  const found = names.map((name) => findComponent(plan, name));
  return [...new Map(found.map((component) => [component.container, component])).values()];
}
