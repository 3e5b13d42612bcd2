/** One container: what it is, starting it, asking its health check, what it writes. */
import { ToolError } from "../../lib/run.ts";
import { ask, docker, isMissing, isStopped } from "./client.ts";

/** What the engine says of a container. */
export interface ContainerState {
  readonly status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  /** healthy, unhealthy, starting; undefined without a health check. */
  readonly health: string | undefined;
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  /** How often it ended by itself and was started again by the engine, since somebody started it. */
  readonly restarts: number;
  /** When it was last started, as the engine writes it (RFC 3339). */
  readonly startedAt: string;
  /** The health check as the image or the container defines it: `["CMD-SHELL", "…"]`. */
  readonly healthTest: readonly string[];
  /** How many processes and threads it may have at once; undefined without a limit. */
  readonly pidsLimit: number | undefined;
  /** The most memory that it may have, in MiB; undefined without a limit. */
  readonly memoryLimitMiB: number | undefined;
}

/** What a container may have of the machine. */
export interface ContainerLimits {
  readonly memoryLimitMiB: number;
  readonly pidsLimit: number;
}

/** An inspection waits while the engine starts or ends the container, which takes long on a busy machine. */
const inspectLimitMs = 60_000;

interface Inspected {
  readonly Name: string;
  readonly RestartCount?: number;
  readonly State: {
    readonly Status: ContainerState["status"];
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly StartedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: { readonly Healthcheck?: { readonly Test?: readonly string[] } };
  readonly HostConfig?: { readonly PidsLimit?: number | null; readonly Memory?: number };
}

/** State of the container; undefined when there is none of that name. @throws EngineError when the engine does not answer. */
export async function inspect(container: string): Promise<ContainerState | undefined> {
  return [...(await inspectAll([container])).values()][0];
}

/** States of containers by name, without those that are gone. @throws EngineError when the engine does not answer. */
export async function inspectAll(containers: readonly string[]): Promise<Map<string, ContainerState>> {
  if (containers.length === 0) return new Map();
  try {
    return parseInspection(await ask(["container", "inspect", ...containers], { timeoutMs: inspectLimitMs }));
  } catch (error) {
    // It tells of the others all the same.
    if (error instanceof ToolError && isMissing(error)) return parseInspection(error.stdout.trim() || "[]");
    throw error;
  }
}

/** `docker container inspect`'s JSON. */
export function parseInspection(json: string): Map<string, ContainerState> {
  return new Map(
    (JSON.parse(json) as Inspected[]).map(({ Name, RestartCount, State, Config, HostConfig }) => [
      Name.replace(/^\//, ""),
      {
        status: State.Status,
        health: State.Health?.Status,
        exitCode: State.ExitCode,
        isOutOfMemory: State.OOMKilled,
        restarts: RestartCount ?? 0,
        startedAt: State.StartedAt,
        healthTest: Config.Healthcheck?.Test ?? [],
        // Engines write none as null, 0 or -1.
        pidsLimit: (HostConfig?.PidsLimit ?? 0) > 0 ? (HostConfig?.PidsLimit ?? undefined) : undefined,
        memoryLimitMiB: (HostConfig?.Memory ?? 0) > 0 ? (HostConfig?.Memory ?? 0) / 1024 ** 2 : undefined,
      },
    ]),
  );
}

/** When containers were last started, by name, without those that are gone. @throws EngineError when the engine does not answer. */
export async function startTimes(containers: readonly string[]): Promise<Record<string, string>> {
  const states = await inspectAll(containers);
  return Object.fromEntries([...states].map(([name, { startedAt }]) => [name, startedAt]));
}

/** @throws ToolError with what the engine said when it cannot be started. */
export async function start(container: string): Promise<void> {
  await docker(["start", container]);
}

/**
 * Limits memory, with no swap beside it, and the processes and threads of a container, at once and without a restart; the limits
 * stay over restarts. A kernel that cannot do it is no error: the engine says so, and sets none. A limit of memory is changed,
 * and never taken away: the engine has no word for that (`--memory 0` leaves it as it is).
 */
export async function limit(container: string, { memoryLimitMiB, pidsLimit }: ContainerLimits): Promise<void> {
  const memory = `${memoryLimitMiB}m`;
  const options = ["--memory", memory, "--memory-swap", memory, "--pids-limit", String(pidsLimit)];
  await docker(["container", "update", ...options, container]);
}

/** Runs the container's own health check, again and again for some seconds; true as soon as it succeeds. */
export async function checkHealth(container: string, test: readonly string[]): Promise<boolean> {
  const [kind, ...command] = test;
  const shell = kind === "CMD-SHELL" ? ["sh", "-c", repeated(command.join(" "))] : command;
  try {
    await docker(["exec", container, ...shell], { timeoutMs: 15_000 });
    return true;
  } catch (error) {
    // The check's own exit code is an answer, and so is its time limit; a missing docker command is not.
    if (error instanceof ToolError) return false;
    throw error;
  }
}

/** The loop is in the container: a further run of the docker command costs ten times what the check does. */
function repeated(check: string): string {
  return `for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do (${check}) >/dev/null 2>&1 && exit; sleep 0.2; done; exit 1`;
}

/**
 * The output of a program in a running container.
 * @returns its stdout; undefined when there is no such container, it does not run, or the program finds no such file.
 */
export async function outputIn(container: string, command: readonly string[]): Promise<string | undefined> {
  try {
    return await ask(["container", "exec", container, ...command]);
  } catch (error) {
    if (isMissing(error) || isStopped(error)) return undefined;
    throw error;
  }
}
