/** A change sent through the pipeline. */
import type { ShardPlan } from "../../plan/types.ts";
import { provenWords, type IndexTarget } from "../../flow/flow-target.ts";
import { FlowProbe, flowTargetOf, FlowError } from "../../flow/flow.ts";
import type { Facts } from "./facts.ts";
import { broken, well, type Outcome } from "./walk.ts";

/** A probe takes a fraction of a second; a worker that is busy takes longer. */
const probeLimitMs = 20_000;

/** @param index where it has to be found; default: its topic is enough. */
export async function sendProbe({ stack }: Facts, shard: ShardPlan, index?: IndexTarget): Promise<Outcome> {
  let probe: FlowProbe | undefined;
  try {
    const target = flowTargetOf(stack.plan, shard);
    probe = await FlowProbe.open(target, await stack.cdcLogin(shard.name), index);
    const { sentMs, consumedMs, indexed } = await probe.send(probeLimitMs);
    return well(`${provenWords(target, index)} after ${Math.round((indexed?.foundMs ?? consumedMs) - sentMs)} ms`);
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    const remedy =
      error.stage === "index"
        ? "cdc dlq list says what the sink could not take, cdc logs connect what it waits for"
        : "cdc logs connect says what the connector waits for; cdc restart starts it anew";
    return broken(error.message, remedy);
  } finally {
    await probe?.close();
  }
}
