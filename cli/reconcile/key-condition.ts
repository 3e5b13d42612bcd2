/** Rows found again by their keys as the documents' ids have them. */
import { UserError } from "../../lib/run.ts";
import { isUnsignedBigint, type RowColumn } from "./normalise.ts";
import { quotedName } from "../../lib/sql.ts";

/**
 * An SQL condition that holds for the rows of these keys, and, where a collation does not tell letters apart, for their
 * likes: who needs to know computes the id of what was found.
 * @param columns the primary key's, in the key's order.
 * @param keys texts as in the documents' ids, one for each column; not empty.
 * @throws UserError when a text is no value of its column.
 */
export function keyCondition(columns: readonly RowColumn[], keys: readonly (readonly string[])[]): string {
  const [first] = columns;
  const rows = keys.map((key) => columns.map((column, at) => literal(column, key[at] ?? "")));
  if (first !== undefined && columns.length === 1) return `${quotedName(first.name)} IN (${rows.flat().join(", ")})`;
  const names = columns.map(({ name }) => quotedName(name)).join(", ");
  return `(${names}) IN (${rows.map((row) => `(${row.join(", ")})`).join(", ")})`;
}

/**
 * A key as it is given and, where that is another, as the documents' ids have it: in an event's key, and in ids of before, a
 * BIGINT UNSIGNED from 2^63 on is the negative number of the same bits.
 */
export function keyForms(columns: readonly RowColumn[], key: readonly string[]): string[][] {
  const shown = key.map((text, at) => {
    const column = columns[at];
    return column !== undefined && isUnsignedBigint(column) && /^-\d{1,19}$/.test(text)
      ? BigInt.asUintN(64, BigInt(text)).toString()
      : text;
  });
  return shown.every((text, at) => text === key[at]) ? [shown] : [[...key], shown];
}

/** Whether such a row can be: every text is a value of its column. */
export function isKey(columns: readonly RowColumn[], key: readonly string[]): boolean {
  return (
    key.length === columns.length && columns.every((column, at) => constantOf(column, key[at] ?? "") !== undefined)
  );
}

/** The text as a constant of the column's type, independent of the session's SQL mode and time zone. */
export function literal(column: RowColumn, text: string): string {
  const sql = constantOf(column, text);
  if (sql !== undefined) return sql;
  throw new UserError(
    `${JSON.stringify(text)} is no value of the key's column ${column.name} (${column.columnType})`,
    "the table's key was changed, or the document was not written by the sink; cdc reindex builds the index anew",
  );
}

function constantOf(column: RowColumn, text: string): string | undefined {
  switch (column.dataType) {
    case "tinyint":
    case "smallint":
    case "mediumint":
    case "int":
    case "bigint":
    case "year":
      if (!/^-?\d{1,20}$/.test(text)) return undefined;
      return isUnsignedBigint(column) ? BigInt.asUintN(64, BigInt(text)).toString() : text;
    case "decimal":
      return /^-?\d+(\.\d+)?$/.test(text) ? text : undefined;
    case "float":
    case "double":
      return /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text) ? text : undefined;
    case "bit":
      if (text === "true" || text === "false") return text === "true" ? "b'1'" : "b'0'";
      return /^[01]+$/.test(text) ? `b'${text}'` : undefined;
    case "binary":
    case "varbinary":
      return `X'${Buffer.from(text, "base64").toString("hex")}'`;
    case "date":
    case "time":
      return /^-?[\d:.-]+$/.test(text) ? `'${text}'` : undefined;
    case "datetime":
      return /^[\dT:.-]+$/.test(text) ? `'${text.replace("T", " ")}'` : undefined;
    case "timestamp":
      return /^[\dT:.-]+Z$/.test(text) ? `TIMESTAMP'${text.slice(0, -1).replace("T", " ")}+00:00'` : undefined;
    default:
      return string(text);
  }
}

/** Quotes are only for what needs no escaping. */
function string(text: string): string {
  return /^[\w .,@+-]*$/.test(text) ? `'${text}'` : `_utf8mb4 X'${Buffer.from(text).toString("hex")}'`;
}
