/** The mapping of a captured table's index, from the shards that hold the table. */
import { isDeepStrictEqual } from "node:util";
import { connectMysql } from "../mysql/client.ts";
import { UserError, messageOf } from "../../lib/run.ts";
import { hostAndPort, type MysqlEndpoint, type MysqlLogin } from "../../lib/endpoint.ts";
import { isSameColumn } from "../../lib/names.ts";
import { type ColumnSpec, readColumns, unitedColumns } from "./columns.ts";
import { fieldOf, mappingOf, type IndexMapping } from "./mapping.ts";

/** A shard that holds the table. */
export interface TableSource {
  readonly name: string;
  /** Its server. */
  readonly mysql: MysqlEndpoint;
  /** Names of the table's columns that are kept out of events. */
  readonly excludeColumns: readonly string[];
}

/**
 * Asks every shard that captures the table for its columns, and unites them. Columns that are kept out of events are not mapped.
 * @param login by shard, of the account that captures.
 * @throws {UserError} when a shard is out of reach, when the shards' columns contradict each other, when none has the
 * table, or when a column's name is the sink's.
 */
export async function tableMapping(
  { table, shards }: { readonly table: string; readonly shards: readonly TableSource[] },
  login: (shard: string) => MysqlLogin | Promise<MysqlLogin>,
): Promise<IndexMapping> {
  const found = await Promise.all(
    shards.map(async (shard) => {
      const columns = await columnsOn(shard, table, await login(shard.name));
      return { shard: shard.name, columns: columns.filter(({ name }) => !isExcluded(name, shard)) };
    }),
  );
  return mappingOf(table, unitedColumns(table, found, haveSameField));
}

async function columnsOn({ name, mysql }: TableSource, table: string, login: MysqlLogin) {
  try {
    const database = await connectMysql({ ...mysql, ...login });
    try {
      return await readColumns(database, table);
    } finally {
      await database.end();
    }
  } catch (error) {
    throw new UserError(
      `the columns of ${table} cannot be read from ${name} at ${hostAndPort(mysql)}: ${messageOf(error)}`,
      `See whether MySQL of ${name} runs and lets ${login.user} in, then run the command again.`,
      { cause: error },
    );
  }
}

function isExcluded(column: string, { excludeColumns }: TableSource): boolean {
  return excludeColumns.some((excluded) => isSameColumn(excluded, column));
}

function haveSameField(one: ColumnSpec, other: ColumnSpec): boolean {
  return isDeepStrictEqual(fieldOf(one), fieldOf(other));
}
