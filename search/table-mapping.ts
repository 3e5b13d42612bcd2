/** The mapping of a captured table's index, from the shards that hold the table. */
import { isDeepStrictEqual } from "node:util";
import { createConnection } from "mysql2/promise";
import { UserError } from "../lib/run.ts";
import { cdcUser } from "../plan/constants.ts";
import type { IndexedShard, IndexPlan } from "../plan/types.ts";
import { type ColumnSpec, readColumns, unitedColumns } from "./columns.ts";
import { fieldOf, mappingOf, type IndexMapping } from "./mapping.ts";

const answerLimitMs = 10_000;

/**
 * Asks every shard that captures the table for its columns, and unites them. Columns that are kept out of events are not mapped.
 * @param password of the CDC account.
 * @throws {UserError} when a shard is out of reach, when the shards' columns contradict each other, when none has the
 * table, or when a column's name is the sink's.
 */
export async function tableMapping(
  { table, shards }: Pick<IndexPlan, "table" | "shards">,
  password: string,
): Promise<IndexMapping> {
  const found = await Promise.all(
    shards.map(async (shard) => {
      const columns = await columnsOn(shard, table, password);
      return { shard: shard.name, columns: columns.filter(({ name }) => !isExcluded(name, shard)) };
    }),
  );
  return mappingOf(table, unitedColumns(table, found, haveSameField));
}

async function columnsOn({ name, mysqlHostPort }: IndexedShard, table: string, password: string) {
  try {
    const database = await createConnection({
      host: "127.0.0.1",
      port: mysqlHostPort,
      user: cdcUser,
      password,
      connectTimeout: answerLimitMs,
    });
    try {
      return await readColumns(database, table);
    } finally {
      await database.end();
    }
  } catch (error) {
    throw new UserError(
      `the columns of ${table} cannot be read from ${name} at 127.0.0.1:${mysqlHostPort}: ${textOf(error)}`,
      `See whether MySQL of ${name} runs (\`docker ps\`) and lets ${cdcUser} in, then run the command again.`,
      { cause: error },
    );
  }
}

/** MySQL's column names know no upper and lower case. */
function isExcluded(column: string, { excludeColumns }: IndexedShard): boolean {
  return excludeColumns.some((excluded) => excluded.toLowerCase() === column.toLowerCase());
}

function haveSameField(one: ColumnSpec, other: ColumnSpec): boolean {
  return isDeepStrictEqual(fieldOf(one), fieldOf(other));
}

/** Node leaves the message empty when every address of a name refuses. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ("code" in error ? String(error.code) : error.name);
}
