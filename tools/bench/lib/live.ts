/** A burst that is read while it is written, on all shards at once. */
import { randomUUID } from "node:crypto";
import { nowMs } from "../../../flow/now.ts";
import type { Pipeline } from "./pipeline.ts";
import { readBursts } from "./replay.ts";
import { BurstWriter } from "./rows.ts";

/**
 * Writes `rows`, the same number to each shard, while the connectors run, which begin where the binlogs end now. They are
 * stopped when all has arrived.
 * @returns from the first statement until a consumer here has the last event, in seconds.
 */
export async function writeAndRead(pipeline: Pipeline, rows: number): Promise<number> {
  const { shards } = pipeline.plan;
  const share = rows / shards.length;
  const writers = await Promise.all(shards.map((shard) => BurstWriter.open(shard, pipeline.root)));
  try {
    await pipeline.stop();
    const bursts = await Promise.all(
      writers.map(async (writer) => {
        const { shard } = writer;
        return { shard, writer, rows: share, from: await writer.place(), token: randomUUID() };
      }),
    );
    let beganMs = Number.NaN;
    const { lastMs } = await readBursts(pipeline, bursts, async () => {
      beganMs = nowMs();
      await Promise.all(
        bursts.map(async ({ writer, token }) => {
          await writer.write(share);
          await writer.mark(token);
        }),
      );
    });
    return (lastMs - beganMs) / 1000;
  } finally {
    await Promise.all(writers.map((writer) => writer.close()));
  }
}
