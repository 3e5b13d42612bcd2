/**
 * What the program checks about the world before it registers a resource: at `pulumi preview` and at `pulumi up`.
 *
 * Problems stop it, warnings are shown:
 *   CDC-701 no Docker engine answers                     CDC-706 an image from packages is not built
 *   CDC-702 a published port is held by something else   CDC-707 a shard's data cannot be taken over by the planned MySQL
 *   CDC-703 the plan wants more memory than there is     CDC-708 (warning) the data will be upgraded, with no way back
 *   CDC-704 (warning) more memory than is free now       CDC-710 (warning) the network segment reaches published ports
 *   CDC-705 too little disk for a first start            CDC-709 an image is neither there nor to be pulled
 *
 * A MySQL server that runs (server.ts):                  What would be deleted of what there is (data.ts, plan/losses.ts):
 *   CDC-711 it cannot be logged in to                    CDC-801 to 805, 820, 821; for the resource cdc:index:Data,
 *   CDC-712 binlog or GTID variables                     which knows what the last `up` was about
 *   CDC-713 the binlog is kept too briefly
 *   CDC-714 time zone
 *   CDC-715 the CDC account's privileges
 *   CDC-716 no MySQL
 *   CDC-717 a replica that leaves out its source's rows
 *   CDC-718 ids of replication clients
 *   CDC-719 tables that are not there (existing.ts)
 *
 * Before them, whose the things on the engine are (require-own.ts): CDC-720 another checkout's, CDC-721 nobody's, CDC-722 this
 * folder is a copy, CDC-723 this shell has another checkout's environment.
 */
import type { Images } from "../config/images.ts";
import type { PipelinePlan } from "../plan/types.ts";
import { lookForImages } from "../clients/docker/image.ts";
import { joinFindings, type Findings } from "./findings.ts";
import { checkImages, imagesToPull } from "./images.ts";
import { freeDiskMiB, lookAtMachine, portIsTaken } from "./machine.ts";
import { checkMysqlData } from "./mysql-upgrade.ts";
import { noEngine } from "./no-engine.ts";
import { checkDisk, checkMemory, checkPorts, checkSegment } from "./resources.ts";
import { wantedOf, type Wanted } from "./wanted.ts";
import { allContainers, type ContainerView } from "../clients/docker/containers.ts";
import { lookAtEngine, type EngineView } from "../clients/docker/engine.ts";
import { lookForPull, type PullView } from "../clients/docker/registry.ts";
import { segmentIsClosed } from "../clients/docker/segment.ts";
import { volumesOf, type VolumeView } from "../clients/docker/volume.ts";
import type { World } from "./world.ts";

const realWorld: World = {
  engine: lookAtEngine,
  containers: allContainers,
  volumes: volumesOf,
  images: lookForImages,
  pull: lookForPull,
  machine: lookAtMachine,
  segmentIsClosed,
  portIsTaken,
  freeDiskMiB,
};

/**
 * Checks the world against the plan. Changes nothing, and takes a fraction of a second, unless registries have to be asked for images.
 * @param images the references that the plan's containers will be made of.
 */
export async function preflight(plan: PipelinePlan, images: Images, world: World = realWorld): Promise<Findings> {
  const wanted = wantedOf(plan, images);
  const [answer, taken] = await Promise.all([askEngine(wanted, world), takenPorts(wanted, world)]);
  if ("problems" in answer) return answer;
  const { engine, containers, volumes, images: present } = answer;
  const freeMiB = engine.rootFolder === undefined ? undefined : await world.freeDiskMiB(engine.rootFolder);
  return joinFindings([
    checkPorts(wanted, containers, taken),
    checkMemory(wanted, engine, containers, world.machine()),
    checkDisk(volumes, engine.rootFolder, freeMiB),
    checkImages(wanted, present, await pullsOf(imagesToPull(wanted, present), world), containers),
    checkMysqlData(wanted, volumes, containers),
    // An engine that closes them by itself needs no look at rules.
    checkSegment(engine, engine.opensToSegment === undefined || (await world.segmentIsClosed())),
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
      world.images(wanted.images.map(({ reference }) => reference)),
    ]);
    return { engine, containers, volumes, images };
  } catch (error) {
    return noEngine(error);
  }
}

async function pullsOf(references: readonly string[], world: World): Promise<ReadonlyMap<string, PullView>> {
  return new Map(
    await Promise.all(references.map(async (reference) => [reference, await world.pull(reference)] as const)),
  );
}

async function takenPorts(wanted: Wanted, world: World): Promise<ReadonlySet<number>> {
  const ports = wanted.services.flatMap(({ port }) => port ?? []);
  const taken = await Promise.all(ports.map(({ host, ip }) => world.portIsTaken(host, ip)));
  return new Set(ports.filter((_, index) => taken[index]).map(({ host }) => host));
}
