/** The whole pipeline as a plan: a pure function of the configuration and the stack's name. */
import type { PipelineConfig } from "../config/schema.ts";
import { planConnect } from "./connect.ts";
import { findPropertyProblems } from "./free-properties.ts";
import { planGuard } from "./guard.ts";
import { planKafka } from "./kafka.ts";
import { refuse } from "./problem.ts";
import { planReadSide } from "./read-side.ts";
import { sinkPluginFolder } from "./constants.ts";
import { findContradictions } from "./rules.ts";
import { resolveShard } from "./resolved-shard.ts";
import { mergedTopics, planShard } from "./shard.ts";
import type { PipelinePlan } from "./types.ts";
import { findClashes, findTopicClashes } from "./unique.ts";
import { debeziumVersions, judgeVersions } from "./versions-fit.ts";

/**
 * Plans the pipeline.
 * @param stack `PROJECT-STACK`, the prefix of every name on the Docker engine.
 * @param declaredTables tables that the files of `schema` make, `DATABASE.TABLE`; undefined when tables are made elsewhere.
 * @throws ProblemError with everything that is wrong.
 */
export function planPipeline(
  config: PipelineConfig,
  stack: string,
  declaredTables: readonly string[] | undefined,
): PipelinePlan {
  const resolved = config.shards.map((shard) => resolveShard(shard, config));
  const versions = judgeVersions(config, resolved);
  refuse([
    ...findClashes(config, resolved),
    ...findContradictions(config, resolved, declaredTables),
    ...findPropertyProblems(config, resolved),
    ...versions.problems,
  ]);

  const kafka = planKafka(stack, config);
  const bootstrap = kafka.internalBootstrap;
  const used = debeziumVersions(resolved);
  const connect = planConnect(stack, config, bootstrap, used, config.readSide.enabled ? [sinkPluginFolder] : []);
  const shards = resolved.map((shard) => planShard(stack, shard, config, bootstrap, used.length > 1));
  const sharedTopics = mergedTopics(resolved, config);
  const readSide = planReadSide(stack, config, { resolved, shards });
  const topics = [...connect.topics, ...sharedTopics, ...shards.flatMap((shard) => shard.topics)];
  refuse(findTopicClashes([...topics, ...(readSide?.topics ?? [])]));
  return {
    stack,
    network: stack,
    schema: config.schema === "" ? undefined : config.schema,
    timeZone: config.timeZone,
    images: {
      source: config.images,
      mysqlVersion: config.mysql.version,
      kafkaVersion: config.kafka.version,
      mysql: config.mysql.image,
      kafka: config.kafka.image,
      node: config.guard.image,
      opensearch: config.readSide.image,
    },
    shards,
    kafka,
    connect,
    guard: planGuard(stack, config, connect, bootstrap),
    readSide,
    sharedTopics,
    allowDataLoss: config.topics.allowDataLoss,
    warnings: versions.warnings,
  };
}
