/** Which columns a table's rows are told apart by in the topics, and so in the index: the records' key. */
import type { Connection, RowDataPacket } from "mysql2/promise";
import { UserError } from "../../lib/run.ts";
import { quotedTable } from "../../lib/sql.ts";

/** A unique key without columns that may be NULL; the primary one comes first, then as they were made. */
export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly string[];
}

/**
 * Reads the keys that tell every row.
 * Upstream: https://dev.mysql.com/doc/refman/9.7/en/show-index.html (an expression has no column's name).
 */
export async function readUniqueKeys(database: Connection, table: string): Promise<UniqueKey[]> {
  const [parts] = await database.query<RowDataPacket[]>(`SHOW INDEX FROM ${quotedTable(table)}`);
  const unique = parts.filter((part) => Number(part["Non_unique"]) === 0);
  return [...Map.groupBy(unique, (part) => String(part["Key_name"]))]
    .filter(([, columns]) => columns.every((part) => part["Column_name"] !== null && part["Null"] !== "YES"))
    .map(([name, columns]) => ({ name, columns: columns.map((part) => String(part["Column_name"])) }))
    .toSorted((a, b) => Number(b.name === "PRIMARY") - Number(a.name === "PRIMARY"));
}

/**
 * The columns of the records' key, in its order: those of `message.key.columns`, else of the primary key, else of the first
 * unique key, as Debezium takes them.
 * @param messageKeyColumns the connector's property: `TABLE:COLUMN,…;…`, both regular expressions.
 * @throws UserError when rows cannot be told apart by them, or there are none.
 */
export function recordKey(
  table: string,
  columns: readonly string[],
  keys: readonly UniqueKey[],
  messageKeyColumns: string | undefined,
): readonly string[] {
  const chosen = chosenColumns(table, columns, messageKeyColumns);
  if (chosen.length > 0) {
    if (keys.some((key) => key.columns.every((column) => chosen.includes(column)))) return chosen;
    throw new UserError(
      `${table}: message.key.columns names ${chosen.join(", ")}, by which rows cannot be told apart: several may be one document`,
      "name the columns of a unique key there, or leave the table out of it",
    );
  }
  const [first] = keys;
  if (first !== undefined) return first.columns;
  throw new UserError(
    `${table} has no primary key, and no unique key without columns that may be NULL: no row can be told from another`,
    "give the table a primary key, or name a unique key's columns in the connector's property message.key.columns",
  );
}

/** As Debezium reads it (`Key.CustomKeyMapper`): for each named column in turn, those of the table that match. */
function chosenColumns(table: string, columns: readonly string[], property: string | undefined): string[] {
  const patterns = (property ?? "").split(";").flatMap((entry) => {
    const colon = entry.indexOf(":");
    if (colon < 0) return [];
    const ofTable = entry.slice(0, colon).trim();
    return entry
      .slice(colon + 1)
      .split(",")
      .map((column) => new RegExp(`^(?:${ofTable}.${column.trim()})$`, "i"));
  });
  return [...new Set(patterns.flatMap((pattern) => columns.filter((column) => pattern.test(`${table}.${column}`))))];
}
