/** Threads of the initial snapshot (`snapshot.max.threads`): what more of them bring for one table, and for several. */
import { alternate, rounded, type Comparison, type Context, type Part } from "../lib/measure.ts";
import { withPipeline, type Pipeline } from "../lib/pipeline.ts";
import { BurstWriter, burstTable, burstTopic } from "../lib/rows.ts";
import { readingTables } from "../lib/settings.ts";
import { snapshot } from "./snapshot.ts";
import type { ShardPlan } from "../../../plan/types.ts";

export const snapshotThreadsPart: Part = {
  name: "snapshot-threads",
  about:
    "rows per second of the initial snapshot of one table of 300,000 rows, and of four of 75,000, by 1, 2 and 4 threads",
  run: async (context) => await measureThreads(context, { rows: 300_000, rounds: 2 }),
};

/** One shard; and its events can be deleted after each round. */
const config = { shards: 1, topics: { cleanup: "delete" } };
const threads = [1, 2, 4];
const parts = [1, 2, 3, 4].map((number) => `products.part${number}`);

/** The tables that are read at once, by the last part of the figure's id. */
const shapes: readonly (readonly [id: string, what: string, tables: readonly string[]])[] = [
  ["one-table", "one table", [burstTable]],
  ["four-tables", "four tables", parts],
];

/** @param size.rows of all tables together, a multiple of their number. @param size.rounds when the context does not say. */
export async function measureThreads(context: Context, size: { rows: number; rounds: number }): Promise<Comparison[]> {
  return await withPipeline(context, config, async (pipeline) => {
    const [shard] = pipeline.plan.shards;
    if (shard === undefined) throw new Error("the plan has no shard");
    await pipeline.stop();
    await fill(pipeline, shard, size.rows);
    context.say(`${rounded(size.rows)} rows are in one table, and as many in ${parts.length}`);
    const found: Comparison[] = [];
    for (const [id, what, tables] of shapes) {
      const cases = threads.map((count) => {
        const setting = readingTables(tables, burstTopic, count);
        return {
          name: setting.name,
          async run() {
            await pipeline.apply(setting);
            return await snapshot(pipeline, shard, size.rows);
          },
        };
      });
      const [ours, ...peers] = await alternate(context.rounds ?? size.rounds, cases, context.say);
      if (ours === undefined) throw new Error("there is a case");
      const title = `snapshot of ${rounded(size.rows)} rows in ${what}, from the connector's start to the last event`;
      found.push({ id: `snapshot-threads.${id}`, title, unit: "rows/s", ours, peers });
    }
    return found;
  });
}

async function fill(pipeline: Pipeline, shard: ShardPlan, rows: number): Promise<void> {
  const writer = await BurstWriter.open(shard, pipeline.root);
  try {
    await writer.write(rows);
    for (const table of parts) {
      await writer.makeTable(table);
      await writer.write(rows / parts.length, table);
    }
  } finally {
    await writer.close();
  }
}
