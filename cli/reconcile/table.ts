/** What is compared of a table: its key, and the columns whose values are in the documents. */
import type { Connection, RowDataPacket } from "mysql2/promise";
import type { IndexedShard } from "../../plan/types.ts";
import { readColumns } from "../../search/columns.ts";
import { UsageError } from "../exit.ts";
import { isKnownType, type RowColumn } from "./normalise.ts";

export interface TableSpec {
  /** `DATABASE.TABLE`. */
  readonly table: string;
  /** The primary key's columns, in the order of the documents' ids. */
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
}

/**
 * Reads a shard's table.
 * @param shard columns that are left out of events, or masked there.
 * @throws UsageError when there is no such table, or it has no primary key.
 */
export async function readTable(
  database: Connection,
  table: string,
  shard: Pick<IndexedShard, "name" | "excludeColumns" | "maskColumns">,
  { hasSchemas }: Written,
): Promise<TableSpec> {
  const specs = await readColumns(database, table);
  const dot = table.indexOf(".");
  const [places] = await database.query<RowDataPacket[]>(
    "SELECT c.COLUMN_NAME AS name, c.IS_NULLABLE AS nullable, s.SEQ_IN_INDEX AS place FROM information_schema.COLUMNS c " +
      "LEFT JOIN information_schema.STATISTICS s ON s.TABLE_SCHEMA = c.TABLE_SCHEMA AND s.TABLE_NAME = c.TABLE_NAME " +
      "AND s.COLUMN_NAME = c.COLUMN_NAME AND s.INDEX_NAME = 'PRIMARY' WHERE c.TABLE_SCHEMA = ? AND c.TABLE_NAME = ?",
    [table.slice(0, dot), table.slice(dot + 1)],
  );
  const placeOf = new Map(places.map((row) => [String(row["name"]), row]));
  const all = specs.map((spec) => ({ ...spec, isNullable: placeOf.get(spec.name)?.["nullable"] === "YES" }));
  const place = ({ name }: RowColumn) => Number(placeOf.get(name)?.["place"] ?? 0);
  const byName = (a: RowColumn, b: RowColumn) => (a.name < b.name ? -1 : 1);
  const key = all
    .filter((column) => place(column) > 0)
    .toSorted((a, b) => (hasSchemas ? place(a) - place(b) : byName(a, b)));
  if (all.length === 0)
    throw new UsageError(
      `${table} is to be captured, but ${shard.name} has no such table`,
      "make it (sql/ for a table of the pipeline's schema), then ask again",
    );
  if (key.length === 0)
    throw new UsageError(
      `${table} has no primary key on ${shard.name}: no row can be told from another`,
      "give the table a primary key, or name another with --table",
    );
  const inEvents = all.filter(({ name }) => !shard.excludeColumns.includes(name));
  const isCompared = (column: RowColumn) =>
    isKnownType(column) &&
    !shard.maskColumns.includes(column.name) &&
    (hasSchemas || column.dataType !== "bit" || column.precision === 1);
  return {
    table,
    key,
    columns: inEvents.filter(isCompared),
    notCompared: inEvents.filter((column) => !isCompared(column)).map(({ name }) => name),
  };
}
