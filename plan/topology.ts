/** The pipeline as the operator's page draws it: what is declared, in few words. Pure. */
import { hostAndPort } from "../lib/endpoint.ts";
import type { PipelineConfig } from "../config/schema.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import type { ConnectPlan, DesiredState, KafkaPlan, ReadSidePlan, ShardPlan, TopicPlan } from "./types.ts";

/** Some names of a list, and how many more it has. */
export interface Named {
  readonly first: readonly string[];
  readonly more: number;
}

export interface Topology {
  readonly mysqlVersion: string;
  readonly kafkaVersion: string;
  readonly workers: number;
  /** 0 where somebody else runs them. */
  readonly brokers: number;
  readonly shards: readonly TopologyShard[];
  /** Undefined where there is no read side. */
  readonly readSide: TopologyReadSide | undefined;
}

export interface TopologyShard {
  readonly name: string;
  readonly connector: string;
  /** What its connector is to do. */
  readonly state: DesiredState;
  /** Its server as reached from this machine. */
  readonly server: string;
  /** Begin of its topics' names. */
  readonly prefix: string;
  /** Tables that are captured. */
  readonly tables: Named;
}

export interface TopologyReadSide {
  readonly sink: string;
  /** Where its engine is reached from this machine. */
  readonly engine: string;
  /** Aliases of the indices; none with another sink than our own. */
  readonly indices: Named;
  readonly deadLetterTopic: string;
  /** Where the search page is; undefined where there is none. */
  readonly page: string | undefined;
}

/** What is planned of the pipeline before its guard is. */
export interface PlannedParts {
  readonly resolved: readonly ResolvedShard[];
  readonly shards: readonly ShardPlan[];
  readonly connect: ConnectPlan;
  readonly kafka: KafkaPlan;
  readonly readSide: ReadSidePlan | undefined;
  /** Those of several shards together. */
  readonly sharedTopics: readonly TopicPlan[];
}

/** As many as a node has room for. */
const namedAtMost = 3;

export function topologyOf(
  config: PipelineConfig,
  { resolved, shards, connect, kafka, readSide }: PlannedParts,
): Topology {
  return {
    mysqlVersion: config.mysql.version,
    kafkaVersion: config.kafka.version,
    workers: connect.workers.length,
    brokers: kafka.brokers.length,
    shards: shards.map(({ name, connector, endpoints, topicPrefix }, index) => ({
      name,
      connector: connector.name,
      state: connector.state,
      server: hostAndPort(endpoints.fromHost),
      prefix: topicPrefix,
      tables: named(resolved[index]?.tables ?? []),
    })),
    readSide: readSide === undefined ? undefined : readSideOf(readSide),
  };
}

function readSideOf({ sink, endpoints, indices, deadLetterTopic, page }: ReadSidePlan): TopologyReadSide {
  return {
    sink: sink.name,
    engine: endpoints.fromHost.url,
    indices: named(indices.map(({ alias }) => alias)),
    deadLetterTopic,
    page: page?.endpoints.fromHost.url,
  };
}

function named(names: readonly string[]): Named {
  return { first: names.slice(0, namedAtMost), more: Math.max(0, names.length - namedAtMost) };
}
