/** What can be done with a dead letter. */
import type { Row } from "../../clients/debezium/events/json.ts";
import type { ShardPlan } from "../../plan/types.ts";
import { capturedTables } from "../tables.ts";
import type { DeadLetter } from "./letter.ts";

/** The rows on their shards. */
export interface Rows {
  /** Names of the columns of a table's primary key. */
  readonly primaryKey: (shard: ShardPlan, table: string) => Promise<readonly string[]>;
  /** Which of the keys have a row now, in the order of the keys; undefined for one that the table cannot have. */
  readonly exist: (shard: ShardPlan, table: string, keys: readonly Row[]) => Promise<readonly (boolean | undefined)[]>;
  /** Has the rows of these keys written into the index as they are now; where there is none, its document deleted. */
  readonly reemit: (shard: ShardPlan, table: string, keys: readonly Row[]) => Promise<void>;
}

/** A row that a letter is about. */
export interface LetterRow {
  readonly letter: DeadLetter;
  readonly shard: ShardPlan;
  /** `DATABASE.TABLE`. */
  readonly table: string;
  readonly key: Row;
}

export type Decision =
  /** Its bytes can be read: they are given to the sink once more. */
  | { readonly kind: "again"; readonly letter: DeadLetter }
  /** They cannot, or the row is gone meanwhile: what its shard has now counts. */
  | ({ readonly kind: "anew" } & LetterRow)
  | { readonly kind: "stays"; readonly letter: DeadLetter; readonly why: string };

/**
 * Decides about each letter, by what of it can be read and whether its row is still there: an old state of a row that was
 * deleted since must not come back.
 */
export async function decideAll(letters: readonly DeadLetter[], rows: Rows): Promise<Decision[]> {
  const found = await Promise.all(letters.map(async (letter) => ({ letter, row: await rowOf(letter, rows) })));
  const known = found.flatMap(({ row }) => row ?? []);
  const exists = new Map<DeadLetter, boolean>();
  for (const group of Map.groupBy(known, ({ shard, table }) => `${shard.name} ${table}`).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const keys = group.map(({ key }) => key);
    const answers = await rows.exist(first.shard, first.table, keys);
    for (const [index, { letter }] of group.entries()) {
      const answer = answers[index];
      if (answer !== undefined) exists.set(letter, answer);
    }
  }
  return found.map(({ letter, row }) => decide(letter, row, exists.get(letter)));
}

/** Connect could not make anything of the bytes; it will not the next time. */
function isReadable({ stage }: DeadLetter): boolean {
  return !stage.endsWith("_CONVERTER");
}

function decide(letter: DeadLetter, row: LetterRow | undefined, exists: boolean | undefined): Decision {
  // A statement that moved rows without an event of any: the sink would say the same again.
  if (letter.shard !== undefined && letter.origin.topic === letter.shard.topicPrefix && isReadable(letter))
    return {
      kind: "stays",
      letter,
      why: "which rows went or came nobody tells: cdc reconcile --repair, then discard it",
    };
  if (letter.change?.op === "t")
    return { kind: "stays", letter, why: "a truncated table: no document tells what it held" };
  if (row === undefined || exists === undefined) {
    if (isReadable(letter) && letter.record.key !== null) return { kind: "again", letter };
    return { kind: "stays", letter, why: "which row it is about is not known" };
  }
  // Without a key in the record itself the sink could tell no document.
  return exists && isReadable(letter) && letter.key !== null ? { kind: "again", letter } : { kind: "anew", ...row };
}

/** The row by the record's key, or else by the value's columns; undefined where neither can be read, or the table is not captured. */
async function rowOf(letter: DeadLetter, rows: Rows): Promise<LetterRow | undefined> {
  const { shard, table, change } = letter;
  if (shard === undefined || table === undefined || !capturedTables(shard).includes(table)) return undefined;
  if (letter.key !== null) return { letter, shard, table, key: letter.key };
  const columns = change?.after ?? change?.before ?? undefined;
  if (columns === undefined) return undefined;
  const names = await rows.primaryKey(shard, table);
  const key = Object.fromEntries(names.flatMap((name) => (columns[name] == null ? [] : [[name, columns[name]]])));
  return names.length > 0 && Object.keys(key).length === names.length ? { letter, shard, table, key } : undefined;
}
