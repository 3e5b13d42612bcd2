/**
 * Records of a pipeline's topics, decoded: changes of rows, and what else a connector writes.
 * Upstream: Debezium's documentation of the MySQL connector, "Data change events".
 */
import { isOwnHeartbeatTopic } from "../../../lib/names.ts";
import { parseExact, type Row, type Value } from "./json.ts";
import { decodeValue, unsigned, type Schema } from "./values.ts";

/** A record as it was read, texts as the converter wrote them. */
export interface EventRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** The record's own timestamp in ms since 1970: when the worker's producer was given it. */
  readonly timestampMs: number;
  readonly key: string | null;
  /** null: a tombstone. */
  readonly value: string | null;
}

/** Debezium's codes: create, update, delete, read (by a snapshot), truncate. */
export type Op = "c" | "u" | "d" | "r" | "t";

/** A change of one row. */
export interface ChangeEvent {
  readonly kind: "change";
  /** Undefined where the envelope was unwrapped and the operation is not among the fields that were kept. */
  readonly op: Op | undefined;
  /** The connector's topic prefix; undefined where the envelope was unwrapped. */
  readonly prefix: string | undefined;
  /** Database and table; in unwrapped events as the topic is called. */
  readonly database: string;
  readonly table: string;
  /** Primary key by column; null for a table without one. */
  readonly key: Row | null;
  readonly before: Row | null;
  readonly after: Row | null;
  /** When the server committed, in µs since 1970 (ms precision where the server tells no more); undefined when unwrapped. */
  readonly sourceTimeUs: number | undefined;
  /** When Debezium turned it into an event, in µs since 1970; undefined when unwrapped. */
  readonly capturedTimeUs: number | undefined;
  /** Debezium's `source` block: file, pos, row, gtid, server_id … */
  readonly source: Row;
}

/** What follows a delete, so that compaction forgets the key. */
export interface Tombstone {
  readonly kind: "tombstone";
  readonly database: string;
  readonly table: string;
  readonly key: Row | null;
}

/** A DDL statement. */
export interface SchemaChange {
  readonly kind: "schema-change";
  readonly prefix: string | undefined;
  readonly database: string;
  readonly ddl: string;
  readonly sourceTimeUs: number | undefined;
}

/** Anything else: heartbeats and notifications as they are, and what is no JSON (`content` is the text then). */
export interface OtherRecord {
  readonly kind: "other";
  readonly content: Value;
}

export type DecodedRecord = ChangeEvent | Tombstone | SchemaChange | OtherRecord;

/**
 * Decodes a record written by the JSON converter, with schemas or without, envelope or unwrapped.
 * @param table `DATABASE.TABLE` whose changes the topic has; left out, its name tells, without the characters that Kafka does not take.
 */
export function decode(record: Pick<EventRecord, "topic" | "key" | "value">, table?: string): DecodedRecord {
  const named = namesOf(table ?? record.topic);
  if (record.value === null) return { kind: "tombstone", ...named, key: rowOrNull(decodeJson(record.key)) };
  const content = decodeJson(record.value);
  if (!isRow(content)) return { kind: "other", content };
  const source = isRow(content["source"]) ? content["source"] : undefined;
  // A truncation that was given a topic of its own has neither row nor key.
  if (source !== undefined && isOp(content["op"]) && ("after" in content || content["op"] === "t")) {
    const [before, after] = [rowOrNull(content["before"]), rowOrNull(content["after"])];
    return {
      kind: "change",
      op: content["op"],
      prefix: textOf(source["name"]),
      database: textOf(source["db"]) ?? named.database,
      table: textOf(source["table"]) ?? named.table,
      key: keyOf(record.key, after ?? before),
      before,
      after,
      sourceTimeUs: microseconds(source),
      capturedTimeUs: microseconds(content),
      source,
    };
  }
  if (source !== undefined && typeof content["ddl"] === "string") {
    const prefix = textOf(source["name"]);
    const database = textOf(content["databaseName"]) ?? "";
    return { kind: "schema-change", prefix, database, ddl: content["ddl"], sourceTimeUs: microseconds(source) };
  }
  return isUnwrapped(record.topic, content) ? unwrapped(named, record.key, content) : { kind: "other", content };
}

/** The shape that `ExtractNewRecordState` leaves: the row, and `__` fields that it was configured to add. */
function unwrapped(named: { database: string; table: string }, key: string | null, content: Row): ChangeEvent {
  const op = content["__op"];
  const row = Object.fromEntries(Object.entries(content).filter(([name]) => !name.startsWith("__")));
  const isDelete = content["__deleted"] === "true" || op === "d";
  return {
    kind: "change",
    op: isOp(op) ? op : isDelete ? "d" : undefined,
    prefix: undefined,
    ...named,
    key: keyOf(key, row),
    before: isDelete ? row : null,
    after: isDelete ? null : row,
    sourceTimeUs: undefined,
    capturedTimeUs: undefined,
    source: {},
  };
}

/** The key with its numbers as the row has them: only a row's schema tells an unsigned BIGINT, which a key has negative. */
function keyOf(text: string | null, row: Row | null): Row | null {
  const key = rowOrNull(decodeJson(text));
  if (key === null || row === null) return key;
  const entries = Object.entries(key).map(([name, value]): [string, Value] => {
    if ((typeof value !== "number" && typeof value !== "bigint") || value >= 0) return [name, value];
    return [name, unsigned(value) === row[name] ? unsigned(value) : value];
  });
  return Object.fromEntries(entries);
}

/** Rows are on `PREFIX.DATABASE.TABLE`; heartbeats and notifications look alike. */
function isUnwrapped(topic: string, content: Row): boolean {
  if (topic.split(".").length < 3 || isOwnHeartbeatTopic(topic)) return false;
  return !("aggregate_type" in content && "timestamp" in content);
}

/** `DATABASE.TABLE`, or a topic's `PREFIX.DATABASE.TABLE`; the prefix may have dots of its own. */
function namesOf(name: string): { database: string; table: string } {
  const [database = "", table = ""] = name.split(".").slice(-2);
  return { database, table };
}

/** Schema and payload, or the payload alone; text that is no JSON stays what it is. */
function decodeJson(text: string | null): Value {
  if (text === null) return null;
  let parsed: Value;
  try {
    parsed = parseExact(text);
  } catch {
    return text;
  }
  if (!isRow(parsed) || Object.keys(parsed).length !== 2 || !("schema" in parsed && "payload" in parsed)) return parsed;
  return decodeValue((parsed["schema"] as Schema | null) ?? undefined, parsed["payload"] ?? null);
}

/** Debezium gives ms since 1970 always, µs since release 2.6. */
function microseconds(block: Row): number | undefined {
  if (typeof block["ts_us"] === "number") return block["ts_us"];
  return typeof block["ts_ms"] === "number" ? block["ts_ms"] * 1000 : undefined;
}

function isRow(value: Value | undefined): value is Row {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function rowOrNull(value: Value | undefined): Row | null {
  return isRow(value) ? value : null;
}

function textOf(value: Value | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isOp(value: Value | undefined): value is Op {
  return typeof value === "string" && /^[cudrt]$/.test(value);
}
