/** Commit → topic at a gentle rate: what a consumer waits for a change when nobody is in a hurry. */
import { setTimeout as sleep } from "node:timers/promises";
import { percentilesOf } from "../../../flow/latency.ts";
import { FlowProbe, flowTargetOf } from "../../../flow/flow.ts";
import { indexTargetOf } from "../../../flow/flow-target.ts";
import { alternate, type Bound, type Comparison, type Context, type Part } from "../lib/measure.ts";
import { withPipeline, type Pipeline } from "../lib/pipeline.ts";
import { debeziumDefaults, ours, withoutExactlyOnce, type Setting } from "../lib/settings.ts";

export const latencyPart: Part = {
  name: "latency",
  about: "commit → topic at about 20 changes a second over three shards",
  run: async (context) =>
    await withPipeline(context, {}, async (pipeline) => {
      const settings = [ours, withoutExactlyOnce, debeziumDefaults(pipeline.plan.connect)];
      return await compareLatency(pipeline, context, { settings, id: "latency", title: "commit → topic", seconds: 15 });
    }),
};

/** The percentiles that are shown, and what ours have to keep on the way to the topic. */
const percentiles = ["p50", "p95", "p99"] as const;
const topicBounds: Readonly<Record<string, readonly Bound[]>> = {
  "latency.p50": [{ atMost: 50 }],
  "latency.p99": [{ atMost: 300 }],
};

interface LatencyCase {
  /** The first is ours. */
  readonly settings: readonly Setting[];
  /** First part of the comparisons' ids. */
  readonly id: string;
  readonly title: string;
  /** How long each round of each setting takes. */
  readonly seconds: number;
  /** Whether a change is followed into the index. */
  readonly indexed?: boolean;
}

/** Measures the settings in turn, three rounds unless told otherwise; a comparison per percentile. */
export async function compareLatency(
  pipeline: Pipeline,
  context: Context,
  { settings, id, title, seconds, indexed = false }: LatencyCase,
): Promise<Comparison[]> {
  const found = settings.map(() => percentiles.map(() => [] as number[]));
  const cases = settings.map((setting, index) => ({
    name: setting.name,
    async run() {
      await pipeline.apply(setting);
      await pipeline.resume();
      const measured = percentilesOf(await latencies(pipeline, { seconds, indexed }));
      if (measured === undefined) throw new Error(`${setting.name}: no change was measured`);
      for (const [place, name] of percentiles.entries()) found[index]?.[place]?.push(measured[name]);
      return measured.p50;
    },
  }));
  await alternate(context.rounds ?? 3, cases, context.say);
  return percentiles.map((name, place) => {
    const series = settings.map((setting, index) => ({ name: setting.name, values: found[index]?.[place] ?? [] }));
    const [first = { name: ours.name, values: [] }, ...peers] = series;
    const bounds = topicBounds[`${id}.${name}`];
    return {
      id: `${id}.${name}`,
      title: `${title}, ${name}`,
      unit: "ms",
      ours: first,
      peers,
      ...(bounds === undefined ? {} : { bounds }),
    };
  });
}

/** A probe's whole way; one that gets stuck for so long ends the benchmark. */
const probeLimitMs = 60_000;
/** The first changes after a start find classes that are not loaded and code that is not compiled. */
const warmUpSeconds = 3;
/**
 * The longest interval in which a step looks for something new (Debezium's poll, the index's refresh). A probe comes back
 * right after such a look; with a pause by chance up to so long, the next one is sent at any time between two looks.
 */
const longestIntervalMs = 500;
/** With the pause about 20 changes a second over three shards. */
const probesPerShard = 2;

/** Sends probes through all shards at once. */
async function latencies(
  { plan, cdc }: Pipeline,
  { seconds, indexed }: { seconds: number; indexed: boolean },
): Promise<number[]> {
  const { readSide } = plan;
  const senders = plan.shards.flatMap((shard) => Array.from({ length: probesPerShard }, () => shard));
  const all = await Promise.all(
    senders.map(async (shard) => {
      const index = indexed && readSide !== undefined ? indexTargetOf(plan, readSide, shard) : undefined;
      const probe = await FlowProbe.open(flowTargetOf(plan, shard), cdc, index);
      const measured: number[] = [];
      try {
        await probe.send(probeLimitMs);
        const warmUntil = performance.now() + warmUpSeconds * 1000;
        const until = warmUntil + seconds * 1000;
        while (performance.now() < until) {
          await sleep(Math.random() * longestIntervalMs);
          const isWarm = performance.now() > warmUntil;
          const { sentMs, consumedMs, indexed: document } = await probe.send(probeLimitMs);
          if (isWarm) measured.push((document?.foundMs ?? consumedMs) - sentMs);
        }
        return measured;
      } finally {
        await probe.close();
      }
    }),
  );
  return all.flat();
}
