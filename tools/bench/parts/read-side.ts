/** The read side: commit → index, found by a search, and documents per second that the sink writes. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@opensearch-project/opensearch";
import type { ReadSidePlan } from "../../../plan/types.ts";
import { engineClient } from "../../../clients/opensearch/client.ts";
import { nowMs } from "../../../flow/now.ts";
import { writeAndRead } from "../lib/live.ts";
import { alternate, rounded, type Comparison, type Context, type Part } from "../lib/measure.ts";
import { withPipeline, type Pipeline } from "../lib/pipeline.ts";
import { burstTable } from "../lib/rows.ts";
import { debeziumDefaults, ours } from "../lib/settings.ts";
import { compareLatency } from "./latency.ts";

export const readSidePart: Part = {
  name: "read-side",
  about: "commit → index, found by a search; documents per second of 300,000 rows into the index",
  run: async (context) => await measureReadSide(context, { rows: 300_000, seconds: 20, rounds: 1 }),
};

/**
 * @param size.rows that are written into the index in each round, all shards together.
 * @param size.seconds of each round of latencies.
 * @param size.rounds of bursts, when the context does not say; latencies have three.
 */
export async function measureReadSide(
  context: Context,
  size: { rows: number; seconds: number; rounds: number },
): Promise<Comparison[]> {
  return await withPipeline(context, { readSide: { enabled: true } }, async (pipeline) => {
    const { readSide, connect } = pipeline.plan;
    if (readSide === undefined) throw new Error("the plan has no read side");
    const settings = [ours, debeziumDefaults(connect)];
    const title = "commit → found by a search";
    const latency = { settings, id: "read-side.latency", title, seconds: size.seconds, indexed: true };
    const latencies = await compareLatency(pipeline, context, latency);

    await pipeline.apply(ours);
    await pipeline.resume();
    const cases = [{ name: "ours", run: async () => await index(pipeline, readSide, size.rows) }];
    const [documents = { name: "ours", values: [] }] = await alternate(
      context.rounds ?? size.rounds,
      cases,
      context.say,
    );
    const what = `${rounded(size.rows)} rows from their topics into the index, from the sink's start until a search counts them`;
    return [...latencies, { id: "read-side.documents", title: what, unit: "rows/s", ours: documents, peers: [] }];
  });
}

const limitMs = 240_000;
const pollMs = 100;

/** Lets rows wait in their topics, then the sink write them. @returns documents per second. */
async function index(pipeline: Pipeline, { endpoints, indices, sink }: ReadSidePlan, rows: number): Promise<number> {
  const alias = indices.find(({ table }) => table === burstTable)?.alias;
  if (alias === undefined) throw new Error(`${burstTable} has no index`);
  const engine = engineClient(endpoints.fromHost);
  try {
    await pipeline.change([sink.name], "stopped");
    const before = await countOf(engine, alias);
    await writeAndRead(pipeline, rows);
    const beganMs = nowMs();
    await pipeline.change([sink.name], "running");
    while ((await countOf(engine, alias)) < before + rows) {
      if (nowMs() - beganMs > limitMs) throw new Error(`${alias}: not all rows arrived within ${limitMs / 1000} s`);
      await sleep(pollMs);
    }
    return rows / ((nowMs() - beganMs) / 1000);
  } finally {
    await engine.close();
  }
}

async function countOf(engine: Client, index: string): Promise<number> {
  const { body } = await engine.count({ index });
  return body.count;
}
