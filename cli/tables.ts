/** The tables of a shard, as its connector is configured with them. */
import { capturedTables as captured } from "../plan/captured.ts";
import type { ShardPlan } from "../plan/types.ts";
import { UsageError } from "./exit.ts";

/** The tables whose changes are captured, `DATABASE.TABLE`, without the pipeline's own. */
export function capturedTables(shard: ShardPlan): string[] {
  return captured(shard).map(({ table }) => table);
}

/** The captured table whose changes are on a topic, `DATABASE.TABLE`; undefined where the plan knows of none. */
export function tableOn(shards: readonly ShardPlan[], topic: string): string | undefined {
  return shards.flatMap(captured).find((one) => one.topic === topic)?.table;
}

/**
 * The table as the plan calls it.
 * @param name `DATABASE.TABLE`, or the table alone where one database has it.
 * @param tablesOf which tables count; default the captured ones.
 * @throws UsageError listing them.
 */
export function findTable(
  shards: readonly ShardPlan[],
  name: string,
  tablesOf: (shard: ShardPlan) => string[] = capturedTables,
): string {
  const tables = [...new Set(shards.flatMap(tablesOf))];
  const found = tables.includes(name) ? [name] : tables.filter((table) => table.endsWith(`.${name}`));
  const [table] = found;
  if (table !== undefined && found.length === 1) return table;
  throw new UsageError(
    found.length > 1 ? `${name} is not one table but ${found.join(", ")}` : `no captured table is called ${name}`,
    `captured are: ${tables.join(", ")}`,
  );
}
