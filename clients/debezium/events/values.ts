/**
 * Column values, decoded by the schema that travels with them.
 * Upstream: Debezium's documentation of the MySQL connector, "Data type mappings"; Kafka Connect's logical types.
 */
import type { Value } from "./json.ts";

/** A schema as Kafka Connect's JSON converter writes it beside the payload. */
export interface Schema {
  readonly type: string;
  /** A semantic type, such as `io.debezium.time.Date`. */
  readonly name?: string;
  /** The field that a struct has it for. */
  readonly field?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly fields?: readonly Schema[];
  readonly items?: Schema;
  readonly values?: Schema;
}

/**
 * Turns a value into what a person would write: decimals and times as text, bytes as `0x…`, bits as `b'101'`.
 * Without a schema, and for types that are readable as they are, the value itself. A BIGINT UNSIGNED beyond 2^63 comes
 * negative: it is known by the column's type where the schema has it, which a key's has not.
 */
export function decodeValue(schema: Schema | undefined, value: Value): Value {
  if (schema === undefined || value === null) return value;
  const semantic = schema.name === undefined ? undefined : semantics[schema.name];
  if (semantic !== undefined) return semantic(value, schema.parameters ?? {});
  if (schema.type === "bytes" && typeof value === "string") return `0x${Buffer.from(value, "base64").toString("hex")}`;
  // A TINYINT(1) that the connector learnt of by the word BOOLEAN; after a snapshot it comes as a number.
  if (typeof value === "boolean" && /^(BOOL|TINYINT)/.test(schema.parameters?.[columnType] ?? "")) return value ? 1 : 0;
  if ((typeof value === "number" || typeof value === "bigint") && value < 0 && isUnsigned(schema))
    return unsigned(value);
  if (Array.isArray(value)) return value.map((item) => decodeValue(schema.items, item));
  if (typeof value !== "object") return value;
  const of = new Map((schema.fields ?? []).map((field) => [field.field, field]));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, decodeValue(of.get(name) ?? schema.values, one)]),
  );
}

/** The number of the same bits that is not negative. */
export function unsigned(value: number | bigint): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

function isUnsigned({ parameters }: Schema): boolean {
  return /^((BIGINT|INT8) UNSIGNED|SERIAL)/.test(parameters?.[columnType] ?? "");
}

/** Set by Debezium's `datatype.propagate.source.type`. */
const columnType = "__debezium.source.column.type";

type Decode = (value: Value, parameters: Readonly<Record<string, string>>) => Value;

const milli = 1000n;
const micro = 1_000_000n;
const nano = 1_000_000_000n;

const semantics: Readonly<Record<string, Decode>> = {
  "org.apache.kafka.connect.data.Decimal": (value, { scale }) => decimal(value, Number(scale ?? "0")),
  "io.debezium.data.Bits": (value, { length }) => bits(value, Number(length ?? "0")),
  "io.debezium.time.Date": whole((days) => isoDate(days * 86_400n)),
  "org.apache.kafka.connect.data.Date": whole((days) => isoDate(days * 86_400n)),
  "io.debezium.time.Timestamp": whole((count) => dateTime(count, milli)),
  "io.debezium.time.MicroTimestamp": whole((count) => dateTime(count, micro)),
  "io.debezium.time.NanoTimestamp": whole((count) => dateTime(count, nano)),
  "org.apache.kafka.connect.data.Timestamp": whole((count) => dateTime(count, milli)),
  "io.debezium.time.Time": whole((count) => timeOfDay(count, milli)),
  "io.debezium.time.MicroTime": whole((count) => timeOfDay(count, micro)),
  "io.debezium.time.NanoTime": whole((count) => timeOfDay(count, nano)),
  "org.apache.kafka.connect.data.Time": whole((count) => timeOfDay(count, milli)),
};

/** For counts of days or fractions of a second; anything else stays as it came. */
function whole(render: (count: bigint) => string): Decode {
  return (value) =>
    typeof value === "bigint" || Number.isInteger(value) ? render(BigInt(value as number | bigint)) : value;
}

/** Base64 of the unscaled number (two's complement, big-endian); a number where the converter has `decimal.format=NUMERIC`. */
function decimal(value: Value, scale: number): Value {
  if (typeof value === "number") return value.toFixed(scale);
  if (typeof value !== "string" || value.includes(".")) return value;
  const bytes = Buffer.from(value, "base64");
  if (bytes.length === 0) return value;
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString("hex")}`));
  const digits = magnitude(unscaled)
    .toString()
    .padStart(scale + 1, "0");
  const point = digits.length - scale;
  return `${unscaled < 0n ? "-" : ""}${digits.slice(0, point)}${scale === 0 ? "" : `.${digits.slice(point)}`}`;
}

/** BIT(n), n > 1: base64, the least significant byte first. */
function bits(value: Value, length: number): Value {
  if (typeof value !== "string") return value;
  const bytes = [...Buffer.from(value, "base64")].toReversed();
  const digits = bytes.map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return `b'${length > 0 ? digits.padStart(length, "0").slice(-length) : digits}'`;
}

/** DATETIME has no zone, so none is shown. */
function dateTime(count: bigint, perSecond: bigint): string {
  const seconds = floorDivide(count, perSecond);
  const { date, time } = atSecond(seconds);
  return `${date} ${time}${fraction(count - seconds * perSecond, perSecond)}`;
}

function isoDate(seconds: bigint): string {
  return atSecond(seconds).date;
}

function atSecond(seconds: bigint): { readonly date: string; readonly time: string } {
  const [date = "", time = ""] = new Date(Number(seconds) * 1000).toISOString().split("T");
  return { date, time: time.slice(0, 8) };
}

/** TIME is a span: from -838:59:59 to 838:59:59. */
function timeOfDay(count: bigint, perSecond: bigint): string {
  const span = magnitude(count);
  const seconds = span / perSecond;
  const parts = [seconds / 3600n, (seconds / 60n) % 60n, seconds % 60n].map((part) => String(part).padStart(2, "0"));
  return `${count < 0n ? "-" : ""}${parts.join(":")}${fraction(span % perSecond, perSecond)}`;
}

/** The column's own precision is not in the schema: all digits of the unit, or none for a whole second. */
function fraction(rest: bigint, perSecond: bigint): string {
  return rest === 0n ? "" : `.${String(rest).padStart(String(perSecond).length - 1, "0")}`;
}

function floorDivide(count: bigint, by: bigint): bigint {
  return count >= 0n || count % by === 0n ? count / by : count / by - 1n;
}

function magnitude(number: bigint): bigint {
  return number < 0n ? -number : number;
}
