/** The life of a connector, as plain functions over the REST client; the provider plugin is glue around them. */
import { ConnectRestError, type ConnectClient, type ConnectorStatus } from "./client.ts";
import { systemClock, type Clock } from "./clock.ts";

/** What the resource `cdc:index:Connector` is given. */
export interface ConnectorInputs {
  /** Root of the worker's REST API as reached from this machine, for example `http://localhost:8083`. */
  readonly workerUrl: string;
  /** The connector's name on the worker. */
  readonly name: string;
  /** Its configuration; secrets as placeholders of the worker's config provider. */
  readonly config: Readonly<Record<string, string>>;
  /** How long to wait for connector and tasks to run, in seconds. */
  readonly timeoutSeconds: number;
}

/** What the resource knows afterwards: its inputs and the state of connector and tasks. */
export interface ConnectorOutputs extends ConnectorInputs {
  /** State of the connector: RUNNING, PAUSED, STOPPED, FAILED, UNASSIGNED. */
  readonly state: string;
  /** State of each task, in the order of their ids. */
  readonly taskStates: readonly string[];
}

const pollMs = 250;

/**
 * Creates or updates the connector and waits until it and all of its tasks run.
 * @throws Error with the worker's words when the configuration is refused, with the first lines of the trace when
 * connector or task has failed, with the last state seen when time runs out.
 */
export async function applyConnector(
  client: ConnectClient,
  inputs: ConnectorInputs,
  clock: Clock = systemClock,
): Promise<ConnectorOutputs> {
  try {
    const before = await client.getStatus(inputs.name);
    await client.putConfig(inputs.name, inputs.config);
    if (before !== undefined) await wake(client, before);
  } catch (error) {
    if (!(error instanceof ConnectRestError)) throw error;
    throw new Error(`connector ${inputs.name} was refused by the worker (HTTP ${error.status}): ${error.message}`, {
      cause: error,
    });
  }
  const status = await awaitRunning(client, inputs, clock);
  return { ...inputs, ...states(status) };
}

/**
 * Reads the connector back.
 * @returns its configuration and states as the worker has them; undefined when there is no such connector.
 */
export async function readConnector(
  client: ConnectClient,
  known: ConnectorInputs,
): Promise<ConnectorOutputs | undefined> {
  const config = await client.getConfig(known.name);
  if (config === undefined) return undefined;
  const status = await client.getStatus(known.name);
  return { ...known, config, ...(status === undefined ? { state: "UNASSIGNED", taskStates: [] } : states(status)) };
}

/** What differs between the connector as it was last seen and as it is wanted: names of properties, empty for nothing. */
export function changedProperties(seen: ConnectorOutputs, wanted: ConnectorInputs): string[] {
  const keys = new Set([...Object.keys(seen.config), ...Object.keys(wanted.config)]);
  const changed = [...keys].filter((key) => seen.config[key] !== wanted.config[key]).map((key) => `config.${key}`);
  if (!isRunning(seen)) changed.push("state");
  if (seen.timeoutSeconds !== wanted.timeoutSeconds) changed.push("timeoutSeconds");
  return changed;
}

/** A PUT alone leaves a paused or stopped connector as it is, and failed tasks of an unchanged one failed. */
async function wake(client: ConnectClient, before: ConnectorStatus): Promise<void> {
  const state = before.connector.state;
  if (state === "PAUSED" || state === "STOPPED") await client.resume(before.name);
  else if (state === "FAILED" || before.tasks.some((task) => task.state === "FAILED"))
    await client.restartFailed(before.name);
}

async function awaitRunning(client: ConnectClient, inputs: ConnectorInputs, clock: Clock): Promise<ConnectorStatus> {
  const deadline = clock.now() + inputs.timeoutSeconds * 1000;
  let seen = 0;
  let last: ConnectorStatus | undefined;
  while (clock.now() < deadline) {
    last = await client.getStatus(inputs.name);
    if (last !== undefined && isRunning(states(last))) {
      // Right after a PUT the status may still be that of the task before it; twice in a row is the new one's.
      seen += 1;
      if (seen === 2) return last;
    } else {
      seen = 0;
      if (last !== undefined) refuseFailed(last);
    }
    await clock.sleep(pollMs);
  }
  throw new Error(
    `connector ${inputs.name} does not run after ${inputs.timeoutSeconds} s: ${summary(last)}; ` +
      "the worker's log says what it waits for",
  );
}

function states(status: ConnectorStatus): { state: string; taskStates: string[] } {
  return {
    state: status.connector.state,
    taskStates: status.tasks.toSorted((a, b) => a.id - b.id).map((task) => task.state),
  };
}

/** RUNNING is a word about the connector; it counts when there is a task and every task runs. */
function isRunning(seen: { readonly state: string; readonly taskStates: readonly string[] }): boolean {
  return (
    seen.state === "RUNNING" && seen.taskStates.length > 0 && seen.taskStates.every((state) => state === "RUNNING")
  );
}

function refuseFailed(status: ConnectorStatus): void {
  if (status.connector.state === "FAILED") {
    throw new Error(
      `connector ${status.name} has FAILED on worker ${status.connector.worker_id}:\n${firstLines(status.connector.trace)}`,
    );
  }
  const failed = status.tasks.find((task) => task.state === "FAILED");
  if (failed !== undefined) {
    throw new Error(
      `task ${failed.id} of connector ${status.name} has FAILED on worker ${failed.worker_id}:\n${firstLines(failed.trace)}`,
    );
  }
}

/** The lines of a Java trace that tell something: the exception and its causes, without the frames. */
export function firstLines(trace: string | undefined): string {
  if (trace === undefined || trace === "") return "  (the worker gave no trace)";
  const telling = trace.split("\n").filter((line) => line.trim() !== "" && !/^\s*(at |\.\.\. )/.test(line));
  return telling
    .slice(0, 6)
    .map((line) => `  ${line.trim()}`)
    .join("\n");
}

function summary(status: ConnectorStatus | undefined): string {
  if (status === undefined) return "the worker has no status for it";
  const { state, taskStates } = states(status);
  return `connector ${state}, tasks ${taskStates.length === 0 ? "none" : taskStates.join(", ")}`;
}
