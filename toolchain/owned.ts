/** What a stack owns on the Docker engine, found by label and not by Pulumi's state. */
import { keptLabel } from "../plan/constants.ts";
import { run } from "../lib/run.ts";

export const ownedKinds = ["container", "volume", "network"] as const;
export type Owned = Record<(typeof ownedKinds)[number], string[]>;

/** Ids (volumes: names) of everything that carries the label `cdc.stack=LABEL`, running or not. */
export async function ownedBy(label: string): Promise<Owned> {
  const list = async (...args: string[]) => {
    const { stdout } = await run("docker", [...args, "--quiet", "--filter", `label=cdc.stack=${label}`]);
    return stdout.split("\n").filter((line) => line !== "");
  };
  return {
    container: await list("container", "ls", "--all"),
    volume: await list("volume", "ls"),
    network: await list("network", "ls"),
  };
}

/** Names of the volumes that a stack leaves behind on purpose (`cdc:readSide.keepIndex`). */
export async function keptBy(label: string): Promise<string[]> {
  const { stdout } = await run("docker", ["volume", "ls", "--quiet", "--filter", `label=${keptLabel}=${label}`]);
  return stdout.split("\n").filter((line) => line !== "");
}

/** Removes it all; containers first, as they hold the rest. */
export async function removeOwned(owned: Owned): Promise<void> {
  if (owned.container.length > 0) await run("docker", ["container", "rm", "--force", "--volumes", ...owned.container]);
  if (owned.volume.length > 0) await run("docker", ["volume", "rm", ...owned.volume]);
  if (owned.network.length > 0) await run("docker", ["network", "rm", ...owned.network]);
}

/** How many things there are in all. */
export function countOwned(owned: Owned): number {
  return ownedKinds.reduce((sum, kind) => sum + owned[kind].length, 0);
}

/** In words: "5 containers, 3 volumes, 1 network"; kinds without any are left out. */
export function describeOwned(owned: Owned): string {
  return ownedKinds
    .filter((kind) => owned[kind].length > 0)
    .map((kind) => `${owned[kind].length} ${kind}${owned[kind].length === 1 ? "" : "s"}`)
    .join(", ");
}
