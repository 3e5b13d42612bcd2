/** Writes down what a comparison found, on the notification topics of the shards that were compared. */
import { randomUUID } from "node:crypto";
import { notificationRecord } from "../../clients/debezium/notification.ts";
import { toldAs, type Reconciliation } from "../../clients/debezium/reconciliation.ts";
import { RecordProducer } from "../../clients/kafka/producer.ts";
import { readTablesState } from "../../snapshot/state.ts";
import { tablesTargetOf } from "../../snapshot/target.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import type { Report } from "./report.ts";

/**
 * What is to be told of each shard that was compared.
 * @param isOfAll whether all shards were compared: only then documents of none were looked for.
 */
export function reconciliationsIn(
  { tables, uncompared, orphans }: Report,
  isOfAll: boolean,
  timeMs: number,
): ReadonlyMap<string, Reconciliation> {
  const id = randomUUID();
  const ofNoShard = isOfAll ? orphans.reduce((sum, { documents }) => sum + documents, 0) : undefined;
  const found = [
    ...tables.map(({ shard, table, differences, further }) => ({ shard, table, count: differences.length + further })),
    ...uncompared.map(({ shard, table }) => ({ shard, table, count: undefined })),
  ];
  const byShard = Map.groupBy(found, ({ shard }) => shard);
  return new Map(
    [...byShard].map(([shard, those]) => [
      shard,
      { id, timeMs, tables: new Map(those.map(({ table, count }) => [table, count])), ofNoShard },
    ]),
  );
}

/**
 * Writes them down. A topic of another converter than JSON's is left alone.
 * @throws Error when no broker answers.
 */
export async function tellReconciliations(
  plan: PipelinePlan,
  found: ReadonlyMap<string, Reconciliation>,
): Promise<void> {
  const producer = new RecordProducer(plan.kafka.endpoints.fromHost);
  try {
    for (const shard of plan.shards) {
      const reconciliation = found.get(shard.name);
      if (reconciliation === undefined) continue;
      const { isKnown, reported } = await readTablesState(tablesTargetOf(plan, shard));
      if (!isKnown) continue;
      await producer.send(shard.notificationTopic, [notificationRecord(toldAs(reconciliation), reported.schemas)]);
    }
  } finally {
    await producer.close();
  }
}
