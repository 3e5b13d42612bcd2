/**
 * Readiness of a container: started, within its limits of memory and processes, and healthy by its own health check.
 *
 * The limit of processes is set here because @pulumi/docker 5.2.0 has no field for it. `ulimits` with `nproc` is none: the kernel counts it
 * by user id, over all containers of the machine, and ours share user ids. `cgroupParent` needs a group that somebody makes as
 * root. `docker update` works on a running container, so a stack of before gets its limits without a restart.
 *
 * For memory it has fields, and changes them in place too. But it looks at the engine in a refresh only, and where the kernel
 * counts no swap (`docker info`: no swap limit support) the engine answers another `memorySwap` than was asked, which every
 * preview would show as a difference. So both limits come and go the same way.
 */
import { systemClock, type Clock } from "../clients/connect/clock.ts";
import {
  checkHealth,
  inspect,
  limit,
  start,
  type ContainerLimits,
  type ContainerState,
} from "../clients/docker/container.ts";
import { logLines } from "../clients/docker/logs.ts";
import { ToolError } from "../lib/run.ts";

/** What the resource `cdc:index:ContainerReady` is given. */
export interface ContainerReadyInputs extends ContainerLimits {
  /** The container's name on the engine. */
  readonly container: string;
  /** Its id: a new container has to become ready anew. */
  readonly containerId: string;
  /** How long to wait for the first good health check, in seconds. */
  readonly timeoutSeconds: number;
}

/** The limits that the engine holds, read back; 0 on a kernel that has none of the kind. */
export interface Held {
  readonly memoryHeldMiB: number;
  readonly pidsHeld: number;
}

/** What became of it. */
export interface Readiness extends Held {
  /** When the container was started, as the engine writes it. */
  readonly startedAt: string;
}

/** What is asked of, and done to, a container; the real one is `dockerCommand`. */
export interface Docker {
  readonly inspect: (container: string) => Promise<SeenState | undefined>;
  readonly start: typeof start;
  readonly limit: typeof limit;
  readonly checkHealth: typeof checkHealth;
  readonly logLines: typeof logLines;
}

export type SeenState = Pick<
  ContainerState,
  "status" | "exitCode" | "restarts" | "startedAt" | "healthTest" | "memoryLimitMiB" | "pidsLimit"
>;

/** The engine that the docker command line talks to. */
export const dockerCommand: Docker = { inspect, start, limit, checkHealth, logLines };

const pollMs = 300;
const linesShown = 15;

/** A start that fails once may have met a neighbour that was not there yet; what fails twice running will fail again. */
const crashesToFail = 2;

/**
 * Starts the container when it is not running, sets its limits, and waits for its health check.
 * @throws Error naming the container, how it ended and the last lines of its log when it ends meanwhile, is started again
 *   and again by the engine, or stays unhealthy.
 */
export async function makeReady(
  docker: Docker,
  inputs: ContainerReadyInputs,
  clock: Clock = systemClock,
): Promise<Readiness> {
  const { container, timeoutSeconds, memoryLimitMiB, pidsLimit } = inputs;
  const deadline = clock.now() + timeoutSeconds * 1000;
  const { status, restarts } = await stateOf(docker, container);
  // One that is between two tries has just crashed; what lies longer back is not this start's.
  let crashesBefore = status === "restarting" ? restarts - 1 : restarts;
  if (status === "paused") {
    throw new Error(
      `container ${container} is paused, and answers nothing: \`docker unpause ${container}\`, then \`pulumi up\` again`,
    );
  }
  if (status !== "running") await docker.start(container);
  let isLimitSet = false;
  let refusal = "";
  for (;;) {
    const state = await stateOf(docker, container);
    if (state.status === "exited" || state.status === "dead") {
      throw new Error(
        `container ${container} ended (exit code ${state.exitCode}${signalOf(state.exitCode)}) before it was ready; ` +
          `the next \`pulumi up\` starts it again. ${await lastLogLines(docker, container)}`,
      );
    }
    // A start by hand makes the engine count anew.
    crashesBefore = Math.min(crashesBefore, state.restarts);
    const crashed = state.restarts - crashesBefore;
    if (crashed >= crashesToFail) {
      const exit = state.status === "restarting" ? ` (exit code ${state.exitCode}${signalOf(state.exitCode)})` : "";
      throw new Error(
        `container ${container} crashes again and again: ${crashed} times${exit} before it was ready, and the engine goes on ` +
          `starting it; mend what its log names, then \`pulumi up\` again. ${await lastLogLines(docker, container)}`,
      );
    }
    if (state.status === "running") {
      if ((state.pidsLimit !== pidsLimit || state.memoryLimitMiB !== memoryLimitMiB) && !isLimitSet) {
        refusal = await refusalOf(docker.limit(container, { memoryLimitMiB, pidsLimit }));
        isLimitSet = refusal === "";
        // Read back; refused, it may just have crashed, which its state tells next.
        if (isLimitSet) continue;
      } else if (await docker.checkHealth(container, state.healthTest)) {
        return { startedAt: state.startedAt, ...heldBy(state) };
      }
    }
    if (clock.now() > deadline && refusal !== "") {
      throw new Error(
        `container ${container} runs without its limits of ${memoryLimitMiB} MiB and ${pidsLimit} processes: ${refusal}`,
      );
    }
    if (clock.now() > deadline) {
      throw new Error(
        `container ${container} is ${state.status} but not healthy after ${timeoutSeconds} s. ` +
          (await lastLogLines(docker, container)),
      );
    }
    await clock.sleep(pollMs);
  }
}

/**
 * True when the container runs, within the limits that the last `up` left; else the resource differs, and the next `up` mends it.
 * @param held compared with what was held and not with what is wanted, as a kernel without such limits would differ for ever.
 */
export async function isUp(docker: Docker, container: string, held: Held): Promise<boolean> {
  const state = await docker.inspect(container);
  if (state?.status !== "running") return false;
  const { memoryHeldMiB, pidsHeld } = heldBy(state);
  return memoryHeldMiB === held.memoryHeldMiB && pidsHeld === held.pidsHeld;
}

function heldBy({ memoryLimitMiB, pidsLimit }: SeenState): Held {
  return { memoryHeldMiB: memoryLimitMiB ?? 0, pidsHeld: pidsLimit ?? 0 };
}

/** What the engine said against it; nothing when it did it. */
async function refusalOf(done: Promise<void>): Promise<string> {
  try {
    await done;
    return "";
  } catch (error) {
    if (error instanceof ToolError) return error.stderr.trim() || error.message;
    throw error;
  }
}

async function stateOf(docker: Docker, container: string): Promise<SeenState> {
  const state = await docker.inspect(container);
  if (state !== undefined) return state;
  throw new Error(
    `container ${container} is gone from the Docker engine; the next \`pulumi up\` makes it again where its volume is still there`,
  );
}

async function lastLogLines(docker: Docker, container: string): Promise<string> {
  const lines = await docker.logLines(container, ["--tail", String(linesShown)]);
  return `Last lines of its log:\n${lines.map((line) => `  ${line}`).join("\n")}`;
}

function signalOf(exitCode: number): string {
  return exitCode === 137 ? ", killed" : exitCode === 143 ? ", terminated" : "";
}
