/**
 * From a row of MySQL to the document that the sink writes for it, value by value. Upstream: the table of types in
 * sink/README.md, and what Debezium makes of MySQL's values before ("Data type mappings" in its documentation).
 *
 * Values are the bytes of MySQL's text protocol, read in UTC and utf8mb4: a driver's own conversions would cut digits.
 */
import { parseExact, stringifyExact, type Value } from "../../events/json.ts";
import type { ColumnSpec } from "../../search/columns.ts";

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
  year,
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
  date: (bytes, column) => dateOrZero(bytes.toString("latin1"), column, "1970-01-01"),
  datetime: (bytes, column) => dateOrZero(shortFraction(bytes.toString("latin1")), column, "1970-01-01T00:00:00"),
  timestamp: (bytes, column) =>
    dateOrZero(`${shortFraction(bytes.toString("latin1"))}Z`, column, "1970-01-01T00:00:00Z"),
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

/** How the connector writes unsigned bigints into keys: `long` wraps what is beyond 2^63, as no schema tells it there. */
export type UnsignedKeys = "long" | "precise";

/** A key column's value as text, as it is a part of the document's id. */
export function keyText(column: RowColumn, bytes: Buffer, unsignedKeys: UnsignedKeys): string {
  const value = documentValue(column, bytes);
  if (isUnsignedBigint(column) && unsignedKeys === "long") return BigInt.asIntN(64, BigInt(textOf(value))).toString();
  return textOf(value);
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

/** YEAR 0000 is taken for one of two digits, and so for 2000 (`enable.time.adjuster`). */
function year(bytes: Buffer): Value {
  return Number(bytes.toString("latin1")) || 2000;
}

function bit(bytes: Buffer, { precision }: RowColumn): Value {
  const number = bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString("hex")}`);
  if (precision === 1) return number === 1n;
  return number.toString(2).padStart(precision ?? 0, "0");
}

function withoutLeadingZeros(decimal: string): string {
  return decimal.replace(/^(-?)0+(?=\d)/, "$1");
}

/**
 * A date that is none ('0000-00-00', '2025-00-10') is NULL to Debezium, or the epoch where the column takes no NULL; years of
 * two digits become those of this and the last century (its `enable.time.adjuster`).
 */
function dateOrZero(text: string, { isNullable }: RowColumn, epoch: string): Value {
  const [, year = "", month, day, rest = ""] = /^(\d{4})-(\d\d)-(\d\d)(.*)$/.exec(text) ?? [];
  if (year === "0000" || month === "00" || day === "00") return isNullable ? null : epoch;
  const number = Number(year);
  const adjusted = number < 70 ? number + 2000 : number < 100 ? number + 1900 : number;
  return `${String(adjusted).padStart(4, "0")}-${month}-${day}${rest.replace(" ", "T")}`;
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
