/** Keys of rows, as the server and as a topic have them, in one form; and a set of them that stays small. Pure. */
import { hash } from "node:crypto";
import { parseExact, stringifyExact, type Value } from "../clients/debezium/events/json.ts";

/** A key's column as far as its values depend on it. */
export interface KeyColumn {
  readonly name: string;
  /** MySQL's DATA_TYPE. */
  readonly type: string;
}

const whole = new Set(["tinyint", "smallint", "mediumint", "int", "bigint"]);
const texts = new Set(["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum"]);

/** Whether the two forms of such a key can be held against each other: numbers and texts; of others only the count is compared. */
export function isComparable(columns: readonly KeyColumn[]): boolean {
  return columns.length > 0 && columns.every(({ type }) => whole.has(type) || texts.has(type));
}

const schemaFirst = '{"schema":';
const payloadMark = '"payload":';

/** A key on a topic, without the converter's schema; undefined for what is no JSON object. */
export function topicKey(key: Buffer | null): Readonly<Record<string, Value>> | undefined {
  try {
    const content = parseExact(payloadOf(key?.toString() ?? "null"));
    return isObject(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

/** The schema is most of a key, and the same in each: it is cut off unread. In a text of JSON's the mark would be escaped. */
function payloadOf(text: string): string {
  return text.startsWith(schemaFirst) ? text.slice(text.indexOf(payloadMark) + payloadMark.length, -1) : text;
}

function isObject(value: Value | undefined): value is Record<string, Value> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a key is compared by: its values as text. */
export function textOfKey(values: readonly unknown[]): string {
  return JSON.stringify(values.map(String));
}

/** The text of a column's value as the server sends it. BIGINT UNSIGNED beyond 2^63 is wrapped by the connector, zeros of ZEROFILL are none. */
export function serverText({ type }: KeyColumn, bytes: Buffer): string {
  if (!whole.has(type)) return bytes.toString();
  return BigInt.asIntN(64, BigInt(bytes.toString("latin1"))).toString();
}

/** The same of a value on the topic. */
export function topicText({ type }: KeyColumn, value: Value | undefined): string {
  // A BOOLEAN is true and false in the one place, 1 and 0 in the other.
  if (typeof value === "boolean") return value ? "1" : "0";
  if (whole.has(type) && (typeof value === "bigint" || typeof value === "number"))
    return BigInt.asIntN(64, BigInt(value)).toString();
  return typeof value === "string" ? value : stringifyExact(value);
}

/** So many bits of a hash are a number: two of a million keys are taken for one about once in ten thousand tables. */
const hashDigits = 13;

/** A set of keys by their hashes; of too many it keeps a part, chosen by the hash, so that two sets keep the same. */
export class KeySet {
  readonly #hashes = new Set<number>();
  readonly oneIn: number;

  /** @param oneIn which part is kept: 1 for every key, 10 for a tenth. */
  constructor(oneIn: number) {
    this.oneIn = oneIn;
  }

  add(text: string): void {
    const number = numberOf(text);
    if (number % this.oneIn === 0) this.#hashes.add(number);
  }

  /** @returns undefined for a key that is not among those that are kept. */
  has(text: string): boolean | undefined {
    const number = numberOf(text);
    return number % this.oneIn === 0 ? this.#hashes.has(number) : undefined;
  }

  get size(): number {
    return this.#hashes.size;
  }
}

function numberOf(text: string): number {
  return Number.parseInt(hash("sha1", text, "hex").slice(0, hashDigits), 16);
}
