/** cdc:index:ContainerReady */
import { dockerCommand, isUp, makeReady, type ContainerReadyInputs, type Held } from "./container.ts";
import { asKnown, type Properties, type ResourceHandler, type Say, unknownValue } from "./handler.ts";

export const containerReadyHandler: ResourceHandler = {
  /** Looks at the engine too: a container that stopped or lost a limit since is mended by this `up`, without a refresh. */
  async diff(_id, olds, news) {
    const changed = Object.keys(news).some((key) => olds[key] !== news[key]);
    if (changed || news["containerId"] === unknownValue) return { changes: true };
    return { changes: !(await isUp(dockerCommand, String(news["container"]), olds as unknown as Held)) };
  },

  async create(inputs, say) {
    return { id: asInputs(inputs).container, outs: await ready(inputs, say) };
  },

  read: asKnown("startedAt", "memoryHeldMiB", "pidsHeld"),

  async update(_id, _olds, news, say) {
    return { outs: await ready(news, say) };
  },

  /** The container itself is another resource's. */
  async delete() {},
};

async function ready(properties: Properties, say: Say): Promise<Properties> {
  const inputs = asInputs(properties);
  const readiness = await makeReady(dockerCommand, inputs);
  const limits = [
    { of: "processes", held: readiness.pidsHeld, wanted: inputs.pidsLimit },
    { of: "memory in MiB", held: readiness.memoryHeldMiB, wanted: inputs.memoryLimitMiB },
  ];
  for (const { of, held, wanted } of limits.filter((limit) => limit.held !== limit.wanted)) {
    say(
      `container ${inputs.container}: its limit of ${of} is ${held === 0 ? "none" : held} instead of ${wanted}, as the engine ` +
        "cannot set it; `docker info` says what its kernel lacks",
    );
  }
  return { ...properties, ...readiness };
}

function asInputs(properties: Properties): ContainerReadyInputs {
  return properties as unknown as ContainerReadyInputs;
}
