/** A stack in which all is well, as it would be observed; tests bend it. */
import type { ExpandedConnector, TaskStatus } from "../../../connect/client.ts";
import { componentsOf } from "../../../cli/components.ts";
import type { Observation, ShardObservation } from "../../../cli/status/observation.ts";
import { compareTopics, declaredTopics } from "../../../cli/topics/compare.ts";
import type { GuardedConnector } from "../../../guard/state.ts";
import type { PipelinePlan, ShardPlan } from "../../../plan/types.ts";
import { planOf } from "../../support/config.ts";
import { statusOf, task } from "../../support/fake-worker.ts";

export const plan = planOf("dev");
export const atMs = Date.parse("2026-11-21T10:00:00Z");
export const secondsAgo = (seconds: number) => new Date(atMs - seconds * 1000).toISOString();

export function shardAt(index: number): ShardPlan {
  const shard = plan.shards[index];
  if (shard === undefined) throw new Error(`no shard ${index}`);
  return shard;
}

/** Everything is as the plan wants it. */
export function wellObserved(of: PipelinePlan = plan): Observation {
  return {
    atMs,
    containers: {
      value: componentsOf(of).map(({ container }) => ({
        name: container,
        state: "running",
        health: "healthy",
        status: "Up 2 minutes (healthy)",
      })),
    },
    connectors: { value: Object.fromEntries(of.shards.map((shard) => [shard.connector.name, connectorOf(shard)])) },
    topics: { value: allTopics(of) },
    guard: {
      value: {
        checkedAt: secondsAgo(2),
        connectors: Object.fromEntries(of.shards.map((shard) => [shard.connector.name, guarded({})])),
      },
    },
    shards: new Map(of.shards.map((shard) => [shard.name, wellShard()])),
  };
}

export function guarded(changes: Partial<GuardedConnector>): GuardedConnector {
  return { condition: "healthy", since: secondsAgo(3600), restarts: 0, ...changes };
}

/** The observation with another one of a shard. */
export function withShard(seen: Observation, index: number, changes: Partial<ShardObservation>): Observation {
  const { name } = shardAt(index);
  return { ...seen, shards: new Map([...seen.shards, [name, { ...wellShard(), ...changes }]]) };
}

/** The observation with other states of a shard's connector; undefined: it is gone. */
export function withConnector(
  seen: Observation,
  index: number,
  changes: Parameters<typeof connectorOf>[1] | undefined,
): Observation {
  const shard = shardAt(index);
  const { [shard.connector.name]: _, ...others } = "value" in seen.connectors ? seen.connectors.value : {};
  const own = changes === undefined ? {} : { [shard.connector.name]: connectorOf(shard, changes) };
  return { ...seen, connectors: { value: { ...others, ...own } } };
}

/** The observation with something else said by the guard about a shard's connector. */
export function withGuard(seen: Observation, index: number, changes: Partial<GuardedConnector>): Observation {
  const { connector } = shardAt(index);
  return {
    ...seen,
    guard: { value: { checkedAt: secondsAgo(2), connectors: { [connector.name]: guarded(changes) } } },
  };
}

/** The observation with another state of a container; undefined: it is gone. */
export function withContainer(
  seen: Observation,
  name: string,
  changes: { state: string; health?: "healthy" | "unhealthy" | "starting"; status: string } | undefined,
): Observation {
  const others = "value" in seen.containers ? seen.containers.value.filter((one) => one.name !== name) : [];
  const own = changes === undefined ? [] : [{ name, health: undefined, ...changes }];
  return { ...seen, containers: { value: [...others, ...own] } };
}

export function news(heartbeatSecondsAgo: number | undefined): ShardObservation["news"] {
  const arrivedMs = atMs - (heartbeatSecondsAgo ?? 0) * 1000;
  return {
    value: {
      heartbeat: heartbeatSecondsAgo === undefined ? undefined : { arrivedMs, committedMs: arrivedMs - 41.3 },
      notification: { aggregate: "Initial Snapshot", type: "COMPLETED" },
      lastChangeMs: atMs - 720_000,
    },
  };
}

export function offsetsAt(file: string, position: number, further: Record<string, unknown> = {}) {
  return { value: [{ partition: { server: "shard0" }, offset: { file, pos: position, ts_sec: 1, ...further } }] };
}

function wellShard(): ShardObservation {
  return {
    offsets: offsetsAt("mysql-bin.000003", 1000),
    binlogs: {
      value: [
        { file: "mysql-bin.000002", sizeBytes: 500 },
        { file: "mysql-bin.000003", sizeBytes: 1228 },
      ],
    },
    news: news(3),
  };
}

function connectorOf(
  shard: ShardPlan,
  changes: {
    state?: ExpandedConnector["status"]["connector"]["state"];
    trace?: string;
    tasks?: TaskStatus[];
    config?: Record<string, string>;
  } = {},
): ExpandedConnector {
  const { name, config } = shard.connector;
  return {
    info: { name, config: { ...config, name, ...changes.config } },
    status: statusOf(name, changes.state ?? "RUNNING", changes.tasks ?? [task("RUNNING")], changes.trace),
  };
}

function allTopics(of: PipelinePlan) {
  const found = declaredTopics(of).map(({ topic }) => ({
    name: topic.name,
    partitions: topic.partitions,
    replicas: topic.replicationFactor,
    config: topic.config,
    sizeBytes: 2048,
  }));
  return compareTopics(of, found, new Map(found.map(({ name }) => [name, 12])));
}
