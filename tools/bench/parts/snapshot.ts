/** The initial snapshot: rows per second that a connector without offsets reads of a table. */
import { decode } from "../../../clients/debezium/events/decode.ts";
import { TopicAdmin } from "../../../clients/kafka/admin.ts";
import { TopicReader, type TopicRecord } from "../../../clients/kafka/topic.ts";
import type { ShardPlan } from "../../../plan/types.ts";
import { nowMs } from "../../../flow/now.ts";
import { alternate, rounded, type Comparison, type Context, type Part } from "../lib/measure.ts";
import { withPipeline, type Pipeline } from "../lib/pipeline.ts";
import { BurstWriter, burstTopic } from "../lib/rows.ts";
import { debeziumDefaults, ours, withoutExactlyOnce } from "../lib/settings.ts";

export const snapshotPart: Part = {
  name: "snapshot",
  about: "rows per second of the initial snapshot of 300,000 rows on one shard",
  run: async (context) => await measureSnapshot(context, { rows: 300_000, rounds: 3 }),
};

/** One shard; and its events can be deleted after each round. */
const config = { shards: 1, topics: { cleanup: "delete" } };

/** @param size.rounds when the context does not say. */
export async function measureSnapshot(context: Context, size: { rows: number; rounds: number }): Promise<Comparison[]> {
  return await withPipeline(context, config, async (pipeline) => {
    const [shard] = pipeline.plan.shards;
    if (shard === undefined) throw new Error("the plan has no shard");
    await pipeline.stop();
    const writer = await BurstWriter.open(shard, pipeline.root);
    try {
      await writer.write(size.rows);
    } finally {
      await writer.close();
    }
    context.say(`${rounded(size.rows)} rows are in ${shard.name}`);
    const settings = [ours, withoutExactlyOnce, debeziumDefaults(pipeline.plan.connect)];
    const cases = settings.map((setting) => ({
      name: setting.name,
      async run() {
        await pipeline.apply(setting);
        return await snapshot(pipeline, shard, size.rows);
      },
    }));
    const [first = { name: ours.name, values: [] }, ...peers] = await alternate(
      context.rounds ?? size.rounds,
      cases,
      context.say,
    );
    const title = `snapshot of ${rounded(size.rows)} rows, from the connector's start to the last event, the worker just started`;
    return [{ id: "snapshot.rows", title, unit: "rows/s", ours: first, peers }];
  });
}

const limitMs = 240_000;

/** Has a stopped connector begin anew; all rows come to the burst's topic. @returns rows per second. */
export async function snapshot(pipeline: Pipeline, shard: ShardPlan, rows: number): Promise<number> {
  const { kafka, worker } = pipeline;
  const [topic, history] = [burstTopic(shard), shard.connector.config["schema.history.internal.kafka.topic"] ?? ""];
  const admin = new TopicAdmin(kafka);
  const reader = new TopicReader(kafka, shard.notificationTopic);
  try {
    await worker.resetOffsets(shard.connector.name);
    await admin.deleteRecords(history);
    const from = (await admin.endOffsets([topic])).get(topic) ?? 0n;
    const notifications = await reader.open(await reader.endOffsets());
    const beganMs = nowMs();
    await worker.resume(shard.connector.name);
    const end = await notifications.find(isSnapshotEnd, limitMs);
    const tookMs = nowMs() - beganMs;
    await notifications.close();
    if (end === undefined) throw new Error(`${shard.name}: no end of the snapshot within ${limitMs / 1000} s`);
    await pipeline.stop([shard]);
    const events = Number(((await admin.endOffsets([topic])).get(topic) ?? 0n) - from);
    if (events < rows) throw new Error(`${topic}: only ${events} of ${rows} rows arrived`);
    await admin.deleteRecords(topic);
    return rows / (tookMs / 1000);
  } finally {
    await Promise.allSettled([reader.close(), admin.close()]);
  }
}

/** The connector's word that comes after the last row. Upstream: Debezium's documentation, "Receiving notifications". */
function isSnapshotEnd(record: TopicRecord): boolean {
  const event = decode(record);
  if (event.kind !== "other" || typeof event.content !== "object" || Array.isArray(event.content)) return false;
  return event.content?.["aggregate_type"] === "Initial Snapshot" && event.content["type"] === "COMPLETED";
}
