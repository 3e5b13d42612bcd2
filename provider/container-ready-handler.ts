/** cdc:index:ContainerReady */
import { dockerCommand, isUp, makeReady, type ContainerReadyInputs } from "./container.ts";
import { asKnown, type ResourceHandler, unknownValue } from "./handler.ts";

export const containerReadyHandler: ResourceHandler = {
  /** Looks at the engine too: a container that stopped since is started by this `up`, without a refresh. */
  async diff(_id, olds, news) {
    const changed = Object.keys(news).some((key) => olds[key] !== news[key]);
    if (changed || news["containerId"] === unknownValue) return { changes: true };
    return { changes: !(await isUp(dockerCommand, String(news["container"]))) };
  },

  async create(inputs) {
    const startedAt = await makeReady(dockerCommand, asInputs(inputs));
    return { id: asInputs(inputs).container, outs: { ...inputs, startedAt } };
  },

  read: asKnown("startedAt"),

  async update(_id, _olds, news) {
    const startedAt = await makeReady(dockerCommand, asInputs(news));
    return { outs: { ...news, startedAt } };
  },

  /** The container itself is another resource's. */
  async delete() {},
};

function asInputs(properties: Record<string, unknown>): ContainerReadyInputs {
  return properties as unknown as ContainerReadyInputs;
}
