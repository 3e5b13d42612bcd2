/** cdc:index:Flow */
import type { FlowTarget } from "../steps/flow-target.ts";
import { asKnown, isEqual, type Properties, type ResourceHandler, type Say } from "./handler.ts";
import { reveal } from "./secrets.ts";

interface FlowInputs {
  readonly target: FlowTarget;
  readonly password: string;
  /** How long the way of the change may take, in seconds. */
  readonly timeoutSeconds: number;
}

export const flowHandler: ResourceHandler = {
  async diff(_id, olds, news) {
    const { latencyMs: _, ...known } = olds;
    return { changes: !isEqual(reveal(known), reveal(news)) };
  },

  async create(inputs, say) {
    return { id: shardOf(inputs), outs: await prove(inputs, say) };
  },

  read: asKnown("latencyMs"),

  async update(_id, _olds, news, say) {
    return { outs: await prove(news, say) };
  },

  /** What was seen was seen. */
  async delete() {},
};

async function prove(inputs: Properties, say: Say): Promise<Properties> {
  const { target, password, timeoutSeconds } = reveal(inputs) as FlowInputs & Properties;
  // The clients of Kafka and MySQL take half a second to load: most runs of the plugin need none.
  const { checkFlow } = await import("../steps/flow.ts");
  const { latencyMs } = await checkFlow(target, password, timeoutSeconds * 1000);
  say(`${target.shard}: a change was seen on ${target.probeTopic} after ${latencyMs} ms`);
  return { ...inputs, latencyMs };
}

function shardOf(inputs: Properties): string {
  return (reveal(inputs) as FlowInputs & Properties).target.shard;
}
