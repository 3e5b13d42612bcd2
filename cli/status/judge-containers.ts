/** The containers: there, running, doing their work. Pure. */
import { noAccess } from "../../clients/docker/access.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { componentsOf, type Component } from "../components.ts";
import { known, type Observation } from "./observation.ts";
import type { Status, StatusProblem } from "./schema.ts";

type ContainerStatus = Status["containers"][number];

/** Every container of the plan, and those that are not well. */
export function judgeContainers(
  plan: PipelinePlan,
  seen: Observation,
): { containers: ContainerStatus[]; problems: StatusProblem[] } {
  const silentBroker = isBrokerSilent(plan, seen);
  const judged = componentsOf(plan).map((component) => judgeContainer(component, seen, silentBroker));
  const containers = judged.map(({ container }) => container);
  if ("error" in seen.containers) {
    const { error } = seen.containers;
    const isRefused = error === noAccess.message;
    const remedy = isRefused ? noAccess.remedy : "see docker info; cdc status asks the containers through it";
    return { containers, problems: [unknown("engine", error, remedy)] };
  }
  return { containers, problems: [...judged.flatMap(({ problems }) => problems), ...volumeProblems(seen)] };
}

/** Without them nothing tells of volumes that were released. */
function volumeProblems({ volumes }: Observation): StatusProblem[] {
  if (!("error" in volumes)) return [];
  return [unknown("engine", `its volumes cannot be looked for: ${volumes.error}`, "see docker volume ls")];
}

function judgeContainer(
  component: Component,
  seen: Observation,
  silentBroker: boolean,
): { container: ContainerStatus; problems: StatusProblem[] } {
  const { container: name, names } = component;
  const part = names[0] ?? name;
  const found = known(seen.containers)?.find((one) => one.name === name);
  if (found === undefined) {
    const state = known(seen.containers) === undefined ? "unknown" : "missing";
    return {
      container: { name, component: part, state, health: null },
      problems: [
        problem(part, `there is no container ${name}`, "make up (pulumi up) makes it again, on the volume that it had"),
      ],
    };
  }
  const { state, health, status } = found;
  const condition = state === "running" ? (health ?? "healthy") : state;
  // The engine asks every ten seconds; one that does its work already is well before that.
  const isWell = condition === "healthy" || (condition === "starting" && answers(component, seen));
  const what = `container ${name} is ${condition} (${status})`;
  // A worker answers its health check by the broker: without one nothing is known of the worker itself.
  const problemFound =
    component.kind === "worker" && silentBroker && (condition === "unhealthy" || condition === "starting")
      ? unknown(part, `${what}: it needs Kafka, which does not answer`, afterBroker)
      : problem(part, what, remedyFor(name, part, condition));
  return {
    container: { name, component: part, state, health: health ?? null },
    problems: isWell ? [] : [problemFound],
  };
}

/** What to do about a part of which nothing is known while the broker is away. */
export const afterBroker = "mend Kafka first, then look again (cdc status --watch)";

/** Whether no broker answers, or none is there to answer. */
export function isBrokerSilent({ kafka }: PipelinePlan, seen: Observation): boolean {
  return "error" in seen.topics || isDown(seen, kafka.brokers);
}

/** Whether it does its work, by what it was asked for. */
function answers({ kind, names: [name = ""] }: Component, seen: Observation): boolean {
  const asked: Record<Component["kind"], unknown> = {
    shard: known(seen.shards.get(name)?.binlogs),
    broker: known(seen.topics),
    worker: known(seen.connectors),
    guard: known(seen.guard),
    engine: known(seen.readSide?.engine),
    // `up` waits for the health checks of these; there is nothing else that they could be asked here.
    page: undefined,
    prometheus: undefined,
    alertmanager: undefined,
  };
  return asked[kind] !== undefined;
}

function remedyFor(name: string, part: string, condition: string): string {
  const tells = `cdc logs ${part} --tail 50 tells`;
  if (condition === "starting") return `look again in a few seconds; ${tells} what it does`;
  if (condition === "unhealthy") return `${tells} why`;
  if (condition === "paused") return `docker unpause ${name}`;
  return `make up starts it again; ${tells} how it ended`;
}

/** Whether one of the containers is not there, or not well: what it does not answer needs no line of its own. */
export function isDown(seen: Observation, containers: readonly { readonly container: string }[]): boolean {
  const found = known(seen.containers);
  if (found === undefined) return false;
  return containers.some(({ container }) => {
    const one = found.find(({ name }) => name === container);
    return one === undefined || one.state !== "running" || one.health === "unhealthy" || one.health === "starting";
  });
}

/** Something that is wrong. */
export function problem(part: string, message: string, remedy: string, hint?: string): StatusProblem {
  return { part, message, hint: hint ?? null, remedy, isUnknown: false };
}

/** Something that could not be read: it may be well, or not. */
export function unknown(part: string, message: string, remedy: string): StatusProblem {
  return { ...problem(part, message, remedy), isUnknown: true };
}
