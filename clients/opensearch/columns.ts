/** The columns of a captured table, as MySQL has them: what the index's mapping is derived from. */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { UserError } from "../../lib/run.ts";

/** A column as `information_schema.COLUMNS` describes it. */
export interface ColumnSpec {
  readonly name: string;
  /** The type without its parameters: `decimal`. */
  readonly dataType: string;
  /** The type with them: `decimal(10,2) unsigned`. */
  readonly columnType: string;
  /** Digits of a number, bits of a BIT; undefined for other types. */
  readonly precision: number | undefined;
  /** Digits of a second's fraction, 0 to 6; undefined for types without a time. */
  readonly fractionDigits: number | undefined;
}

/**
 * Reads a table's columns, in their order.
 * @param table `DATABASE.TABLE`.
 * @returns none when there is no such table, or the account may not see it.
 * Upstream: https://dev.mysql.com/doc/refman/9.7/en/information-schema-columns-table.html
 */
export async function readColumns(database: Connection, table: string): Promise<ColumnSpec[]> {
  const dot = table.indexOf(".");
  const [rows] = await database.query<RowDataPacket[]>(
    "SELECT COLUMN_NAME AS name, DATA_TYPE AS dataType, COLUMN_TYPE AS columnType, " +
      "NUMERIC_PRECISION AS numericPrecision, DATETIME_PRECISION AS fractionDigits " +
      "FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION",
    [table.slice(0, dot), table.slice(dot + 1)],
  );
  return rows.map((row) => ({
    name: String(row["name"]),
    dataType: String(row["dataType"]).toLowerCase(),
    columnType: String(row["columnType"]).toLowerCase(),
    precision: numberOf(row["numericPrecision"]),
    fractionDigits: numberOf(row["fractionDigits"]),
  }));
}

function numberOf(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

/** A shard's columns of a table. */
export interface ShardColumns {
  readonly shard: string;
  readonly columns: readonly ColumnSpec[];
}

/**
 * One list of columns out of those of all shards that capture a table. A column that some shards lack is no contradiction:
 * changes of a table are rolled out shard by shard.
 *
 * @param isSame whether two columns of one name can share a field of the index.
 * @throws {UserError} when they cannot, or when no shard has the table.
 */
export function unitedColumns(
  table: string,
  shards: readonly ShardColumns[],
  isSame: (one: ColumnSpec, other: ColumnSpec) => boolean,
): ColumnSpec[] {
  const united = new Map<string, { shard: string; column: ColumnSpec }>();
  for (const { shard, columns } of shards) {
    for (const column of columns) {
      const first = united.get(column.name);
      if (first === undefined) united.set(column.name, { shard, column });
      else if (!isSame(first.column, column)) {
        throw new UserError(
          `${table}.${column.name} is ${first.column.columnType} on ${first.shard} and ${column.columnType} on ${shard}: one index cannot hold both`,
          "Alter the table so that the shards agree, then run the command again.",
        );
      }
    }
  }
  if (united.size === 0) {
    throw new UserError(
      `${table} is on none of the shards that are to capture it (${shards.map(({ shard }) => shard).join(", ")})`,
      "Create the table, or take it out of the captured tables, then run the command again.",
    );
  }
  return [...united.values()].map(({ column }) => column);
}
