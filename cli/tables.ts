/** The tables of a shard, as its connector is told of them. */
import { cdcDatabase } from "../plan/constants.ts";
import type { ShardPlan } from "../plan/types.ts";
import { UsageError } from "./exit.ts";

/** The tables whose changes are captured, `DATABASE.TABLE`, without the pipeline's own. */
export function capturedTables(shard: ShardPlan): string[] {
  return includedTables(shard).filter((table) => !table.startsWith(`${cdcDatabase}.`));
}

/** The captured tables, those of the pipeline's own included: what a shard's topics are made for. */
export function includedTables({ connector, signalTable }: ShardPlan): string[] {
  const listed = (connector.config["table.include.list"] ?? "")
    .split(",")
    .map((pattern) => pattern.replaceAll(/\\(.)/g, "$1"))
    .filter((table) => table !== "");
  return [...new Set([...listed, signalTable])];
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
