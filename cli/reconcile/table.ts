/** What is compared of a table: its key, and the columns whose values are in the documents. */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { UserError } from "../../lib/run.ts";
import { isSameColumn } from "../../lib/names.ts";
import type { IndexedShard } from "../../plan/types.ts";
import { readColumns } from "../../clients/opensearch/columns.ts";
import { isKnownType, type RowColumn } from "./normalise.ts";
import { readUniqueKeys, recordKey } from "./record-key.ts";

export interface TableSpec {
  /** `DATABASE.TABLE`. */
  readonly table: string;
  /** The columns of the records' key, in the order of the documents' ids. */
  readonly key: readonly RowColumn[];
  /** Columns whose values are compared, in the table's order. */
  readonly columns: readonly RowColumn[];
  /** Names of those that are not: masked ones, and types of which it is not known how the sink writes them. */
  readonly notCompared: readonly string[];
}

/** How keys and values were written. */
export interface Written {
  /** Without schemas a key's columns are joined by their names, and bits cannot be told from bytes. */
  readonly hasSchemas: boolean;
  /** The connector's `message.key.columns`. */
  readonly messageKeyColumns: string | undefined;
}

/**
 * Reads a shard's table.
 * @param shard columns that are left out of events, or masked there.
 * @throws UserError when there is no such table, or its rows cannot be told apart.
 */
export async function readTable(
  database: Connection,
  table: string,
  shard: Pick<IndexedShard, "name" | "excludeColumns" | "maskColumns">,
  { hasSchemas, messageKeyColumns }: Written,
): Promise<TableSpec> {
  const specs = await readColumns(database, table);
  if (specs.length === 0)
    throw new UserError(
      `${table} is to be captured, but ${shard.name} has no such table`,
      "make it (sql/ for a table of the pipeline's schema), then ask again",
    );
  const dot = table.indexOf(".");
  const [nullable] = await database.query<RowDataPacket[]>(
    "SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND IS_NULLABLE = 'YES'",
    [table.slice(0, dot), table.slice(dot + 1)],
  );
  const isNullable = new Set(nullable.map((row) => String(row["name"])));
  const all = specs.map((spec) => ({ ...spec, isNullable: isNullable.has(spec.name) }));
  const names = recordKey(
    table,
    all.map(({ name }) => name),
    await readUniqueKeys(database, table),
    messageKeyColumns,
  );
  const ordered = hasSchemas ? names : names.toSorted((a, b) => (a < b ? -1 : 1));
  const key = ordered.flatMap((name) => all.filter((column) => column.name === name));
  const isIn = (list: readonly string[], name: string) => list.some((listed) => isSameColumn(listed, name));
  const inEvents = all.filter(({ name }) => !isIn(shard.excludeColumns, name));
  const isCompared = (column: RowColumn) =>
    isKnownType(column) &&
    !isIn(shard.maskColumns, column.name) &&
    (hasSchemas || column.dataType !== "bit" || column.precision === 1);
  return {
    table,
    key,
    columns: inEvents.filter(isCompared),
    notCompared: inEvents.filter((column) => !isCompared(column)).map(({ name }) => name),
  };
}
