/** cdc:index:Connector */
import { ConnectClient, NoAnswerError, type ConnectorStatus } from "../clients/connect/client.ts";
import {
  applyConnector,
  changedKeys,
  NotAsDesiredError,
  readConnector,
  type ConnectorInputs,
  type ConnectorOutputs,
} from "../clients/connect/connector.ts";
import { removeConnector } from "../clients/connect/remove.ts";
import { failureOf } from "../clients/connect/status.ts";
import { differences } from "./connector-differences.ts";
import { lossFailures, shapeFailures, validateOnWorker } from "./connector-check.ts";
import { hasUnknown, isEqual, type Properties, type ResourceHandler, type Say } from "./handler.ts";
import { masked, reveal, secretsIn, wrapLike } from "./secrets.ts";
import { within } from "./within.ts";
import { httpEndpoint, withAccess } from "../lib/endpoint.ts";
import { messageOf } from "../lib/run.ts";

/** Changes of these replace; changes of the rest are made in place. */
const identity = ["name", "workerUrl", "target"] as const;
/** Inputs beside the configuration that the state has to follow. */
const settings = [
  "desiredState",
  "onDelete",
  "history",
  "consumer",
  "kafkaPassword",
  "kafkaKeystore",
  "workerUrl",
  "connectAccess",
  "timeoutSeconds",
] as const;

/** What a check of the worker may take while the user waits for a preview; a worker that runs answers in a tenth of that. */
const lookMs = 3000;
const readMs = 10_000;

export const connectorHandler: ResourceHandler = {
  async check(news, olds, isUpdate) {
    const wanted = asInputs(news);
    const failures = shapeFailures(reveal(news) as Properties);
    // What the connector is going to meet may not be there yet: then the worker would judge by something else.
    if (failures.length > 0 || hasUnknown(news)) return { inputs: news, failures };
    // The worker checks what it is to create, too, and it was started a moment ago: once costs less.
    if (isUpdate && Object.keys(olds).length === 0) return { inputs: news, failures };
    const lost = wanted.desiredState === "running" ? await lossFailures(clientOf(wanted, lookMs), wanted, lookMs) : [];
    if (lost.length > 0) return { inputs: news, failures: lost };
    const isUnchanged = changedKeys(asInputs(olds).config ?? {}, wanted.config).length === 0;
    const client = clientOf(wanted, lookMs);
    if (isUnchanged && !(await hasFailed(client, wanted.name))) return { inputs: news, failures };
    return { inputs: news, failures: await validateOnWorker(client, wanted, lookMs) };
  },

  /** Looks at the worker too: what was deleted, changed, paused or has failed there is mended by a plain `up`. */
  async diff(_id, olds, news, say) {
    const [known, wanted] = [asOutputs(olds), asInputs(news)];
    // What is not known yet is most probably what it was; `up` knows it.
    const [was, is] = [placeOf(known), placeOf(wanted)];
    const replaces = identity.filter((key) => !isEqual(was[key], is[key]) && !hasUnknown(is[key]));
    const { after: _, source: __, ...deciding } = news;
    if (replaces.length > 0 || hasUnknown(deciding)) return { changes: true, replaces, deleteBeforeReplace: true };

    const seen = await within(lookMs, readConnector(clientOf(wanted, lookMs), known), known);
    const found = seen === undefined ? ["missing → created"] : differences(seen, wanted, news);
    if (found.length > 0) say(`${wanted.name} on the worker: ${found.join(", ")}`);
    const isChanged =
      settings.some((key) => JSON.stringify(known[key]) !== JSON.stringify(wanted[key])) ||
      changedKeys(known.config, wanted.config).length > 0;
    return { changes: isChanged || found.length > 0, replaces, deleteBeforeReplace: true };
  },

  async create(inputs, say) {
    return { id: asInputs(inputs).name, outs: await apply(inputs, say) };
  },

  async read(_id, props, say) {
    const known = asOutputs(props);
    const read = readConnector(clientOf(known, readMs), known);
    let found: Awaited<typeof read>;
    try {
      found = await read;
    } catch (error) {
      // The worker may be what this `up` is about to start.
      say(`${known.name} is taken to be as it was: ${messageOf(error)}`);
      found = known;
    }
    if (found === undefined) return undefined;
    const wrapped = wrapLike(props, found) as Properties;
    const { state: _state, taskStates: _taskStates, appliedAt: _appliedAt, ...inputs } = wrapped;
    return { props: wrapped, inputs };
  },

  async update(_id, _olds, news, say) {
    return { outs: await apply(news, say) };
  },

  async delete(_id, props, say) {
    const known = asOutputs(props);
    try {
      await removeConnector(clientOf(known), known);
    } catch (error) {
      if (!(error instanceof NoAnswerError && error.nothingListens)) throw error;
      // Its worker went first, or listens at another address by now: there the connector that replaces this one finds it.
      say(
        `${known.name}: no worker at ${httpEndpoint(known.workerUrl).url} to delete it from; if one comes back, so does the connector`,
      );
    }
  },
};

async function apply(inputs: Properties, say: Say): Promise<Properties> {
  const wanted = asInputs(inputs);
  try {
    const { state, taskStates, appliedAt } = await applyConnector(clientOf(wanted), wanted, { say });
    return { ...inputs, state, taskStates, appliedAt };
  } catch (error) {
    if (!(error instanceof NotAsDesiredError)) throw error;
    // It is on the worker: the engine keeps it in the state with its error, so that the next `up` mends it, or takes it away.
    const properties = { ...inputs, state: "FAILED", taskStates: [], appliedAt: new Date().toISOString() };
    const reasons = [masked(error.message, secretsIn(inputs))];
    throw Object.assign(error, { id: wanted.name, properties, reasons });
  }
}

async function hasFailed(client: ConnectClient, name: string): Promise<boolean> {
  const status: ConnectorStatus | undefined = await within(lookMs, client.getStatus(name), undefined);
  return status !== undefined && failureOf(status) !== undefined;
}

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Properties): ConnectorInputs {
  return reveal(properties) as ConnectorInputs;
}

function asOutputs(properties: Properties): ConnectorOutputs {
  return reveal(properties) as ConnectorOutputs;
}

/** A worker that comes to speak TLS, or to want a login, is the same one. */
function placeOf({ name, workerUrl, target }: ConnectorInputs): Record<(typeof identity)[number], unknown> {
  const at = workerUrl === undefined || hasUnknown(workerUrl) ? workerUrl : new URL(httpEndpoint(workerUrl).url).host;
  return { name, workerUrl: at, target };
}

function clientOf({ workerUrl, connectAccess }: ConnectorInputs, timeoutMs?: number): ConnectClient {
  const worker = withAccess(httpEndpoint(workerUrl), connectAccess);
  return new ConnectClient(worker, timeoutMs === undefined ? {} : { timeoutMs });
}
