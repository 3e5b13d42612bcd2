/** Ports, memory and disk: is there room for what the plan wants? */
import type { Problem } from "../lib/problem.ts";
import { nothingFound, type Findings } from "./findings.ts";
import { plannedMemoryMiB, type Wanted, type WantedService } from "./wanted.ts";
import type { ContainerView } from "../clients/docker/containers.ts";
import type { EngineView } from "../clients/docker/engine.ts";
import { firstClosedMajor, segmentLines } from "../clients/docker/segment.ts";
import type { VolumeView } from "../clients/docker/volume.ts";
import type { MachineView } from "./world.ts";

/**
 * CDC-702: every port is free, or a container of this stack publishes it already.
 * @param taken those of the plan's ports on which something listens.
 */
export function checkPorts(wanted: Wanted, containers: readonly ContainerView[], taken: ReadonlySet<number>): Findings {
  const problems = wanted.services.flatMap(({ port: published, what }): Problem[] => {
    if (published === undefined) return [];
    const { host: port } = published;
    const holder = containers.find(({ ports }) => ports.has(port));
    if (holder?.stack === wanted.stack || (holder === undefined && !taken.has(port))) return [];
    const who = holder === undefined ? "another process on this machine" : describeHolder(holder);
    const free = holder === undefined ? `see who it is (ss -ltnp 'sport = :${port}') and end it` : freeHolder(holder);
    return [
      {
        code: "CDC-702",
        path: `port ${port}`,
        message: `wanted for ${what}, but ${who} listens on it`,
        remedy: `${free}; or shift every port of this stack: pulumi config set portOffset 1000`,
      },
    ];
  });
  return { problems, warnings: [] };
}

function describeHolder({ name, stack }: ContainerView): string {
  return stack === undefined ? `container ${name}` : `container ${name} of stack ${stack}`;
}

function freeHolder({ name, stack }: ContainerView): string {
  return stack === undefined ? `docker stop ${name}` : "give this stack ports of its own";
}

/** More than this share of the engine's memory is not for containers: the machine has other work too. */
const usableShare = 0.9;

/** CDC-703: heaps and buffer pools fit into the engine's memory. CDC-704: those that do not run yet fit into what is free. */
export function checkMemory(
  wanted: Wanted,
  engine: EngineView,
  containers: readonly ContainerView[],
  machine: MachineView,
): Findings {
  const { totalMemoryMiB } = engine;
  if (totalMemoryMiB === undefined) return nothingFound;
  const remedy =
    "lower cdc:mysql.bufferPoolMiB, cdc:kafka.heapMiB, cdc:connect.heapMiB or cdc:readSide.heapMiB, plan fewer shards, " +
    "or give the engine more memory";
  const planned = plannedMemoryMiB(wanted.services);
  if (planned > totalMemoryMiB * usableShare) {
    const message =
      `${describeMemory(wanted.services)} want ${mib(planned)} of memory, the engine's machine has ` +
      `${mib(totalMemoryMiB)}; at most ${usableShare * 100} % of it may be planned`;
    return { problems: [{ code: "CDC-703", path: "memory", message, remedy }], warnings: [] };
  }
  if (!isHere(totalMemoryMiB, machine)) return nothingFound;
  const running = new Set(containers.filter((one) => one.running).map(({ name }) => name));
  const missing = wanted.services.filter(({ container }) => !running.has(container));
  const needed = plannedMemoryMiB(missing);
  if (needed <= machine.freeMemoryMiB) return nothingFound;
  const message =
    `${describeMemory(missing)} will want ${mib(needed)} of memory, ${mib(machine.freeMemoryMiB)} are free now; ` +
    "servers may be killed or swapped out";
  return {
    problems: [],
    warnings: [{ code: "CDC-704", path: "memory", message, remedy: `end other programs, or ${remedy}` }],
  };
}

function describeMemory(services: readonly WantedService[]): string {
  return services.map(({ what, memoryMiB }) => `${what} (${mib(memoryMiB)})`).join(", ");
}

/** An engine with other memory than this machine runs elsewhere, or in a virtual machine. */
function isHere(engineMemoryMiB: number, machine: MachineView): boolean {
  return Math.abs(engineMemoryMiB - machine.totalMemoryMiB) < 1;
}

/** What a first start writes: two gigabytes of MySQL and Kafka data, plugin and logs. */
const firstStartMiB = 2 * 1024;

/**
 * CDC-705: a first start (no volumes of the stack yet) finds room.
 * @param freeMiB where the engine keeps its volumes; undefined when that is not on this machine.
 */
export function checkDisk(
  volumes: readonly VolumeView[],
  rootFolder: string | undefined,
  freeMiB: number | undefined,
): Findings {
  if (volumes.length > 0 || freeMiB === undefined || freeMiB >= firstStartMiB) return nothingFound;
  return {
    problems: [
      {
        code: "CDC-705",
        path: `disk ${rootFolder ?? ""}`.trimEnd(),
        message: `${mib(freeMiB)} are free, a first start writes about ${mib(firstStartMiB)}`,
        remedy: "free some space there; docker system df shows what the engine itself could give up",
      },
    ],
    warnings: [],
  };
}

function mib(amount: number): string {
  return `${Math.round(amount)} MiB`;
}

/**
 * CDC-710 (warning): what is published on 127.0.0.1 can be reached from the machine's network segment.
 * @param closed whether rules of the machine keep it out; undefined where that cannot be looked at.
 */
export function checkSegment({ opensToSegment }: EngineView, closed: boolean | undefined): Findings {
  if (opensToSegment === undefined || closed === true) return nothingFound;
  const unseen =
    closed === undefined ? " (whether rules of the engine's machine keep them out can only root see there)" : "";
  const message =
    `Docker Engine ${opensToSegment} lets other machines of this one's network segment reach ports that are published on ` +
    `loopback (moby#45610)${unseen}`;
  const remedy = `update the engine to ${firstClosedMajor} or later; or set, as root: ${segmentLines().join("; ")}`;
  return { problems: [], warnings: [{ code: "CDC-710", path: "Docker engine", message, remedy }] };
}
