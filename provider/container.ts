/** Readiness of a container: started, and healthy by its own health check; through the docker command line. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { systemClock, type Clock } from "../connect/clock.ts";

/** What the resource `cdc:index:ContainerReady` is given. */
export interface ContainerReadyInputs {
  /** The container's name on the engine. */
  readonly container: string;
  /** Its id: a new container has to become ready anew. */
  readonly containerId: string;
  /** How long to wait for the first good health check, in seconds. */
  readonly timeoutSeconds: number;
}

/** What can be asked of, and done to, a container; the real one is `dockerCommand`. */
export interface Docker {
  /** State of the container; undefined when there is none of that name. */
  inspect(container: string): Promise<ContainerState | undefined>;
  start(container: string): Promise<void>;
  /** Runs the container's own health check, again and again for some seconds; true as soon as it succeeds. */
  checkHealth(container: string, test: readonly string[]): Promise<boolean>;
  /** The last lines of its log, oldest first. */
  logs(container: string, lines: number): Promise<string>;
}

export interface ContainerState {
  /** When it was last started, as the engine writes it (RFC 3339). */
  readonly startedAt: string;
  readonly status: "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";
  readonly exitCode: number;
  /** The health check as the image or the container defines it: `["CMD-SHELL", "…"]`. */
  readonly healthTest: readonly string[];
}

const pollMs = 300;
const logLines = 15;

/**
 * Starts the container when it is not running, and waits for its health check.
 * @returns when the container was started.
 * @throws Error naming the container, how it ended and the last lines of its log when it ends meanwhile or stays unhealthy.
 */
export async function makeReady(
  docker: Docker,
  inputs: ContainerReadyInputs,
  clock: Clock = systemClock,
): Promise<string> {
  const { container, timeoutSeconds } = inputs;
  const deadline = clock.now() + timeoutSeconds * 1000;
  if ((await stateOf(docker, container)).status !== "running") await docker.start(container);
  for (;;) {
    const state = await stateOf(docker, container);
    if (state.status === "exited" || state.status === "dead") {
      throw new Error(
        `container ${container} ended (exit code ${state.exitCode}${signalOf(state.exitCode)}) before it was ready; ` +
          `the next \`pulumi up\` starts it again. ${await lastLogLines(docker, container)}`,
      );
    }
    if (state.status === "running" && (await docker.checkHealth(container, state.healthTest))) return state.startedAt;
    if (clock.now() > deadline) {
      throw new Error(
        `container ${container} is ${state.status} but not healthy after ${timeoutSeconds} s. ` +
          (await lastLogLines(docker, container)),
      );
    }
    await clock.sleep(pollMs);
  }
}

/** True when the container runs; a stopped or missing one makes the resource differ, so that the next `up` starts it. */
export async function isUp(docker: Docker, container: string): Promise<boolean> {
  return (await docker.inspect(container))?.status === "running";
}

async function stateOf(docker: Docker, container: string): Promise<ContainerState> {
  const state = await docker.inspect(container);
  if (state !== undefined) return state;
  throw new Error(`container ${container} is gone from the Docker engine; \`pulumi up --refresh\` makes it again`);
}

async function lastLogLines(docker: Docker, container: string): Promise<string> {
  return `Last lines of its log:\n${(await docker.logs(container, logLines)).replaceAll(/^/gm, "  ")}`;
}

function signalOf(exitCode: number): string {
  return exitCode === 137 ? ", killed" : exitCode === 143 ? ", terminated" : "";
}

const execFileAsync = promisify(execFile);

/** The engine that the docker command line talks to (DOCKER_HOST and contexts included). */
export const dockerCommand: Docker = {
  async inspect(container) {
    try {
      const { stdout } = await execFileAsync("docker", ["container", "inspect", container]);
      const [found] = JSON.parse(stdout) as [
        {
          State: { Status: ContainerState["status"]; ExitCode: number; StartedAt: string };
          Config: { Healthcheck?: { Test?: string[] } };
        },
      ];
      return {
        status: found.State.Status,
        startedAt: found.State.StartedAt,
        exitCode: found.State.ExitCode,
        healthTest: found.Config.Healthcheck?.Test ?? [],
      };
    } catch (error) {
      if (/no such container/i.test(stderrOf(error))) return undefined;
      throw dockerError(error);
    }
  },
  async start(container) {
    await execFileAsync("docker", ["start", container]).catch((error: unknown) => {
      throw dockerError(error);
    });
  },
  async checkHealth(container, test) {
    const [kind, ...command] = test;
    const shell = kind === "CMD-SHELL" ? ["sh", "-c", repeated(command.join(" "))] : command;
    try {
      await execFileAsync("docker", ["exec", container, ...shell], { timeout: 15_000 });
      return true;
    } catch (error) {
      // The check's own exit code is an answer; a missing docker command is not.
      if (isMissing(error)) throw dockerError(error);
      return false;
    }
  },
  async logs(container, lines) {
    const { stdout, stderr } = await execFileAsync("docker", ["logs", "--tail", String(lines), container]);
    return `${stdout}${stderr}`.trimEnd();
  },
};

/** The loop is in the container: a further run of the docker command costs ten times what the check does. */
function repeated(check: string): string {
  return `for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do (${check}) >/dev/null 2>&1 && exit; sleep 0.2; done; exit 1`;
}

function stderrOf(error: unknown): string {
  return error instanceof Error && "stderr" in error ? String(error.stderr) : "";
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

function dockerError(error: unknown): Error {
  if (isMissing(error)) return new Error("the `docker` command is not on PATH; install Docker, or run `make up`");
  return new Error(`the Docker engine did not answer: ${stderrOf(error).trim() || String(error)}`);
}
