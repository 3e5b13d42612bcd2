/**
 * What the program checks about the world before it registers a resource: at `pulumi preview` and at `pulumi up`.
 *
 * Problems stop it, warnings are shown:
 *   CDC-701 no Docker engine answers                     CDC-706 an image from packages is not built
 *   CDC-702 a published port is held by something else   CDC-707 a shard's data cannot be taken over by the planned MySQL
 *   CDC-703 the plan wants more memory than there is     CDC-708 (warning) the data will be upgraded, with no way back
 *   CDC-704 (warning) more memory than is free now       CDC-801 fewer partitions than the topic has
 *   CDC-705 too little disk for a first start            CDC-802 (warning) another replication factor than the topic has
 *                                                        CDC-803 cleanup policy or retention would drop records
 * A MySQL server that runs (server.ts):                  CDC-804 a table's topic is planned no longer, or by another name
 *   CDC-711 it cannot be logged in to                    CDC-805 a broker that goes holds the only copy
 *   CDC-712 binlog or GTID variables                     CDC-806 (warning) the topics could not be compared
 *   CDC-713 the binlog is kept too briefly
 *   CDC-714 time zone
 *   CDC-715 the CDC account's privileges
 *
 * `cdc:topics.allowDataLoss` turns CDC-801, 803, 804 and 805 into warnings.
 */
import type { Images } from "../config/images.ts";
import type { PipelinePlan } from "../plan/types.ts";
import { lookAtTopics } from "./broker.ts";
import { lookAtContainers, lookAtEngine, lookAtVolumes, lookForImages } from "./engine.ts";
import { joinFindings, nothingFound, type Findings } from "./findings.ts";
import { freeDiskMiB, lookAtMachine, portIsTaken } from "./machine.ts";
import { checkMysqlData } from "./mysql-upgrade.ts";
import { checkDisk, checkImages, checkMemory, checkPorts, packagedImages } from "./resources.ts";
import { checkTopics } from "./topics.ts";
import { wantedOf, type Wanted } from "./wanted.ts";
import { lookAtTopicPrefixes } from "./worker.ts";
import type { ContainerView, EngineView, VolumeView, World } from "./world.ts";

const realWorld: World = {
  engine: lookAtEngine,
  containers: lookAtContainers,
  volumes: lookAtVolumes,
  images: lookForImages,
  machine: lookAtMachine,
  portIsTaken,
  freeDiskMiB,
  topics: lookAtTopics,
  topicPrefixes: lookAtTopicPrefixes,
};

/**
 * Checks the world against the plan. Changes nothing, and takes a fraction of a second.
 * @param images the references that the plan's containers will be made of.
 */
export async function preflight(plan: PipelinePlan, images: Images, world: World = realWorld): Promise<Findings> {
  const wanted = wantedOf(plan, images);
  const [answer, taken] = await Promise.all([askEngine(wanted, world), takenPorts(wanted, world)]);
  if ("problems" in answer) return answer;
  const { engine, containers, volumes, images: present } = answer;
  const [topics, freeMiB] = await Promise.all([
    compareTopics(wanted, containers, world),
    engine.rootFolder === undefined ? undefined : world.freeDiskMiB(engine.rootFolder),
  ]);
  return joinFindings([
    checkPorts(wanted, containers, taken),
    checkMemory(wanted, engine, containers, world.machine()),
    checkDisk(volumes, engine.rootFolder, freeMiB),
    checkImages(wanted, present),
    checkMysqlData(wanted, volumes, containers),
    topics,
  ]);
}

interface EngineAnswer {
  readonly engine: EngineView;
  readonly containers: readonly ContainerView[];
  readonly volumes: readonly VolumeView[];
  readonly images: ReadonlySet<string>;
}

/** @returns one problem, when the engine answers any of the questions not. */
async function askEngine(wanted: Wanted, world: World): Promise<EngineAnswer | Findings> {
  try {
    const [engine, containers, volumes, images] = await Promise.all([
      world.engine(),
      world.containers(),
      world.volumes(wanted.stack),
      world.images(packagedImages(wanted)),
    ]);
    return { engine, containers, volumes, images };
  } catch (error) {
    return noEngine(error);
  }
}

async function takenPorts(wanted: Wanted, world: World): Promise<ReadonlySet<number>> {
  const ports = wanted.services.flatMap(({ port }) => port ?? []);
  const taken = await Promise.all(ports.map((port) => world.portIsTaken(port)));
  return new Set(ports.filter((_, index) => taken[index]));
}

/** What does not answer is no reason to stop: `up` may be what mends it. */
async function compareTopics(wanted: Wanted, containers: readonly ContainerView[], world: World): Promise<Findings> {
  const brokers = ofThisStack(wanted.brokers, wanted, containers);
  if (brokers.all.length === 0) return nothingFound;
  if (brokers.running.length === 0) return notCompared(brokers.all, "is stopped");
  const [worker] = ofThisStack(wanted.workers, wanted, containers).running;
  const [topics, prefixes] = await Promise.allSettled([
    world.topics(brokers.running.map(({ bootstrap }) => bootstrap)),
    worker === undefined ? new Map<string, string>() : world.topicPrefixes(worker.restUrl),
  ]);
  if (topics.status === "rejected")
    return notCompared(brokers.running, `does not answer (${firstLine(topics.reason)})`);
  const found = checkTopics(wanted, topics.value, prefixes.status === "fulfilled" ? prefixes.value : new Map());
  if (prefixes.status === "fulfilled" || worker === undefined) return found;
  return joinFindings([found, notCompared([worker], `does not answer (${firstLine(prefixes.reason)})`)]);
}

/** Only what this stack runs is asked, whatever else goes by the name. */
function ofThisStack<T extends { readonly container: string }>(
  planned: readonly T[],
  { stack }: Wanted,
  containers: readonly ContainerView[],
): { readonly all: readonly T[]; readonly running: readonly T[] } {
  const own = new Map(containers.filter((one) => one.stack === stack).map((one) => [one.name, one.running]));
  const all = planned.filter(({ container }) => own.has(container));
  return { all, running: all.filter(({ container }) => own.get(container) === true) };
}

function notCompared(services: readonly { readonly container: string }[], why: string): Findings {
  const names = services.map(({ container }) => container);
  return {
    problems: [],
    warnings: [
      {
        code: "CDC-806",
        path: `container ${names.join(", ")}`,
        message: `${why}, so not all of the planned topics could be compared with those that are there`,
        remedy: `if you changed anything about topics, see to it first (docker start ${names.join(" ")}) and preview again`,
      },
    ],
  };
}

function noEngine(error: unknown): Findings {
  const host = process.env["DOCKER_HOST"];
  return {
    problems: [
      {
        code: "CDC-701",
        path: host ? `Docker engine at DOCKER_HOST=${host}` : "Docker engine",
        message: `no engine answers: ${firstLine(error)}`,
        remedy: host
          ? "start it there, or unset DOCKER_HOST to use an engine on this machine"
          : "start it (sudo systemctl start docker), or let `make up` bring one; `docker version` has to succeed for this user",
      },
    ],
    warnings: [],
  };
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.trim().split("\n")[0] ?? "";
}
