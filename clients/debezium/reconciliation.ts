/**
 * What `cdc reconcile` found, on the notification topics of the shards that it compared: a record for each, beside the connector's
 * own. So guard and `cdc events` know of it for as long as there is the topic, and whoever compares needs no further place to write to.
 */
import type { Notification } from "./notification.ts";

export const reconciledAggregate = "Reconciliation";

/** One comparison of a shard. */
export interface Reconciliation {
  /** The same on all shards of one run. */
  readonly id: string;
  readonly timeMs: number;
  /** By table how many rows or documents differ; undefined: it could not be compared. */
  readonly tables: ReadonlyMap<string, number | undefined>;
  /** Documents that are of no shard of the stack; undefined where that was not looked for. */
  readonly ofNoShard: number | undefined;
}

/** No table is called so: these have a dot in their names. */
const ofNoShardKey = "of-no-shard";
const notCompared = "-";

/** As a notification. */
export function toldAs({ id, timeMs, tables, ofNoShard }: Reconciliation): Notification {
  const found = [...tables].map(([table, count]): [string, string] => [
    table,
    count === undefined ? notCompared : String(count),
  ]);
  const details = Object.fromEntries(ofNoShard === undefined ? found : [...found, [ofNoShardKey, String(ofNoShard)]]);
  return { id, type: "COMPLETED", aggregate: reconciledAggregate, timeMs, details };
}

/** @returns undefined for any other notification. */
export function reconciliationIn({ id, aggregate, timeMs, details }: Notification): Reconciliation | undefined {
  if (aggregate !== reconciledAggregate) return undefined;
  const { [ofNoShardKey]: ofNoShard, ...tables } = details;
  return {
    id,
    timeMs,
    tables: new Map(
      Object.entries(tables).map(([table, count]) => [table, count === notCompared ? undefined : Number(count)]),
    ),
    ofNoShard: ofNoShard === undefined ? undefined : Number(ofNoShard),
  };
}

/** How many differ, all tables together; those that could not be compared are left out. */
export function differencesIn({ tables }: Pick<Reconciliation, "tables">): number {
  return [...tables.values()].reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/** How many tables could not be compared. */
export function uncomparedIn({ tables }: Pick<Reconciliation, "tables">): number {
  return [...tables.values()].filter((count) => count === undefined).length;
}
