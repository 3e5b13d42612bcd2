/**
 * Suspects looked at again while writes continue, until each either agrees or is known to differ: a row is read, the sink
 * is waited for until it has passed that moment, and then document and row are read anew. Only a row that stayed the same
 * meanwhile tells a difference; one that changed has to be looked at once more.
 */
import { stringifyExact, type Value } from "../../clients/debezium/events/json.ts";
import { fieldName } from "../../clients/opensearch/field-name.ts";
import { digestOf, type Suspects } from "./compare.ts";
import { committedUs, comparablesOf, type IndexDocument } from "./documents.ts";
import { chunksOf } from "./repair.ts";
import type { ShardRow, ShardRows } from "./rows.ts";
import type { TableSpec } from "./table.ts";

/** A shard's table and its suspects. */
export interface SuspectTable {
  readonly spec: TableSpec;
  readonly rows: Pick<ShardRows, "byKeys" | "nowUs">;
  /** Documents as they are now, by id. */
  readonly documents: (ids: readonly string[]) => Promise<ReadonlyMap<string, IndexDocument>>;
  readonly suspects: Suspects;
}

export interface ColumnDifference {
  readonly column: string;
  /** The value that the document should have, and the one that it has; as JSON. */
  readonly database: string;
  readonly index: string;
}

export interface Difference {
  readonly kind: "missing" | "extra" | "different";
  readonly id: string;
  /** The primary key's columns as text; undefined for a document of which no key is known. */
  readonly key: readonly string[] | undefined;
  /** For `different`. */
  readonly columns: readonly ColumnDifference[];
}

export interface Rechecked {
  readonly differences: readonly Difference[];
  /** Ids of rows that were another each time that they were looked at. */
  readonly changing: readonly string[];
}

/** Rounds: a row has to change in every one of them, seconds apart, to be reported as changing. */
const roundsLimit = 5;
const chunkSize = 200;

/**
 * @param untilPassed waits until what was committed on the shards by now is in the index.
 * @returns for each table, in their order.
 */
export async function recheck(tables: readonly SuspectTable[], untilPassed: () => Promise<void>): Promise<Rechecked[]> {
  const rechecked = tables.map(() => ({ differences: [] as Difference[], changing: [] as string[] }));
  let open = tables.map(({ suspects }) => suspects);
  for (let round = 1; ; round += 1) {
    const seen = await Promise.all(tables.map(async (table, at) => await unequal(table, open[at] ?? new Map())));
    if (seen.every(({ size }) => size === 0)) return rechecked;
    if (round > roundsLimit) {
      for (const [at, ids] of seen.entries()) rechecked[at]?.changing.push(...ids.keys());
      return rechecked;
    }
    await untilPassed();
    open = await Promise.all(
      tables.map(async (table, at) => {
        const { differences, changed } = await judge(table, seen[at] ?? new Map());
        rechecked[at]?.differences.push(...differences);
        return changed;
      }),
    );
  }
}

/** A row as it was before the sink was waited for. */
interface Seen {
  readonly key: readonly string[] | undefined;
  /** Undefined when there was none. */
  readonly digest: string | undefined;
  /** By the shard's clock, before the row was read. */
  readonly atUs: number;
}

/** Suspects whose row and document are not alike now. */
async function unequal(table: SuspectTable, suspects: Suspects): Promise<Map<string, Seen>> {
  const seen = new Map<string, Seen>();
  for (const some of chunksOf([...suspects], chunkSize)) {
    const atUs = await table.rows.nowUs();
    const { rows, documents } = await readBoth(table, some);
    for (const [id, key] of some) {
      const digest = rowDigest(rows.get(id));
      if (digest !== documentDigest(table, documents.get(id))) seen.set(id, { key, digest, atUs });
    }
  }
  return seen;
}

async function judge(
  table: SuspectTable,
  seen: ReadonlyMap<string, Seen>,
): Promise<{ differences: Difference[]; changed: Suspects }> {
  const differences: Difference[] = [];
  const changed: Suspects = new Map();
  for (const some of chunksOf([...seen], chunkSize)) {
    const { documents, rows } = await readBoth(
      table,
      some.map(([id, { key }]) => [id, key] as const),
    );
    for (const [id, { key, digest, atUs }] of some) {
      const [row, document] = [rows.get(id), documents.get(id)];
      if (rowDigest(row) === documentDigest(table, document)) continue;
      const isNewer = document !== undefined && committedUs(document) > atUs;
      if (rowDigest(row) !== digest || isNewer) changed.set(id, key);
      else differences.push(differenceOf(table.spec, id, key, row, document));
    }
  }
  return { differences, changed };
}

/** The documents first: a change between the two readings shows as a row that has changed. */
async function readBoth(
  { rows, documents, spec }: SuspectTable,
  some: readonly (readonly [string, readonly string[] | undefined])[],
): Promise<{ rows: ReadonlyMap<string, ShardRow>; documents: ReadonlyMap<string, IndexDocument> }> {
  const found = await documents(some.map(([id]) => id));
  const keys = some.flatMap(([, key]) => (key === undefined ? [] : [key]));
  return { rows: await rows.byKeys(spec, keys), documents: found };
}

function rowDigest(row: ShardRow | undefined): string | undefined {
  return row === undefined ? undefined : digestOf(row.comparables);
}

function documentDigest({ spec }: SuspectTable, document: IndexDocument | undefined): string | undefined {
  return document === undefined ? undefined : digestOf(comparablesOf(spec, document));
}

function differenceOf(
  spec: TableSpec,
  id: string,
  key: readonly string[] | undefined,
  row: ShardRow | undefined,
  document: IndexDocument | undefined,
): Difference {
  if (row === undefined || document === undefined)
    return { kind: row === undefined ? "extra" : "missing", id, key, columns: [] };
  const others = comparablesOf(spec, document);
  const columns = spec.columns.flatMap(({ name, dataType }, at) => {
    const [one = "", other = ""] = [row.comparables[at], others[at]];
    if (one === other) return [];
    // JSON in one notation, so that only what differs looks different.
    const both = dataType === "json" ? [one, other].map((text) => text.replace(/^=/, "")) : undefined;
    const [database = shown(row.values[at]), index = shown(document.source[fieldName(name)])] = both ?? [];
    return [{ column: name, database, index }];
  });
  return { kind: "different", id, key, columns };
}

function shown(value: Value | undefined): string {
  return value === undefined ? "no such field" : stringifyExact(value);
}
