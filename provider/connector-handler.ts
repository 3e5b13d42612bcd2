/** cdc:index:Connector */
import { ConnectClient } from "../connect/client.ts";
import {
  applyConnector,
  changedProperties,
  readConnector,
  type ConnectorInputs,
  type ConnectorOutputs,
} from "../connect/connector.ts";
import type { ResourceHandler } from "./handler.ts";

export const connectorHandler: ResourceHandler = {
  async check(news) {
    const failures = [];
    for (const [key, value] of Object.entries(asInputs(news).config)) {
      if (typeof value !== "string")
        failures.push({ property: `config.${key}`, reason: `must be text, found ${JSON.stringify(value)}` });
    }
    return { inputs: news, failures };
  },

  async diff(_id, olds, news) {
    const seen = olds as unknown as ConnectorOutputs;
    const wanted = asInputs(news);
    const replaces = (["name", "workerUrl"] as const).filter((key) => seen[key] !== wanted[key]);
    return {
      changes: replaces.length > 0 || changedProperties(seen, wanted).length > 0,
      replaces,
      deleteBeforeReplace: true,
    };
  },

  async create(inputs) {
    const wanted = asInputs(inputs);
    return { id: wanted.name, outs: await applyConnector(clientOf(wanted), wanted) };
  },

  async read(_id, props) {
    const known = props as unknown as ConnectorOutputs;
    const found = await readConnector(clientOf(known), known);
    if (found === undefined) return undefined;
    const { state: _state, taskStates: _taskStates, ...inputs } = found;
    return { props: { ...found }, inputs: { ...inputs } };
  },

  async update(_id, _olds, news) {
    const wanted = asInputs(news);
    return { outs: await applyConnector(clientOf(wanted), wanted) };
  },

  async delete(_id, props) {
    const known = props as unknown as ConnectorOutputs;
    await clientOf(known).deleteConnector(known.name);
  },
};

/** The shape is given by the resource class (resources.ts), the only maker of such inputs. */
function asInputs(properties: Record<string, unknown>): ConnectorInputs {
  return properties as unknown as ConnectorInputs;
}

function clientOf(inputs: ConnectorInputs): ConnectClient {
  return new ConnectClient({ url: inputs.workerUrl });
}
