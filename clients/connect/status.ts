/** Reading a connector's status: is it as it is wanted, has it failed, and waiting until one of them is known. */
import { ConnectRestError, type ConnectClient, type ConnectorStatus, type DesiredState } from "./client.ts";
import type { Clock } from "./clock.ts";
import { explain } from "./hints.ts";

/** States of connector and tasks, as the resource keeps them. */
export interface SeenStates {
  /** State of the connector: RUNNING, PAUSED, STOPPED, FAILED, UNASSIGNED, RESTARTING. */
  readonly state: string;
  /** State of each task, in the order of their ids. */
  readonly taskStates: readonly string[];
}

export interface Awaited {
  readonly name: string;
  readonly desiredState: DesiredState;
  readonly timeoutSeconds: number;
}

const pollMs = 250;
/** So long may a failure of before the change still stand in the status. */
const staleMs = 10_000;

export function statesOf(status: ConnectorStatus | undefined): SeenStates {
  if (status === undefined) return { state: "UNASSIGNED", taskStates: [] };
  return {
    state: status.connector.state,
    taskStates: status.tasks.toSorted((a, b) => a.id - b.id).map((task) => task.state),
  };
}

/** RUNNING is a word about the connector; it counts when there is a task and every task runs. */
export function isAsDesired({ state, taskStates }: SeenStates, desired: DesiredState): boolean {
  if (desired === "running") {
    return state === "RUNNING" && taskStates.length > 0 && taskStates.every((task) => task === "RUNNING");
  }
  if (desired === "stopped") return state === "STOPPED" && taskStates.length === 0;
  // One that is created paused has no tasks yet; a failed one stays so while it is paused.
  return state === "PAUSED" && taskStates.every((task) => task === "PAUSED" || task === "FAILED");
}

/** The state that a connector was last asked to be in, as far as its status tells; FAILED, for one, does not. */
export function desiredStateOf(state: string): DesiredState | undefined {
  if (state === "RUNNING") return "running";
  if (state === "PAUSED") return "paused";
  return state === "STOPPED" ? "stopped" : undefined;
}

/** What has failed, on which worker, the telling lines of the trace, and what to do; undefined when nothing has. */
export function failureOf(status: ConnectorStatus): string | undefined {
  return failuresOf(status)[0];
}

/** The same for each part that has failed: the connector, then its tasks. */
function failuresOf({ connector, tasks, name }: ConnectorStatus): string[] {
  const parts = [
    { ...connector, what: `connector ${name}` },
    ...tasks.map((task) => ({ ...task, what: `task ${task.id} of connector ${name}` })),
  ];
  return parts
    .filter(({ state }) => state === "FAILED")
    .map(({ what, worker_id, trace }) => `${what} has FAILED on worker ${worker_id}:\n${explain(trace)}`);
}

/**
 * Waits until connector and tasks are as desired.
 * @param before the status before the change: a failure that stands in it may stay in sight for a while.
 * @throws Error as `failureOf` says it when something has failed; with the last state seen when time runs out.
 */
export async function awaitState(
  client: ConnectClient,
  { name, desiredState, timeoutSeconds }: Awaited,
  clock: Clock,
  before?: ConnectorStatus,
): Promise<ConnectorStatus> {
  const started = clock.now();
  // The connector's own is replaced first, so that a task's may still be in sight when the connector's is not.
  let stale = before === undefined ? [] : failuresOf(before);
  let seen = 0;
  let last = "the worker has no status for it";
  while (clock.now() - started < timeoutSeconds * 1000) {
    const status = await lookAt(client, name);
    if (typeof status === "object") {
      // Right after a change the status may still be that of the task before it; twice in a row is the new one's.
      seen = isAsDesired(statesOf(status), desiredState) ? seen + 1 : 0;
      if (seen === 2) return status;
      const failure = desiredState === "running" ? failureOf(status) : undefined;
      if (failure === undefined) stale = [];
      else if (!stale.includes(failure) || clock.now() - started > staleMs) throw new Error(failure);
      last = summary(statesOf(status));
    } else {
      last = status;
    }
    await clock.sleep(pollMs);
  }
  throw new Error(
    `connector ${name} is not ${desiredState} after ${timeoutSeconds} s: ${last}; the worker's log says what it waits for`,
  );
}

/** The status, or why there is none: it arrives a moment after the connector, and a worker that is busy answers 500. */
async function lookAt(client: ConnectClient, name: string): Promise<ConnectorStatus | string> {
  try {
    return (await client.getStatus(name)) ?? "the worker has no status for it";
  } catch (error) {
    if (error instanceof ConnectRestError && error.status >= 500) return `HTTP ${error.status}: ${error.message}`;
    throw error;
  }
}

export function summary({ state, taskStates }: SeenStates): string {
  return `connector ${state}, tasks ${taskStates.length === 0 ? "none" : taskStates.join(", ")}`;
}
