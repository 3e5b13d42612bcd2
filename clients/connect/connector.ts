/** The life of a connector, as plain functions over the REST client; the provider plugin is glue around them. */
import { ConnectRestError, type ConnectClient, type DesiredState } from "./client.ts";
import { systemClock, type Clock } from "./clock.ts";
import { requirePlace } from "../debezium/history/require.ts";
import type { ServerLogin } from "../debezium/history/read.ts";
import { tellOldOffsets, writeInitialOffset } from "./offsets.ts";
import { refusal } from "./refusal.ts";
import { awaitState, desiredStateOf, failureOf, statesOf, type SeenStates } from "./status.ts";
import {
  kafkaEndpoint,
  type HttpAccess,
  type HttpEndpoint,
  type KafkaEndpoint,
  type KafkaSecrets,
  type Written,
} from "../../lib/endpoint.ts";
import { messageOf } from "../../lib/run.ts";

/** What the resource `cdc:index:Connector` is given. */
export interface ConnectorInputs extends KafkaSecrets {
  /** The worker's REST API as reached from this machine, for example `http://localhost:8083`. */
  readonly workerUrl: Written<HttpEndpoint>;
  /** The connector's name on the worker. */
  readonly name: string;
  /** Its configuration; secrets as placeholders of the worker's config provider. */
  readonly config: Readonly<Record<string, string>>;
  readonly desiredState: DesiredState;
  /** What becomes of offsets and schema history when the connector is deleted. */
  readonly onDelete: "reset" | "keep";
  /** The schema history topic, emptied with `onDelete: reset`; `bootstrap` as reached from this machine. */
  readonly history?: { readonly bootstrap: Written<KafkaEndpoint>; readonly topic: string } | undefined;
  /** A sink's consumer group, deleted with `onDelete: reset`; `bootstrap` as reached from this machine. */
  readonly consumer?: { readonly bootstrap: Written<KafkaEndpoint>; readonly group: string } | undefined;
  /** How the worker is reached, where it wants a login. Default: nobody logs in. */
  readonly connectAccess?: HttpAccess | undefined;
  /** What a sink writes to: another target is another connector, which begins anew. */
  readonly target?: string | undefined;
  /** Where a connector that is created begins to read, as it keeps offsets itself; Debezium for MySQL: `file`, `pos`. */
  readonly initialOffset?: Readonly<Record<string, string | number>> | undefined;
  /**
   * A source's server as reached from this machine, and the account on it: a connector with a place only goes on when that
   * is still one of the server's history. Undefined for a sink.
   */
  readonly source?: ServerLogin | undefined;
  /** How long to wait for connector and tasks to be as desired, in seconds. */
  readonly timeoutSeconds: number;
}

/** What the resource knows afterwards: its inputs, the states, and when it was last brought about. */
export interface ConnectorOutputs extends ConnectorInputs, SeenStates {
  /** When it was last created or changed by us (ISO 8601): a flow proven before does not count after. */
  readonly appliedAt: string;
}

export interface ApplyOptions {
  readonly clock?: Clock;
  /** Tells the user something that is no error. */
  readonly say?: (message: string) => void;
}

/** The connector is on the worker, but not as it is wanted. */
export class NotAsDesiredError extends Error {}

const rebalancePauseMs = 250;
const rebalanceLimitMs = 60_000;

/**
 * Brings the connector about: creates it in the desired state, or changes what differs in place, and waits for it.
 * @throws NotAsDesiredError when it is on the worker but has failed (the telling lines of the trace, and a hint) or is not
 * as desired in time; Error with the worker's words when it is refused.
 */
export async function applyConnector(
  client: ConnectClient,
  inputs: ConnectorInputs,
  options: ApplyOptions = {},
): Promise<ConnectorOutputs> {
  const { clock = systemClock, say = () => {} } = options;
  const { name } = inputs;
  const before = await readOrCreate(client, inputs, clock);
  const isNew = before === "created";
  // Offsets that were given to it a moment ago are no surprise; those of a sink tell of no snapshot.
  const isTold = isNew && inputs.initialOffset === undefined && inputs.consumer === undefined;
  const told = isTold ? tellOldOffsets(client, name, say, clock) : undefined;
  try {
    const status = await awaitState(client, inputs, clock, isNew ? undefined : before);
    return { ...inputs, ...statesOf(status), appliedAt: new Date().toISOString() };
  } catch (error) {
    throw new NotAsDesiredError(error instanceof Error ? error.message : `connector ${name}: ${String(error)}`, {
      cause: error,
    });
  } finally {
    await told;
  }
}

type Before = Awaited<ReturnType<ConnectClient["getStatus"]>>;

/** @returns "created" for a new connector, else the status before what had to change was changed. */
async function readOrCreate(client: ConnectClient, inputs: ConnectorInputs, clock: Clock): Promise<Before | "created"> {
  const deadline = clock.now() + rebalanceLimitMs;
  try {
    for (;;) {
      const found = await client.getConfig(inputs.name);
      if (found !== undefined) return await change(client, inputs, found, clock);
      try {
        await create(client, inputs, clock);
        return "created";
      } catch (error) {
        // 409 means that there is one (of a create that was broken off), or that the workers rebalance: look again.
        if (!(error instanceof ConnectRestError && error.status === 409) || clock.now() > deadline) throw error;
        await clock.sleep(rebalancePauseMs);
      }
    }
  } catch (error) {
    if (error instanceof ConnectRestError) throw await refusal(client, inputs, error);
    throw error;
  }
}

async function create(client: ConnectClient, inputs: ConnectorInputs, clock: Clock): Promise<void> {
  const { name, config, desiredState, initialOffset } = inputs;
  if (initialOffset === undefined && !(desiredState === "running" && (await hasHistory(inputs)))) {
    await client.create(name, config, desiredState);
    return;
  }
  // Before the worker keeps it: the next connector of this name would find it.
  if (initialOffset !== undefined) await requirePlace(client, inputs, [{ partition: {}, offset: initialOffset }]);
  await client.create(name, config, "stopped");
  try {
    await awaitState(client, { ...inputs, desiredState: "stopped" }, clock);
    if (initialOffset !== undefined) await writeInitialOffset(client, name, config, initialOffset);
  } catch (error) {
    // Left there, it would begin at another place the next time.
    await client.deleteConnector(name);
    throw error;
  }
  await requireOwnPlace(client, inputs);
  await moveTo(client, name, desiredState);
}

/** @throws NotAsDesiredError, as it is on the worker and stays there: it can be made to begin anew. */
async function requireOwnPlace(client: ConnectClient, inputs: ConnectorInputs): Promise<void> {
  if (inputs.desiredState !== "running") return;
  await requirePlace(client, inputs).catch((error: unknown) => {
    throw new NotAsDesiredError(messageOf(error), { cause: error });
  });
}

/** Whether a property says how a connector's own clients of Kafka log in. */
function isOfLogin(key: string): boolean {
  return /^(schema\.history\.internal\.(producer|consumer)|signal\.consumer)\.(sasl|security|ssl)\./.test(key);
}

/** Whether the configuration on the worker names a class that the worker no longer has: it answers nothing about offsets then. */
async function lacksClass(client: ConnectClient, name: string): Promise<boolean> {
  return await client.getOffsets(name).then(
    () => false,
    (error: unknown) =>
      error instanceof ConnectRestError && /could not be found|Failed to instantiate class/.test(error.message),
  );
}

/** Changes what differs, and only that: an unchanged configuration that is put restarts nothing, a changed one everything. */
async function change(
  client: ConnectClient,
  inputs: ConnectorInputs,
  found: Readonly<Record<string, string>>,
  clock: Clock,
): Promise<Before> {
  const { name, config, desiredState } = inputs;
  const before = await client.getStatus(name);
  const changed = changedKeys(found, config);
  const reconfigured = changed.length > 0;
  const moves = desiredStateOf(before?.connector.state ?? "") !== desiredState;
  const failed = before !== undefined && failureOf(before) !== undefined;
  const changesLogin = changed.some(isOfLogin);
  if (changesLogin || (reconfigured && (await lacksClass(client, name)))) {
    // Its offsets can be read under the new configuration only. Stopped, it takes that and goes on nowhere yet.
    await moveTo(client, name, "stopped");
    // Its task fails on workers that have the new login already, at any moment: not to be taken for a failure of the new one.
    if (changesLogin) await awaitState(client, { ...inputs, desiredState: "stopped" }, clock);
    await client.putConfig(name, config);
    await requireOwnPlace(client, inputs);
    await moveTo(client, name, desiredState);
    return before;
  }
  if (moves || reconfigured || failed) await requireOwnPlace(client, inputs);
  // What is to rest does so before the new configuration could start it, what is to run runs with the new one only.
  if (moves && desiredState !== "running") await moveTo(client, name, desiredState);
  if (reconfigured) await client.putConfig(name, config);
  if (moves && desiredState === "running") await moveTo(client, name, desiredState);
  if (failed && !reconfigured && desiredState === "running") await client.restartFailed(name);
  return before;
}

/** Whether one of its name ran before: then it may have a place, which the worker does not tell of who is not there. */
async function hasHistory({ source, history, ...secrets }: ConnectorInputs): Promise<boolean> {
  if (source === undefined || history === undefined) return false;
  const { TopicAdmin } = await import("../kafka/admin.ts");
  const admin = new TopicAdmin(kafkaEndpoint(history.bootstrap, secrets));
  try {
    const topics = [history.topic];
    const [starts, ends] = [await admin.startOffsets(topics), await admin.endOffsets(topics)];
    return (ends.get(history.topic) ?? 0n) > (starts.get(history.topic) ?? 0n);
  } finally {
    await admin.close();
  }
}

async function moveTo(client: ConnectClient, name: string, state: DesiredState): Promise<void> {
  if (state === "running") await client.resume(name);
  else if (state === "paused") await client.pause(name);
  else await client.stop(name);
}

/**
 * Reads the connector back.
 * @returns its configuration and states as the worker has them; undefined when there is no such connector.
 */
export async function readConnector<T extends ConnectorInputs>(
  client: ConnectClient,
  known: T,
): Promise<(T & SeenStates) | undefined> {
  const config = await client.getConfig(known.name);
  if (config === undefined) return undefined;
  const states = statesOf(await client.getStatus(known.name));
  return { ...known, config, desiredState: desiredStateOf(states.state) ?? known.desiredState, ...states };
}

/** Keys whose values differ, in the order of the alphabet. */
export function changedKeys(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((key) => a[key] !== b[key]).toSorted();
}
