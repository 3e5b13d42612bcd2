/** Looks at every part of a stack, all at once. */
import type { RowDataPacket } from "mysql2/promise";
import { stateFile, type GuardState } from "../../guard/state.ts";
import { cdcUser } from "../../plan/constants.ts";
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import type { OperatedStack } from "../context.ts";
import { containersOf, outputIn } from "../engine.ts";
import { lookAtTopics } from "../topics/observe.ts";
import type {
  Asked,
  Binlog,
  EngineView,
  Observation,
  ReadSideObservation,
  ShardNews,
  ShardObservation,
} from "./observation.ts";

/** A server on this machine answers at once or not at all. */
const answerLimitMs = 5000;

/** Never throws for a part that does not answer: what it said instead is in the observation. */
export async function observe(stack: OperatedStack): Promise<Observation> {
  const { plan, worker } = stack;
  const topics = ask(async () => await lookAtTopics(plan));
  const news = topics.then(async (found): Promise<Asked<Map<string, ShardNews>>> => {
    if ("error" in found) return found;
    const existing = found.value.filter(({ remark }) => remark !== "missing").map(({ name }) => name);
    const { readNews } = await import("./news.ts");
    return await ask(async () => await readNews(plan, new Set(existing)));
  });
  const [containers, connectors, seenTopics, guard, readSide, ...shards] = await Promise.all([
    ask(async () => await containersOf(plan.stack)),
    ask(async () => await worker.listConnectors()),
    topics,
    lookAtGuard(plan),
    lookAtReadSide(plan, topics),
    ...plan.shards.map(async (shard) => [shard.name, await lookAtShard(stack, shard, news)] as const),
  ]);
  return { atMs: Date.now(), containers, connectors, topics: seenTopics, guard, readSide, shards: new Map(shards) };
}

async function ask<T>(question: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { value: await question() };
  } catch (error) {
    return { error: textOf(error) };
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node gives an AggregateError without a message when both ::1 and 127.0.0.1 refuse.
  return error.message || ("code" in error ? String(error.code) : error.name);
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
    topics.then(async (found): Promise<ReadSideObservation["lag"]> => {
      if ("error" in found) return found;
      const { sinkLag } = await import("../../kafka/sink-lag.ts");
      const read = (readSide.sink.config["topics"] ?? "").split(",");
      const sink = { bootstrap: kafka.hostBootstrap, connector: readSide.sink.name, topics: read };
      return await ask(async () => await sinkLag(sink));
    }),
    ask(async () => await readEngine(readSide)),
  ]);
  return { lag, engine };
}

/** The engine's health, and how many documents its indices hold. */
async function readEngine({ url, indices }: ReadSidePlan): Promise<EngineView> {
  const { engineClient, isMissing } = await import("../../search/client.ts");
  const engine = engineClient(url, { timeoutMs: answerLimitMs });
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

async function lookAtShard(
  { worker, cdcPassword }: OperatedStack,
  shard: ShardPlan,
  news: Promise<Asked<Map<string, ShardNews>>>,
): Promise<ShardObservation> {
  // The offset before the binlog's end: what is committed in between counts as lag, never as a lead.
  const offsets = await ask(async () => await worker.getOffsets(shard.connector.name));
  const binlogs = await ask(async () => await readBinlogs(shard, await cdcPassword()));
  const found = await news;
  if ("error" in found) return { offsets, binlogs, news: found };
  const own = found.value.get(shard.name);
  return { offsets, binlogs, news: own === undefined ? { error: `no news of ${shard.name}` } : { value: own } };
}

/** The server's binlog files; SHOW BINARY LOGS has the same name in every MySQL, and counts up to the last commit. */
async function readBinlogs(shard: ShardPlan, password: string): Promise<Binlog[]> {
  const { createConnection } = await import("mysql2/promise");
  const connection = await createConnection({
    host: "127.0.0.1",
    port: shard.port.host,
    user: cdcUser,
    password,
    connectTimeout: answerLimitMs,
  });
  try {
    const [rows] = await connection.query<RowDataPacket[]>({ sql: "SHOW BINARY LOGS", timeout: answerLimitMs });
    return rows.map((row) => ({ file: String(row["Log_name"]), sizeBytes: Number(row["File_size"]) }));
  } finally {
    await connection.end().catch(() => connection.destroy());
  }
}
