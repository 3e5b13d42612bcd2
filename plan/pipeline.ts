/** The whole pipeline as a plan: a pure function of the configuration and the stack's name. */
import type { PlanInput } from "../config/input.ts";
import { planConnect } from "./connect.ts";
import { findPropertyProblems } from "./free-properties.ts";
import { planExistingKafka } from "./existing-kafka.ts";
import { existingProblems, existingWarnings } from "./existing-rules.ts";
import { engineWarnings } from "./read-side-rules.ts";
import { planGuard } from "./guard.ts";
import { planMonitoring } from "./monitoring.ts";
import { planKafka } from "./kafka.ts";
import { networkNames } from "./networks.ts";
import { refuse } from "../lib/problem.ts";
import { planReadSide } from "./read-side.ts";
import { findContradictions } from "./rules.ts";
import { resolveShard, type ResolvedShard } from "./resolved-shard.ts";
import { mergedTopics, planShard } from "./shard.ts";
import type { PipelinePlan, TopicPlan } from "./types.ts";
import { findClashes, findTableClashes, findTopicClashes } from "./unique.ts";
import { debeziumVersions, judgeVersions } from "./versions-fit.ts";

/**
 * Plans the pipeline, and compares what is written with what is planned.
 * @throws ProblemError with everything that is wrong.
 */
export function planPipeline(input: PlanInput): PipelinePlan {
  const { config, declaredTables, keylessTables } = input;
  const resolved = config.shards.map((shard) => resolveShard(shard, config, input));
  const releases = debeziumVersions(resolved);
  const versions = judgeVersions(config, releases);
  const plan = {
    ...plannedAs(input, resolved, releases),
    warnings: [...versions.warnings, ...existingWarnings(config), ...engineWarnings(config)],
  };
  refuse([
    ...existingProblems(config),
    ...findClashes(resolved, plan),
    ...findTableClashes(config, resolved),
    ...findContradictions(config, resolved, plan, declaredTables, keylessTables),
    ...findPropertyProblems(config, plan),
    ...versions.problems,
  ]);
  // Afterwards: names that clash make topics that clash, and are reported once.
  refuse(findTopicClashes(topicsOf(plan)));
  return plan;
}

function topicsOf({ connect, sharedTopics, shards, readSide }: PipelinePlan): TopicPlan[] {
  const ofShards = shards.flatMap(({ topics }) => topics);
  return [...connect.topics, ...sharedTopics, ...ofShards, ...(readSide?.topics ?? [])];
}

/** The plan of what is written, good or not: every part of it is there to be compared with. */
function plannedAs(
  { stack, config, authorities = {}, kafkaCertificate }: PlanInput,
  resolved: readonly ResolvedShard[],
  releases: readonly string[],
): Omit<PipelinePlan, "warnings"> {
  const { existing } = config.kafka;
  const kafka =
    existing === undefined ? planKafka(stack, config) : planExistingKafka(existing, authorities, kafkaCertificate);
  const brokers = kafka.endpoints.inNetwork;
  const shards = resolved.map((shard) => planShard(stack, shard, config, brokers, releases.length > 1));
  const readSide = planReadSide(stack, config, { resolved, shards }, { brokers, authorities });
  const sink = readSide?.sink;
  const sharedTopics = mergedTopics(resolved, config);
  const connect = planConnect(stack, config, {
    kafka: brokers,
    versions: releases,
    furtherPlugins: sink === undefined ? [] : [sink.plugin.path],
    configs: [...shards.map(({ connector }) => connector.config), ...(sink === undefined ? [] : [sink.config])],
  });
  return {
    stack,
    network: networkNames(stack).pipeline,
    portOffset: config.portOffset,
    security: config.security,
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
      prometheus: config.monitoring.prometheus.image,
      alertmanager: config.monitoring.alertmanager.image,
    },
    shards,
    kafka,
    connect,
    guard: planGuard(stack, config, { resolved, shards, connect, kafka, readSide, sharedTopics }),
    monitoring: planMonitoring(stack, config),
    maxDelaySeconds: config.maxDelaySeconds,
    readSide,
    sharedTopics,
    allowDelete: config.allowDelete,
    keepData: config.keepData,
    rotation: config.rotation,
  };
}
