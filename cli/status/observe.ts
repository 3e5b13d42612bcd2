/** Looks at every part of a stack, all at once. */
import type { ExpandedConnector } from "../../clients/connect/client.ts";
import { stateFile, type GuardState } from "../../lib/guard-state.ts";
import { readBinlogs } from "../../clients/mysql/binlogs.ts";
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import { tablesTargetOf } from "../../snapshot/target.ts";
import type { OperatedStack } from "../context.ts";
import { outputIn } from "../../clients/docker/container.ts";
import { containersOf } from "../../clients/docker/containers.ts";
import { dataVolumesOf } from "../../clients/docker/volume.ts";
import { lossOnShard } from "../history.ts";
import { lookAtTopics } from "../topics/observe.ts";
import { topicsWaitedFor } from "../../flow/waited-topics.ts";
import { unmanagedIn } from "./judge-unmanaged.ts";
import {
  known,
  type Asked,
  type EngineView,
  type Observation,
  type ReadSideObservation,
  type ShardNews,
  type ShardObservation,
} from "./observation.ts";
import { messageOf } from "../../lib/run.ts";

/** A server on this machine answers at once or not at all. */
const answerLimitMs = 5000;

/** The newest records of all shards' topics, and when they were asked for. */
interface SeenNews {
  readonly atMs: number;
  readonly of: Asked<Map<string, ShardNews>>;
}

/** Never throws for a part that does not answer: what it said instead is in the observation. */
export async function observe(stack: OperatedStack): Promise<Observation> {
  const { plan, worker } = stack;
  const topics = ask(async () => await lookAtTopics(plan));
  const news = topics.then(async (found): Promise<SeenNews> => {
    const atMs = Date.now();
    if ("error" in found) return { atMs, of: found };
    const existing = found.value.filter(({ remark }) => remark !== "missing").map(({ name }) => name);
    const { readNews } = await import("./news.ts");
    return { atMs, of: await ask(async () => await readNews(plan, new Set(existing))) };
  });
  const listed = ask(async () => await worker.listConnectors());
  const [containers, volumes, connectors, waitedFor, seenTopics, guard, readSide, ...shards] = await Promise.all([
    ask(async () => await containersOf(plan.stack)),
    ask(async () => await dataVolumesOf(plan.stack)),
    listed,
    listed.then(async (found) => ("value" in found ? await lookAtUnmanaged(plan, found.value) : new Map())),
    topics,
    lookAtGuard(plan),
    lookAtReadSide(plan, topics),
    ...plan.shards.map(async (shard) => [shard.name, await lookAtShard(stack, shard, news)] as const),
  ]);
  return {
    atMs: Date.now(),
    containers,
    volumes,
    connectors,
    topics: seenTopics,
    guard,
    readSide,
    shards: new Map(shards),
    waitedFor,
  };
}

async function ask<T>(question: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { value: await question() };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

async function lookAtGuard({ guard }: PipelinePlan): Promise<Asked<GuardState | undefined> | undefined> {
  if (guard === undefined) return undefined;
  return await ask(async () => {
    const text = await outputIn(guard.container, ["cat", stateFile]);
    return text === undefined ? undefined : (JSON.parse(text) as GuardState);
  });
}

async function lookAtReadSide(
  { readSide, kafka }: PipelinePlan,
  topics: Promise<Asked<unknown>>,
): Promise<ReadSideObservation | undefined> {
  if (readSide === undefined) return undefined;
  const [lag, engine] = await Promise.all([
    topics.then(async (found): Promise<Pick<ReadSideObservation, "lag" | "lagAtMs">> => {
      const lagAtMs = Date.now();
      if ("error" in found) return { lag: found, lagAtMs };
      const { sinkLag } = await import("../../clients/kafka/sink-lag.ts");
      const read = (readSide.sink.config["topics"] ?? "").split(",");
      const { waitingSince } = await import("../../clients/debezium/events/waiting-since.ts");
      const sink = {
        kafka: kafka.endpoints.fromHost,
        connector: readSide.sink.name,
        topics: read,
        timeOf: waitingSince,
      };
      return { lag: await ask(async () => await sinkLag(sink)), lagAtMs };
    }),
    ask(async () => await readEngine(readSide)),
  ]);
  return { ...lag, engine };
}

/** The engine's health, and how many documents its indices hold. */
async function readEngine({ endpoints, indices }: ReadSidePlan): Promise<EngineView> {
  const { engineClient, isMissing } = await import("../../clients/opensearch/client.ts");
  const engine = engineClient(endpoints.fromHost, { timeoutMs: answerLimitMs });
  try {
    const { body: health } = await engine.cluster.health();
    const documents = indices.map(async ({ alias }): Promise<[string, number | undefined]> => {
      try {
        return [alias, (await engine.count({ index: alias })).body.count];
      } catch (error) {
        if (isMissing(error)) return [alias, undefined];
        throw error;
      }
    });
    return { status: health.status, documents: new Map(await Promise.all(documents)) };
  } finally {
    await engine.close();
  }
}

/** Only the workers' logs tell what a connector waits for. */
async function lookAtUnmanaged(
  plan: PipelinePlan,
  connectors: Readonly<Record<string, ExpandedConnector>>,
): Promise<Map<string, readonly string[]>> {
  const workers = plan.connect.workers.map(({ container }) => container);
  const waited = unmanagedIn(plan, connectors).map(
    async ({ info: { name } }) => [name, await topicsWaitedFor(workers, name)] as const,
  );
  return new Map(await Promise.all(waited));
}

async function lookAtShard(
  { plan, worker, cdcLogin }: OperatedStack,
  shard: ShardPlan,
  news: Promise<SeenNews>,
): Promise<ShardObservation> {
  // The offset before the binlog's end: what is committed in between counts as lag, never as a lead.
  const offsets = await ask(async () => await worker.getOffsets(shard.connector.name));
  const kept = await ask(
    async () => await readBinlogs({ ...shard.endpoints.fromHost, ...(await cdcLogin(shard.name)) }),
  );
  const binlogs = "error" in kept ? kept : { value: kept.value.files };
  const keptSeconds = known(kept)?.keptSeconds;
  // A server that was silent once would be waited for once more.
  const unasked = "error" in offsets ? offsets : "error" in kept ? kept : undefined;
  const loss = unasked ?? (await ask(async () => await lossOnShard(shard, await cdcLogin(shard.name), known(offsets))));
  const tables = await ask(async () => {
    const { readTablesState } = await import("../../snapshot/state.ts");
    return await readTablesState(tablesTargetOf(plan, shard));
  });
  const { atMs: newsAtMs, of: found } = await news;
  const own = known(found)?.get(shard.name);
  const missing = "error" in found ? found : { error: `no news of ${shard.name}` };
  return {
    offsets,
    binlogs,
    keptSeconds,
    loss,
    tables,
    newsAtMs,
    news: own === undefined ? missing : { value: own },
  };
}
