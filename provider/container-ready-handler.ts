/** cdc:index:ContainerReady */
import { dockerCommand, isUp, makeReady, type ContainerReadyInputs } from "./container.ts";
import { asKnown, type Properties, type ResourceHandler, type Say, unknownValue } from "./handler.ts";

export const containerReadyHandler: ResourceHandler = {
  /** Looks at the engine too: a container that stopped or lost its limit since is mended by this `up`, without a refresh. */
  async diff(_id, olds, news) {
    const changed = Object.keys(news).some((key) => olds[key] !== news[key]);
    if (changed || news["containerId"] === unknownValue) return { changes: true };
    return { changes: !(await isUp(dockerCommand, String(news["container"]), Number(olds["pidsHeld"]))) };
  },

  async create(inputs, say) {
    return { id: asInputs(inputs).container, outs: await ready(inputs, say) };
  },

  read: asKnown("startedAt", "pidsHeld"),

  async update(_id, _olds, news, say) {
    return { outs: await ready(news, say) };
  },

  /** The container itself is another resource's. */
  async delete() {},
};

async function ready(properties: Properties, say: Say): Promise<Properties> {
  const inputs = asInputs(properties);
  const readiness = await makeReady(dockerCommand, inputs);
  if (readiness.pidsHeld !== inputs.pidsLimit) {
    const held = readiness.pidsHeld === 0 ? "has none" : `is ${readiness.pidsHeld}`;
    say(
      `container ${inputs.container}: its limit of processes ${held} instead of ${inputs.pidsLimit}, as the engine cannot set it; ` +
        "`docker info` says what its kernel lacks",
    );
  }
  return { ...properties, ...readiness };
}

function asInputs(properties: Properties): ContainerReadyInputs {
  return properties as unknown as ContainerReadyInputs;
}
