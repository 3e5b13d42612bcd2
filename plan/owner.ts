/** Whose a thing on the engine is: labels that everything of a stack carries. */
import { checkoutLabel, identityLabel, keptLabel, stackLabel } from "../lib/constants.ts";
import { plannedContainers, plannedNetworks } from "./networks.ts";
import { hasOwnServer, ownServers } from "./servers.ts";
import type { PipelinePlan, PublishedPlan } from "./types.ts";

/** Who makes a stack's things; the same for the whole life of the stack. */
export interface Owner {
  /** The plan's `stack`: `PROJECT-STACK`. */
  readonly stack: string;
  /** Made once for the checkout, and kept in the stack's state and in `.cdc/identity`. */
  readonly identity: string;
  /** The folder of the checkout that made the stack; for people, who have to find it. */
  readonly checkout: string;
}

/** The labels of everything that goes with the stack. */
export function ownerLabels({ stack, identity, checkout }: Owner): Record<string, string> {
  return { [stackLabel]: stack, [identityLabel]: identity, [checkoutLabel]: checkout };
}

/** The names of those labels. */
export const ownerLabelNames: readonly string[] = [stackLabel, identityLabel, checkoutLabel];

/** The labels of what outlives the stack on purpose: found by its own label, so that nothing that removes a stack meets it. */
export function keptLabels({ stack, identity, checkout }: Owner): Record<string, string> {
  return { [keptLabel]: stack, [identityLabel]: identity, [checkoutLabel]: checkout };
}

/** Names on the engine, by what they are of. */
export type EngineNames = Readonly<Record<"container" | "volume" | "network", readonly string[]>>;

/** The names that the plan is going to use. Volumes named by their content begin with a container's name and are not listed. */
export function engineNames(plan: PipelinePlan): EngineNames {
  const { engine, page } = plan.readSide ?? {};
  const { prometheus, alertmanager } = plan.monitoring ?? {};
  const optional = [engine, prometheus, alertmanager].filter((one) => one !== undefined);
  const stateful = [...ownServers(plan.shards), ...plan.kafka.brokers, ...optional];
  const others = [...plan.connect.workers, ...[plan.guard, page].filter((one) => one !== undefined)];
  return {
    container: [...stateful, ...others].map(({ container }) => container),
    volume: [...stateful, ...plan.connect.plugins].map(({ volume }) => volume),
    network: plannedNetworks(plan),
  };
}

/** A volume with what a container holds. */
export interface HeldVolume {
  /** Its planned name. */
  readonly volume: string;
  /** Key of the shard whose rows are in it. */
  readonly shard?: string;
  /** Whether what was in it comes again from elsewhere. Default false. */
  readonly isFilledAgain?: true;
}

/** By container, the volume that it has to be made again on; those that hold nothing are not in it. */
export function heldVolumes({ shards, kafka, readSide, monitoring }: PipelinePlan): Record<string, HeldVolume> {
  const others = [readSide?.engine, monitoring?.prometheus, monitoring?.alertmanager].filter(
    (one) => one !== undefined,
  );
  return Object.fromEntries([
    ...shards
      .filter(hasOwnServer)
      .map(({ server, key }): [string, HeldVolume] => [server.container, { volume: server.volume, shard: key }]),
    ...kafka.brokers.map(({ container, volume }): [string, HeldVolume] => [container, { volume }]),
    ...others.map(({ container, volume }): [string, HeldVolume] => [container, { volume, isFilledAgain: true }]),
  ]);
}

/** The ports of this machine that the plan is going to publish. */
export function plannedPorts(plan: PipelinePlan): number[] {
  return plannedContainers(plan).flatMap((one) => ("port" in one ? [(one as PublishedPlan).port.host] : []));
}
