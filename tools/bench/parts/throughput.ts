/** Events per second of a burst: how fast a pipeline catches up after a bulk load, and while one runs. */
import { randomUUID } from "node:crypto";
import type { ShardPlan } from "../../../plan/types.ts";
import { alternate, rounded, type Bound, type Comparison, type Context, type Part, type Unit } from "../lib/measure.ts";
import { withPipeline, type Pipeline } from "../lib/pipeline.ts";
import { writeAndRead } from "../lib/live.ts";
import { forgetBursts, readBursts, type Arrived, type Burst } from "../lib/replay.ts";
import { BurstWriter, type Place } from "../lib/rows.ts";
import { debeziumDefaults, ours, schemaless, withoutExactlyOnce } from "../lib/settings.ts";

export const throughputPart: Part = {
  name: "throughput",
  about: "events per second of 300,000 rows on one shard, on three, and while they are written; bytes per event",
  run: async (context) => await measureThroughput(context, { rows: 300_000, rounds: 2 }),
};

/**
 * With compaction the records of a burst could not be deleted after it, and the cleaner would work beside the next one.
 * Events with their schemas are gigabytes after a few rounds: what is deleted leaves the disk after half a minute, not five.
 */
const config = {
  topics: { cleanup: "delete" },
  kafka: { properties: { "log.retention.check.interval.ms": 30_000 } },
};

/** Part of the rows that are written while they are read; enough to warm up a worker, too. */
const livePart = 0.3;

/**
 * @param size.rows of each burst; a multiple of the shards' number.
 * @param size.rounds when the context does not say.
 */
export async function measureThroughput(
  context: Context,
  size: { rows: number; rounds: number },
): Promise<Comparison[]> {
  return await withPipeline(context, config, async (pipeline) => {
    const { rows } = size;
    const liveRows = rows * livePart;
    const settings = [ours, schemaless, withoutExactlyOnce, debeziumDefaults(pipeline.plan.connect)];
    const rounds = context.rounds ?? size.rounds;
    const bursts = await writeBursts(pipeline, rows);
    context.say(`${rounded(rows)} rows are in the binlogs of one shard, and of all`);
    const found = settings.map((): Measured[] => []);
    const cases = settings.map((setting, index) => ({
      name: setting.name,
      async run() {
        await pipeline.apply(setting);
        // First, so that afterwards the code of a worker that has just started is compiled.
        const liveSeconds = await writeAndRead(pipeline, liveRows);
        await forgetBursts(pipeline);
        const one = await readBursts(pipeline, bursts.one);
        await forgetBursts(pipeline);
        const all = await readBursts(pipeline, bursts.all);
        await forgetBursts(pipeline);
        found[index]?.push({ one, all, liveSeconds });
        return rows / seconds(all);
      },
    }));
    await alternate(rounds, cases, context.say);
    const compare = (id: string, title: string, unit: Unit, value: (measured: Measured) => number, bounds?: Bound[]) =>
      comparison(
        { id: `throughput.${id}`, title, unit, bounds },
        settings,
        found.map((each) => each.map(value)),
      );
    const shards = `${pipeline.plan.shards.length} shards`;
    return [
      compare(
        "one-shard",
        `${rounded(rows)} rows in the binlog of one shard`,
        "events/s",
        ({ one }) => rows / seconds(one),
      ),
      compare(
        "all-shards",
        `${rounded(rows)} rows in the binlogs of ${shards}`,
        "events/s",
        ({ all }) => rows / seconds(all),
        [{ atLeast: 30_000 }],
      ),
      compare(
        "live",
        `${rounded(liveRows)} rows while they are written to ${shards}, the worker just started`,
        "events/s",
        ({ liveSeconds }) => liveRows / liveSeconds,
      ),
      compare("event-size", "key and value of an event", "bytes", ({ one }) => one.eventBytes),
      compare("disk-size", "an event on the broker's disk", "bytes", ({ one }) => one.diskBytes),
    ];
  });
}

interface Measured {
  readonly one: Arrived;
  readonly all: Arrived;
  readonly liveSeconds: number;
}

function comparison(
  head: Pick<Comparison, "id" | "title" | "unit"> & { readonly bounds: Bound[] | undefined },
  settings: readonly { readonly name: string }[],
  values: readonly (readonly number[])[],
): Comparison {
  const [first = { name: ours.name, values: [] }, ...peers] = settings.map(({ name }, index) => ({
    name,
    values: values[index] ?? [],
  }));
  const { bounds, ...rest } = head;
  return { ...rest, ours: first, peers, ...(bounds === undefined ? {} : { bounds }) };
}

const seconds = ({ firstMs, lastMs }: Arrived): number => (lastMs - firstMs) / 1000;

/**
 * Fills the binlogs while the connectors are stopped. On the first shard the burst of all shards is the end of the
 * burst that it has alone.
 */
async function writeBursts(pipeline: Pipeline, rows: number): Promise<{ one: Burst[]; all: Burst[] }> {
  const { shards } = pipeline.plan;
  const share = rows / shards.length;
  await pipeline.stop();
  const written = await Promise.all(
    shards.map(async (shard, index) => {
      const writer = await BurstWriter.open(shard, pipeline.root);
      try {
        const whole = await writer.place();
        if (index === 0) await writer.write(rows - share);
        const from = await writer.place();
        await writer.write(share);
        const token = randomUUID();
        await writer.mark(token);
        return { shard, whole, from, token };
      } finally {
        await writer.close();
      }
    }),
  );
  const burst = (of: { shard: ShardPlan; token: string }, from: Place, count: number): Burst => ({
    shard: of.shard,
    token: of.token,
    from,
    rows: count,
  });
  return {
    one: written.slice(0, 1).map((each) => burst(each, each.whole, rows)),
    all: written.map((each) => burst(each, each.from, share)),
  };
}
