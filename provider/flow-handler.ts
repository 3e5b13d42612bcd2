/** cdc:index:Flow */
import { startTimes } from "../clients/docker/container.ts";
import { loginOf, type KeptLogin } from "../lib/connector-secrets.ts";
import { httpEndpoint, type HttpAccess, type KafkaSecrets } from "../lib/endpoint.ts";
import { targetOf, type Kept } from "../plan/endpoints.ts";
import { withConnectAccess } from "./connect-access.ts";
import { withKafkaSecrets } from "./kafka-secrets.ts";
import { provenWords, type FlowTarget, type IndexTarget } from "../flow/flow-target.ts";
import { asKnown, isEqual, type Properties, type ResourceHandler, type Say, without } from "./handler.ts";
import { reveal } from "./secrets.ts";

interface FlowInputs extends KeptLogin, KafkaSecrets {
  readonly target: Kept<FlowTarget>;
  readonly index?: Kept<IndexTarget>;
  /** Of the search engine's user. */
  readonly enginePassword?: string;
  /** Of the worker. */
  readonly connectAccess?: HttpAccess;
  /** Containers that the change passes through. */
  readonly containers: readonly string[];
  /** How long the way of the change may take, in seconds. */
  readonly timeoutSeconds: number;
}

/** What a proof leaves beside its inputs; `startedAt` is when each container had been started by then. */
const outputs = ["latencyMs", "provenAt", "startedAt"] as const;

export const flowHandler: ResourceHandler = {
  /** Looks at the engine too: a container that was started anew since, by whomever, is a way that nobody has gone yet. */
  async diff(_id, olds, news, say) {
    if (!isEqual(reveal(without(outputs, olds)), reveal(news))) return { changes: true };
    const { containers } = reveal(news) as FlowInputs & Properties;
    const [then, now] = [(olds["startedAt"] ?? {}) as Properties, await startTimes(containers)];
    const anew = containers.filter((name) => then[name] !== now[name]);
    if (anew.length > 0) say(`started anew since a change was seen last: ${anew.join(", ")}`);
    return { changes: anew.length > 0 };
  },

  async create(inputs, say) {
    return { id: shardOf(inputs), outs: await prove(inputs, say) };
  },

  read: asKnown(...outputs),

  async update(_id, _olds, news, say) {
    return { outs: await prove(news, say) };
  },

  /** What was seen was seen. */
  async delete() {},
};

async function prove(inputs: Properties, say: Say): Promise<Properties> {
  const {
    target: kept,
    index: keptIndex,
    containers,
    timeoutSeconds,
    kafkaPassword,
    kafkaKeystore,
    enginePassword,
    connectAccess,
    ...login
  } = reveal(inputs) as FlowInputs & Properties;
  const reached = withKafkaSecrets(targetOf<FlowTarget>(kept), { kafkaPassword, kafkaKeystore });
  const target = withConnectAccess(reached, connectAccess);
  const found = keptIndex && targetOf<IndexTarget>(keptIndex);
  const index =
    found && withConnectAccess({ ...found, engine: httpEndpoint(found.engine, enginePassword) }, connectAccess);
  // Before the change is made: what is started anew meanwhile was not passed.
  const startedAt = await startTimes(containers);
  // The clients of Kafka and MySQL take half a second to load: most runs of the plugin need none.
  const { checkFlow } = await import("../flow/flow.ts");
  const { latencyMs } = await checkFlow(target, loginOf(login), timeoutSeconds * 1000, index);
  say(`${target.shard}: ${provenWords(target, index)} after ${latencyMs} ms`);
  return { ...inputs, latencyMs, provenAt: new Date().toISOString(), startedAt };
}

function shardOf(inputs: Properties): string {
  return (reveal(inputs) as FlowInputs & Properties).target.shard;
}
