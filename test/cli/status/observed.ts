/** A stack in which all is well, as it would be observed; tests bend it. */
import type { ExpandedConnector, TaskStatus } from "../../../clients/connect/client.ts";
import { componentsOf } from "../../../cli/components.ts";
import { judge } from "../../../cli/status/judge.ts";
import type { Observation, ReadSideObservation, ShardObservation } from "../../../cli/status/observation.ts";
import { compareTopics, declaredTopics } from "../../../cli/topics/compare.ts";
import type { PartitionLag } from "../../../clients/kafka/sink-lag.ts";
import type { GuardedConnector } from "../../../lib/guard-state.ts";
import { capturedTables } from "../../../plan/captured.ts";
import type { TableState } from "../../../snapshot/state.ts";
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
    volumes: {
      value: of.shards.map(({ key, server }) => ({ name: server?.volume ?? "", shard: key, mysqlVersion: "9.7" })),
    },
    connectors: {
      value: Object.fromEntries([
        ...of.shards.map((shard): [string, ExpandedConnector] => [shard.connector.name, connectorOf(shard)]),
        ...sinkOf(of).map((sink): [string, ExpandedConnector] => [sink.info.name, sink]),
      ]),
    },
    topics: { value: allTopics(of) },
    guard: {
      value: {
        checkedAt: secondsAgo(2),
        connectors: Object.fromEntries(of.shards.map((shard) => [shard.connector.name, guarded({})])),
      },
    },
    readSide: of.readSide && {
      lagAtMs: atMs,
      lag: { value: [lagOf(0)] },
      engine: { value: { status: "green", documents: new Map(of.readSide.indices.map(({ alias }) => [alias, 24])) } },
    },
    shards: new Map(of.shards.map((shard) => [shard.name, wellShard(shard)])),
    waitedFor: new Map(),
  };
}

export function guarded(changes: Partial<GuardedConnector>): GuardedConnector {
  return { condition: "healthy", since: secondsAgo(3600), restarts: 0, ...changes };
}

/** The observation with another one of a shard. */
export function withShard(seen: Observation, index: number, changes: Partial<ShardObservation>): Observation {
  const shard = shardAt(index);
  return { ...seen, shards: new Map([...seen.shards, [shard.name, { ...wellShard(shard), ...changes }]]) };
}

/** The observation with other states of a shard's connector; undefined: it is gone. */
export function withConnector(seen: Observation, index: number, changes: ConnectorChanges | undefined): Observation {
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

/** Each captured table, read an hour ago; some of them otherwise. */
export function tablesRead(
  shard: ShardPlan,
  changes: Readonly<Record<string, Partial<TableState>>> = {},
): ShardObservation["tables"] {
  const read = { atMs: atMs - 3_600_000, rows: 5, topicId: "id" };
  const tables = capturedTables(shard).map((one) => ({
    ...one,
    unreadByWish: null,
    read,
    topicId: "id",
    ...changes[one.table],
  }));
  return { value: { tables, isKnown: true } };
}

function wellShard(shard: ShardPlan): ShardObservation {
  return {
    tables: tablesRead(shard),
    offsets: offsetsAt("mysql-bin.000003", 1000),
    binlogs: {
      value: [
        { file: "mysql-bin.000002", sizeBytes: 500 },
        { file: "mysql-bin.000003", sizeBytes: 1228 },
      ],
    },
    keptSeconds: 864_000,
    loss: { value: undefined },
    newsAtMs: atMs,
    news: news(3),
  };
}

interface ConnectorChanges {
  readonly state?: ExpandedConnector["status"]["connector"]["state"];
  readonly trace?: string;
  readonly tasks?: TaskStatus[];
  readonly config?: Record<string, string>;
}

function connectorOf(shard: ShardPlan, changes: ConnectorChanges = {}): ExpandedConnector {
  const { name, config } = shard.connector;
  return {
    info: { name, type: "source", config: { ...config, name, ...changes.config } },
    status: statusOf(name, changes.state ?? "RUNNING", changes.tasks ?? [task("RUNNING")], changes.trace),
  };
}

/** A partition that the sink has so many records to write of, the oldest committed so long ago. */
export function lagOf(records: number, oldestSecondsAgo?: number, topic = "shard0.products.stock"): PartitionLag {
  const waitingSinceMs = oldestSecondsAgo === undefined ? undefined : atMs - oldestSecondsAgo * 1000;
  return { topic, partition: 0, committed: 10n, end: 12n, records, isExact: true, waitingSinceMs };
}

/** The observation with something else seen of the read side. */
export function withReadSide(seen: Observation, changes: Partial<ReadSideObservation>): Observation {
  if (seen.readSide === undefined) throw new Error("no read side");
  return { ...seen, readSide: { ...seen.readSide, ...changes } };
}

/** The observation with other states of the sink; undefined: it is gone. */
export function withSink(seen: Observation, changes: ConnectorChanges | undefined): Observation {
  const [sink] = sinkOf(plan, changes);
  if (sink === undefined || !("value" in seen.connectors)) throw new Error("no sink");
  const { [sink.info.name]: _, ...others } = seen.connectors.value;
  return { ...seen, connectors: { value: { ...others, ...(changes && { [sink.info.name]: sink }) } } };
}

/** The observation with so many records in the dead letter topic. */
export function withDeadLetters(seen: Observation, records: number): Observation {
  const rows = "value" in seen.topics ? seen.topics.value : [];
  return { ...seen, topics: { value: rows.map((row) => (row.kind === "dead letters" ? { ...row, records } : row)) } };
}

function sinkOf({ readSide }: PipelinePlan, changes: ConnectorChanges = {}): ExpandedConnector[] {
  if (readSide === undefined) return [];
  const { name, config } = readSide.sink;
  return [
    {
      info: { name, type: "sink", config: { ...config, name, ...changes.config } },
      status: statusOf(name, changes.state ?? "RUNNING", changes.tasks ?? [task("RUNNING")], changes.trace),
    },
  ];
}

function allTopics(of: PipelinePlan) {
  const found = declaredTopics(of).map(({ topic }) => ({
    name: topic.name,
    partitions: topic.partitions,
    replicas: topic.replicationFactor,
    config: topic.config,
    sizeBytes: 2048,
  }));
  return compareTopics(of, found, new Map(found.map(({ name }) => [name, name.startsWith("dlq.") ? 0 : 12])));
}

/** The dev stack, with nothing wrong. */
export const well = wellObserved();
export const problemsOf = (seen: Observation) => judge(plan, seen).problems;
export const messagesOf = (seen: Observation) => problemsOf(seen).map(({ part, message }) => `${part}: ${message}`);
/** The first shard's container. */
export const mysql = shardAt(0).server?.container ?? "";
export const stopped = { state: "exited", status: "Exited (0) 5 seconds ago" };
