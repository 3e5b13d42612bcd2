/**
 * Which container is in which network. Containers that share none cannot open a connection to each other, by name or by
 * address: the engine drops what goes from one of its bridges to another. Who reaches whom: docs/networks.md.
 */
import type { PipelineConfig } from "../config/schema.ts";
import { ownServers } from "./servers.ts";
import type { ContainerPlan, NetworkPlan, PipelinePlan } from "./types.ts";

/**
 * The networks' names on the engine. None of them is `internal`, which would keep its containers from the internet: a
 * container that is in internal networks alone has no published port, and each of these networks has one that needs it.
 */
export function networkNames(stack: string) {
  return {
    /** Brokers, workers, guard. First in the order of names too: there the engine publishes the ports of who is in several. */
    pipeline: stack,
    databases: `${stack}-databases`,
    monitoring: `${stack}-monitoring`,
    page: `${stack}-page`,
    readSide: `${stack}-read-side`,
  } as const;
}

/** A place in a network where others ask the container by its name. */
export function askedIn(network: string, alias: string): NetworkPlan {
  return { name: network, aliases: [alias] };
}

/** A place in a network where the container only asks. */
export function asksIn(network: string): NetworkPlan {
  return { name: network, aliases: [] };
}

/**
 * The workers ask everybody but the page, and are asked in one network alone, where their ports are published, too: their REST
 * API refuses what comes by another (`restName`).
 */
export function workerNetworks(stack: string, alias: string, { readSide }: PipelineConfig): NetworkPlan[] {
  const names = networkNames(stack);
  const hasEngine = readSide.enabled && readSide.engineUrl === undefined;
  return [askedIn(names.pipeline, alias), asksIn(names.databases), ...(hasEngine ? [asksIn(names.readSide)] : [])];
}

/** A name that stands for a container's address in one network alone; the engine's own resolver knows it. */
export function nameIn(network: string, alias: string): string {
  return `${alias}.${network}`;
}

/** That of a worker in the one network where it is asked. */
export function restName(stack: string, alias: string): string {
  return nameIn(networkNames(stack).pipeline, alias);
}

/**
 * The engine knows a hostname in all of a container's networks, as it knows its aliases: who is asked in some of them only has
 * none, or its name would stand for addresses at which it is not to be asked.
 */
export function hostnameOf({ alias, networks }: ContainerPlan): string | undefined {
  return networks.every(({ aliases }) => aliases.includes(alias)) ? alias : undefined;
}

/** All containers of the plan. */
export function plannedContainers(plan: PipelinePlan): ContainerPlan[] {
  const { shards, kafka, connect, guard, readSide, monitoring } = plan;
  const read = [readSide?.engine, readSide?.page];
  const watching = [monitoring?.prometheus, monitoring?.alertmanager];
  const optional = [guard, ...read, ...watching].filter((one) => one !== undefined);
  return [...ownServers(shards), ...kafka.brokers, ...connect.workers, ...optional];
}

/** The names of all networks of the plan, each once; the one that is the claim (`plan.network`) first. */
export function plannedNetworks(plan: PipelinePlan): string[] {
  const names = plannedContainers(plan).flatMap(({ networks }) => networks.map(({ name }) => name));
  return [...new Set([plan.network, ...names])];
}
