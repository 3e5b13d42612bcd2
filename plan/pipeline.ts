/** The whole pipeline as a plan: a pure function of the configuration and the stack's name. */
import type { PipelineConfig } from "../config/schema.ts";
import { planConnect } from "./connect.ts";
import { planKafka } from "./kafka.ts";
import { findClashes, findTopicClashes } from "./rules.ts";
import { planShard, resolveShard } from "./shard.ts";
import type { PipelinePlan } from "./types.ts";

/**
 * Plans the pipeline.
 * @param stack `PROJECT-STACK`, the prefix of every name on the Docker engine.
 * @throws Error with one line per clash between shards or ports.
 */
export function planPipeline(config: PipelineConfig, stack: string): PipelinePlan {
  const resolved = config.shards.map(resolveShard);
  refuse(findClashes(config, resolved));

  const kafka = planKafka(stack, config.kafkaPort + config.portOffset);
  const connect = planConnect(stack, config.connectPort + config.portOffset, kafka.internalBootstrap);
  const shards = resolved.map((shard) => planShard(stack, shard, config, kafka.internalBootstrap));
  refuse(findTopicClashes([...connect.topics, ...shards.flatMap((shard) => shard.topics)]));
  return {
    stack,
    network: stack,
    schema: config.schema === "" ? undefined : config.schema,
    images: config.images,
    shards,
    kafka,
    connect,
  };
}

function refuse(clashes: readonly string[]): void {
  if (clashes.length > 0) throw new Error(`the configuration cannot be used:\n  ${clashes.join("\n  ")}`);
}
