/** The engine and its containers. */
import { run } from "../../lib/run.ts";
import { lookAtEngine } from "../../preflight/engine.ts";
import { freeDiskMiB } from "../../preflight/machine.ts";
import { containersOf } from "../engine.ts";
import type { Looks } from "./looks.ts";
import { broken, well, type Check, type Outcome } from "./walk.ts";

/** What the engine says of a container. */
export interface ContainerState {
  /** created, running, paused, restarting, exited, dead. */
  readonly status: string;
  /** healthy, unhealthy, starting; undefined without a health check. */
  readonly health: string | undefined;
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  /** How often the engine has started it again since it was made. */
  readonly restarts: number;
}

/** Below this, databases and brokers soon cannot write. */
const leastFreeMiB = 1024;

const answerLimitMs = 15_000;

/** @returns by name, the containers of a stack. @throws UnreachableError when the engine does not answer. */
export async function lookAtContainers(stack: string): Promise<ReadonlyMap<string, ContainerState>> {
  const names = (await containersOf(stack)).map(({ name }) => name);
  if (names.length === 0) return new Map();
  const { stdout } = await run("docker", ["container", "inspect", ...names], { timeoutMs: answerLimitMs });
  return parseInspection(stdout);
}

interface Inspected {
  readonly Name: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly Health?: { readonly Status: string };
  };
}

/** `docker container inspect`'s JSON. */
export function parseInspection(json: string): Map<string, ContainerState> {
  return new Map(
    (JSON.parse(json) as Inspected[]).map(({ Name, RestartCount, State }) => [
      Name.replace(/^\//, ""),
      {
        status: State.Status,
        health: State.Health?.Status,
        exitCode: State.ExitCode,
        isOutOfMemory: State.OOMKilled,
        restarts: RestartCount,
      },
    ]),
  );
}

/** The check of one container of the stack. */
export function containerCheck(looks: Looks, section: string, title: string, container: string): Check {
  return {
    id: container,
    section,
    title: `${title} container`,
    needs: ["engine"],
    look: async () => judgeContainer(container, (await looks.containers()).get(container)),
  };
}

export function judgeContainer(name: string, state: ContainerState | undefined): Outcome {
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
