/**
 * Documents' values made comparable: two texts are equal if, and only if, the values are. What the same value may look like
 * depends on its way: a snapshot and the binlog do not always write it alike.
 */
import { parseExact, type Value } from "../../clients/debezium/events/json.ts";
import { inSixDigits, insteadOfNoYear, shortFraction, textOf, type RowColumn } from "./normalise.ts";

const kinds: Readonly<Record<string, (value: Value) => string>> = {
  tinyint: integer,
  smallint: integer,
  mediumint: integer,
  int: integer,
  bigint: integer,
  year,
  decimal,
  float,
  double: (value) => String(Number(value)),
  date: time,
  datetime: time,
  timestamp: time,
  time,
  // With a converter without schemas a SET stays the text that it was.
  set: textOf,
  json,
  geometry: spatial,
  point: spatial,
  linestring: spatial,
  polygon: spatial,
  multipoint: spatial,
  multilinestring: spatial,
  multipolygon: spatial,
  geomcollection: spatial,
  geometrycollection: spatial,
  vector: (value) => (Array.isArray(value) ? value.map(float).join(",") : textOf(value)),
};

/**
 * The value's one form.
 * @param value of a document; undefined where the document has no such field, which is the same as null.
 */
export function comparable(column: RowColumn, value: Value | undefined): string {
  if (value === null || value === undefined || isZeroTimestamp(column, value)) return "null";
  // Apart from a text that reads null.
  return `=${(kinds[column.dataType] ?? textOf)(value)}`;
}

/** TINYINT(1) may have been made a boolean by a converter of the connector. */
function integer(value: Value): string {
  if (typeof value === "boolean") return value ? "1" : "0";
  return typeof value === "string" && /^-?\d+$/.test(value) ? BigInt(value).toString() : textOf(value);
}

/** YEAR 0000 is 2000 from a snapshot, and from the binlog 1900, which is no YEAR. */
function year(value: Value): string {
  return textOf(value === 1900 ? insteadOfNoYear : value);
}

/** The zeros at both ends are notation. */
function decimal(value: Value): string {
  const [, sign = "", whole = "", fraction = ""] = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(textOf(value)) ?? [];
  if (whole === "") return textOf(value);
  const digits = fraction === "" ? whole : `${whole}.${fraction}`;
  return digits === "0" ? digits : sign + digits;
}

/** Of a snapshot's rows a FLOAT has six digits, and all from the binlog. */
function float(value: Value): string {
  return String(inSixDigits(value));
}

/** A zero TIMESTAMP is NULL from a snapshot; from the binlog it is the epoch, which is no TIMESTAMP. */
function isZeroTimestamp({ dataType, isNullable }: RowColumn, value: Value): boolean {
  return dataType === "timestamp" && isNullable && shortFraction(textOf(value)) === "1970-01-01T00:00:00Z";
}

/** Without schemas Debezium writes all times as text, with the letter of UTC behind them. */
function time(value: Value): string {
  return shortFraction(textOf(value)).replace(/Z$/, "");
}

/** Without schemas the sink cannot tell that a text is JSON. */
function json(value: Value): string {
  if (typeof value !== "string") return canonicalJson(value);
  try {
    return canonicalJson(parseExact(value));
  } catch {
    return canonicalJson(value);
  }
}

function spatial(value: Value): string {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return textOf(value);
  return `${textOf(value["srid"] ?? 0)}:${textOf(value["wkb"] ?? null)}`;
}

/** JSON by value: names in order, numbers in one notation. */
function canonicalJson(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const names = Object.keys(value).toSorted();
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`).join(",")}}`;
  }
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value).toString() : String(value);
  return typeof value === "string" ? JSON.stringify(scalarText(value)) : String(value);
}

/** Times and opaque values inside JSON: MySQL writes six digits and the type, Debezium's reader of the binlog neither. */
function scalarText(text: string): string {
  if (/^-?(\d{4}-\d\d-\d\d )?\d{2,3}:\d\d:\d\d\.\d{1,6}$/.test(text)) return shortFraction(text);
  return text.replace(/^base64:type\d+:/, "");
}
