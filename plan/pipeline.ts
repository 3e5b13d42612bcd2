/** The whole pipeline as a plan: a pure function of the configuration and the stack's name. */
import type { PlanInput } from "../config/input.ts";
import { planConnect } from "./connect.ts";
import { findPropertyProblems } from "./free-properties.ts";
import { planGuard } from "./guard.ts";
import { planKafka } from "./kafka.ts";
import { refuse } from "../lib/problem.ts";
import { planReadSide } from "./read-side.ts";
import { findContradictions } from "./rules.ts";
import { resolveShard } from "./resolved-shard.ts";
import { mergedTopics, planShard } from "./shard.ts";
import type { PipelinePlan } from "./types.ts";
import { findClashes, findTableClashes, findTopicClashes } from "./unique.ts";
import { debeziumVersions, judgeVersions } from "./versions-fit.ts";

/**
 * Plans the pipeline.
 * @throws ProblemError with everything that is wrong.
 */
export function planPipeline({ config, stack, declaredTables, keylessTables }: PlanInput): PipelinePlan {
  const resolved = config.shards.map((shard) => resolveShard(shard, config, declaredTables));
  const versions = judgeVersions(config, resolved);
  refuse([
    ...findClashes(config, resolved),
    ...findTableClashes(config, resolved),
    ...findContradictions(config, resolved, declaredTables, keylessTables),
    ...findPropertyProblems(config, resolved),
    ...versions.problems,
  ]);

  const kafka = planKafka(stack, config);
  const { bootstrap } = kafka.endpoints.inNetwork;
  const used = debeziumVersions(resolved);
  const shards = resolved.map((shard) => planShard(stack, shard, config, bootstrap, used.length > 1));
  const sharedTopics = mergedTopics(resolved, config);
  const readSide = planReadSide(stack, config, { resolved, shards });
  const sink = readSide?.sink;
  const connect = planConnect(stack, config, {
    bootstrap,
    versions: used,
    furtherPlugins: sink === undefined ? [] : [sink.plugin.path],
    configs: [...shards.map(({ connector }) => connector.config), ...(sink === undefined ? [] : [sink.config])],
  });
  const topics = [...connect.topics, ...sharedTopics, ...shards.flatMap((shard) => shard.topics)];
  refuse(findTopicClashes([...topics, ...(readSide?.topics ?? [])]));
  return {
    stack,
    network: stack,
    portOffset: config.portOffset,
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
    maxDelaySeconds: config.maxDelaySeconds,
    readSide,
    sharedTopics,
    allowDelete: config.allowDelete,
    keepData: config.keepData,
    warnings: versions.warnings,
  };
}
