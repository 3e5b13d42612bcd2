/** The engine and its containers. */
import { inspectAll, type ContainerState } from "../../clients/docker/container.ts";
import { containersOf } from "../../clients/docker/containers.ts";
import { lookAtEngine } from "../../clients/docker/engine.ts";
import { dataVolumesOf, type DataVolumeView } from "../../clients/docker/volume.ts";
import { freeDiskMiB } from "../../preflight/machine.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { releasedVolumes } from "../released-volumes.ts";
import type { Facts } from "./facts.ts";
import { broken, well, type Check, type Outcome } from "./walk.ts";

/** Below this, databases and brokers soon cannot write. */
const leastFreeMiB = 1024;

/** @returns by name, the containers of a stack. @throws EngineError when the engine does not answer. */
export async function lookAtContainers(stack: string): Promise<ReadonlyMap<string, ContainerState>> {
  return await inspectAll((await containersOf(stack)).map(({ name }) => name));
}

/** The check of one container of the stack. */
export function containerCheck(facts: Facts, section: string, title: string, container: string): Check {
  return {
    id: container,
    section,
    title: `${title} container`,
    needs: ["engine"],
    run: async () => judgeContainer(container, (await facts.containers()).get(container)),
  };
}

/** What is judged of it. */
export type JudgedState = Omit<ContainerState, "startedAt" | "healthTest" | "memoryLimitMiB" | "pidsLimit">;

export function judgeContainer(name: string, state: JudgedState | undefined): Outcome {
  if (state === undefined) return broken(`there is no container ${name}`, "make up makes it");
  const { status, health, exitCode, isOutOfMemory, restarts } = state;
  const again = restarts === 0 ? "" : `, started again ${restarts} times by the engine`;
  const killed = isOutOfMemory ? ", killed for want of memory" : "";
  const memory = isOutOfMemory ? "give it more memory (docs/configuration.md) or take load away; " : "";
  if (status !== "running") {
    const end = status === "exited" || status === "dead" ? ` with exit code ${exitCode}` : "";
    return broken(
      `${name} is ${status}${end}${killed}${again}`,
      status === "paused"
        ? `docker unpause ${name}`
        : `${memory}make up starts it again; docker logs ${name} says why it ended`,
    );
  }
  if (health !== undefined && health !== "healthy")
    return broken(
      `${name} runs, but its health check says ${health}${again}`,
      `${health === "starting" ? "wait a minute; " : ""}docker logs ${name} says what is wrong`,
    );
  return well(`${name} runs${health === undefined ? "" : " and is healthy"}${again}`);
}

/** Whether the engine answers, and has room to write. */
export async function lookAtMachine(): Promise<Outcome> {
  const { rootFolder } = await lookAtEngine();
  const free = rootFolder === undefined ? undefined : await freeDiskMiB(rootFolder);
  return judgeDisk(rootFolder, free);
}

/** Whether volumes hold the rows of shards that are planned no longer. */
export async function lookAtReleased({ stack, shards }: PipelinePlan): Promise<Outcome> {
  return judgeReleased(releasedVolumes(await dataVolumesOf(stack), shards));
}

/** Nothing is wrong with them; that they take room is worth a line. */
export function judgeReleased(volumes: readonly DataVolumeView[]): Outcome {
  if (volumes.length === 0) return well("every volume with rows is of a shard that is planned");
  const each = volumes.map(
    ({ name, shard, mysqlVersion }) => `${name} (of ${shard}, MySQL ${mysqlVersion ?? "unknown"})`,
  );
  const names = volumes.map(({ name }) => name).join(" ");
  return well(
    `rows of shards that are planned no longer: ${each.join(", ")}; docker volume rm ${names} removes them for good`,
  );
}

export function judgeDisk(folder: string | undefined, freeMiB: number | undefined): Outcome {
  // An engine elsewhere keeps its files where this program cannot look.
  if (folder === undefined || freeMiB === undefined) return well("the engine answers");
  const free = `${(freeMiB / 1024).toFixed(1)} GiB free under ${folder}`;
  if (freeMiB < leastFreeMiB)
    return broken(
      `the engine answers, but there is only ${free}; needed is ${leastFreeMiB / 1024} GiB`,
      "make room: docker system df shows what takes it; MySQL and Kafka stop when they cannot write",
    );
  return well(`the engine answers, ${free}`);
}
