/** A record as one line for a person. */
import stringWidth from "string-width";
import type { DecodedRecord, Op } from "./decode.ts";
import { stringifyExact, type Row, type Value } from "./json.ts";

/** What a line says happened. */
export type Word = "insert" | "update" | "delete" | "snapshot" | "truncate" | "row" | "tombstone" | "ddl" | "other";

const words: Readonly<Record<Op, Word>> = { c: "insert", u: "update", d: "delete", r: "snapshot", t: "truncate" };
const wordWidth = "tombstone".length;

export interface RenderOptions {
  /** The shard as the pipeline calls it; `-` where nothing tells. */
  readonly shard: string;
  /** To where `shard` and the table are padded, so that lines stand under each other; default: not at all. */
  readonly widths?: { readonly shard: number; readonly table: number };
  /** Shown where the event has no time of its own, in ms since 1970. */
  readonly recordTimeMs: number;
  /** Colours a word by what happened; default: as it is. */
  readonly paint?: (word: Word, text: string) => string;
  /** Values longer than this are cut; default 80 characters. */
  readonly valueLimit?: number;
}

/** What happened, in a word. */
export function wordOf(record: DecodedRecord): Word {
  if (record.kind === "change") return record.op === undefined ? "row" : words[record.op];
  if (record.kind === "schema-change") return "ddl";
  return record.kind;
}

/** Names of the columns whose value an update changed; all of them where there is nothing to compare with. */
export function changedColumns(before: Row | null, after: Row | null): string[] {
  const columns = Object.keys(after ?? before ?? {});
  if (before === null || after === null) return columns;
  return columns.filter((column) => !(column in before) || !isEqual(before[column], after[column]));
}

/**
 * Renders time (UTC), shard, what happened, table, key, and then: for an update the changed columns `before → after`, for
 * an insert or a row of a snapshot all other columns, for a delete nothing more.
 */
export function renderEvent(record: DecodedRecord, options: RenderOptions): string {
  const { shard, widths, recordTimeMs, paint = (_, text) => text, valueLimit = 80 } = options;
  const word = wordOf(record);
  const timeUs = "sourceTimeUs" in record ? record.sourceTimeUs : undefined;
  const parts = [
    new Date(timeUs === undefined ? recordTimeMs : timeUs / 1000).toISOString(),
    padded(shard, widths?.shard ?? 0),
    paint(word, word.padEnd(wordWidth)),
    padded(tableOf(record), widths?.table ?? 0),
    ...detailsOf(record, valueLimit),
  ];
  return parts.filter((part) => part !== "").join("  ");
}

/** As wide as so many columns of a terminal; a Korean syllable takes two. */
function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - stringWidth(text)));
}

function tableOf(record: DecodedRecord): string {
  if (record.kind === "other") return "";
  if (record.kind === "schema-change") return record.database;
  return `${record.database}.${record.table}`;
}

function detailsOf(record: DecodedRecord, limit: number): string[] {
  const list = (row: Row) =>
    Object.entries(row)
      .map(([column, value]) => `${column}=${renderValue(value, limit)}`)
      .join(" ");
  if (record.kind === "other") return [renderValue(record.content, limit * 4)];
  if (record.kind === "schema-change") return [escapeControls(record.ddl.replaceAll(/\s+/g, " ").trim())];
  const key = record.key === null ? "(no key)" : list(record.key);
  if (record.kind === "tombstone") return [key];
  const { before, after } = record;
  if (record.op === "t") return [];
  // Without a key the old row is all there is to tell which one went.
  if (record.op === "d") return record.key === null ? [key, list(before ?? {})] : [key];
  if (record.op !== "u" || before === null || after === null) return [key, list(withoutKey(after ?? {}, record.key))];
  const changes = changedColumns(before, after).map(
    (column) =>
      `${column} ${renderValue(before[column] ?? null, limit)} → ${renderValue(after[column] ?? null, limit)}`,
  );
  return [key, changes.length === 0 ? "(no captured column changed)" : changes.join(", ")];
}

/** The key has been shown already. */
function withoutKey(row: Row, key: Row | null): Row {
  if (key === null) return row;
  return Object.fromEntries(
    Object.entries(row).filter(([column, value]) => !(column in key && isEqual(key[column], value))),
  );
}

/** Plain words as they are, other text in quotes; nothing in it can move the terminal's cursor. */
export function renderValue(value: Value, limit: number): string {
  if (value === null) return "NULL";
  if (typeof value === "string") {
    // Never between the two halves of a character.
    const cut = value.length > limit ? `${value.slice(0, limit).replace(/[\ud800-\udbff]$/, "")}…` : value;
    if (/^b'[01]*'$/.test(cut)) return cut;
    return /^[\p{L}\p{M}\p{N}_.:+@/-]+…?$/u.test(cut) && !/^(null|true|false)$/i.test(cut) ? cut : quote(cut);
  }
  if (typeof value !== "object") return String(value);
  const text = escapeControls(stringifyExact(value));
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}

function quote(text: string): string {
  return `'${escapeControls(text.replaceAll("\\", "\\\\").replaceAll("'", "\\'"))}'`;
}

const shortEscapes: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Control characters, those of C1 and the ones that turn the direction of text included. */
function escapeControls(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => shortEscapes[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function isEqual(one: Value | undefined, other: Value | undefined): boolean {
  return one === other || stringifyExact(one) === stringifyExact(other);
}
