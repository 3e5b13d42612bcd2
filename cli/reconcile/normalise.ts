/**
 * From a row of MySQL to the document that says the same, value by value. Upstream: the table of types in apps/sink/README.md. It
 * is what the row holds: nothing that the pipeline makes of a value on the way is repeated here.
 *
 * Values are the bytes of MySQL's text protocol, read in UTC and utf8mb4: a driver's own conversions would cut digits.
 */
import { parseExact, stringifyExact, type Value } from "../../clients/debezium/events/json.ts";
import type { ColumnSpec } from "../../clients/opensearch/columns.ts";

/** A column as far as its values depend on it. */
export interface RowColumn extends ColumnSpec {
  readonly isNullable: boolean;
}

/** What a column's bytes are in the document; types that are not in the list are not known here. */
const renderings: Readonly<Record<string, (bytes: Buffer, column: RowColumn) => Value>> = {
  tinyint: integer,
  smallint: integer,
  mediumint: integer,
  int: integer,
  bigint: integer,
  year: integer,
  decimal: (bytes) => withoutLeadingZeros(bytes.toString("latin1")),
  float: (bytes) => Number(bytes.toString("latin1")),
  double: (bytes) => Number(bytes.toString("latin1")),
  bit,
  char: text,
  varchar: text,
  tinytext: text,
  text,
  mediumtext: text,
  longtext: text,
  enum: text,
  set: (bytes) => (bytes.length === 0 ? [] : bytes.toString().split(",")),
  json: (bytes) => parseExact(bytes.toString()),
  binary: base64,
  varbinary: base64,
  tinyblob: base64,
  blob: base64,
  mediumblob: base64,
  longblob: base64,
  date: (bytes) => bytes.toString("latin1"),
  datetime: (bytes) => dateTime(bytes),
  timestamp: (bytes) => `${dateTime(bytes)}Z`,
  time: (bytes) => shortFraction(bytes.toString("latin1")),
  geometry: spatial,
  point: spatial,
  linestring: spatial,
  polygon: spatial,
  multipoint: spatial,
  multilinestring: spatial,
  multipolygon: spatial,
  geomcollection: spatial,
  geometrycollection: spatial,
  vector: floats,
};

/** Whether the document's value of such a column is known; if not, it cannot be compared. */
export function isKnownType({ dataType }: Pick<ColumnSpec, "dataType">): boolean {
  return Object.hasOwn(renderings, dataType);
}

/**
 * A column's value as it is in the document.
 * @param bytes as MySQL's text protocol has them; null for NULL.
 * @throws Error for a type that is not known (isKnownType).
 */
export function documentValue(column: RowColumn, bytes: Buffer | null): Value {
  if (bytes === null) return null;
  const render = renderings[column.dataType];
  if (render === undefined) throw new Error(`no rendering is known for ${column.columnType}`);
  return render(bytes, column);
}

/**
 * What MySQL keeps and no event can have: a date that no calendar has, such as 0000-00-00 or 2025-00-10, and YEAR 0000. The
 * documents have something else in its place, which has to be said.
 */
export function isNotCarried({ dataType }: Pick<ColumnSpec, "dataType">, value: Value): boolean {
  if (dataType === "year") return value === 0;
  return Object.hasOwn(insteadOfNoDate, dataType) && /^\d{4}-(00|\d\d-00)/.test(textOf(value));
}

const insteadOfNoDate: Readonly<Record<string, string>> = {
  date: "1970-01-01",
  datetime: "1970-01-01T00:00:00",
  timestamp: "1970-01-01T00:00:00Z",
};

/** A year that stands for YEAR 0000. */
export const insteadOfNoYear = 2000;

/** A FLOAT as a snapshot tells it, and so as it is compared: the server's text of it has six digits. */
export function inSixDigits(value: Value): number {
  return Number(Math.fround(Number(value)).toPrecision(6));
}

/** A FLOAT of which a snapshot's rows do not have every digit. */
export function hasMoreDigits({ dataType }: Pick<ColumnSpec, "dataType">, value: Value): boolean {
  return dataType === "float" && value !== null && Math.fround(inSixDigits(value)) !== Math.fround(Number(value));
}

/** What a document has for the value: the value, or, for one that no event can have, what stands in its place. */
export function inDocuments(column: RowColumn, value: Value): Value {
  if (!isNotCarried(column, value)) return value;
  if (column.dataType === "year") return insteadOfNoYear;
  return column.isNullable ? null : (insteadOfNoDate[column.dataType] ?? null);
}

/** A key column's value as text, as it is a part of the document's id. */
export function keyText(column: RowColumn, bytes: Buffer): string {
  const value = inDocuments(column, documentValue(column, bytes));
  // In keys a boolean is a number, whichever of the two Debezium took the column for.
  return typeof value === "boolean" ? String(Number(value)) : textOf(value);
}

export function isUnsignedBigint({ dataType, columnType }: Pick<ColumnSpec, "dataType" | "columnType">): boolean {
  return dataType === "bigint" && columnType.includes("unsigned");
}

/** A value as text; the members of a SET separated by commas. */
export function textOf(value: Value): string {
  if (Array.isArray(value)) return value.map(textOf).join(",");
  return typeof value === "object" ? stringifyExact(value) : String(value);
}

function text(bytes: Buffer): string {
  return bytes.toString();
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64");
}

/** Whole numbers; unsigned bigints as text, which no reader's double can cut. ZEROFILL's zeros are not part of the value. */
function integer(bytes: Buffer, column: RowColumn): Value {
  const value = BigInt(bytes.toString("latin1"));
  if (isUnsignedBigint(column)) return value.toString();
  return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;
}

function bit(bytes: Buffer, { precision }: RowColumn): Value {
  const number = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString("hex")}`);
  if (precision === 1) return number === 1n;
  return number.toString(2).padStart(precision ?? 0, "0");
}

function withoutLeadingZeros(decimal: string): string {
  return decimal.replace(/^(-?)0+(?=\d)/, "$1");
}

function dateTime(bytes: Buffer): string {
  return shortFraction(bytes.toString("latin1")).replace(" ", "T");
}

/** No zeros at the end of a second's fraction, and none at all for a whole second. */
export function shortFraction(time: string): string {
  return time.replace(/\.(\d*?)0*(?=Z?$)/, (_, digits: string) => (digits === "" ? "" : `.${digits}`));
}

/** MySQL's own form: the spatial reference system in four bytes, then well-known binary. */
function spatial(bytes: Buffer): Value {
  const srid = bytes.readUInt32LE(0);
  return { wkb: bytes.subarray(4).toString("base64"), srid: srid === 0 ? null : srid };
}

/** VECTOR: floats of four bytes. */
function floats(bytes: Buffer): Value {
  return Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
}
