/**
 * A shard's table against the shard's documents, both as they were at one moment: counts, then checksums by ranges of the
 * key, then, in the ranges that differ, the keys. What it finds are suspects: a change that was under way at that moment is
 * among them, and is told from a difference by looking again (recheck.ts).
 */
import { hash } from "node:crypto";
import { fieldName } from "../../clients/opensearch/field-name.ts";
import { documentId, keyOf } from "./document-id.ts";
import { comparablesOf, type IndexDocument, type IndexView } from "./documents.ts";
import { textOf } from "./normalise.ts";
import { Checksum, rangeColumn, type KeyRange } from "./range.ts";
import type { ShardRow, ShardRows } from "./rows.ts";
import type { TableSpec } from "./table.ts";

/** The two sides, held as they were. */
export interface Sides {
  readonly rows: Pick<ShardRows, "count" | "read">;
  readonly documents: Pick<IndexView, "count" | "read">;
  readonly spec: TableSpec;
  /** The shard as the documents name it. */
  readonly shard: string;
}

/** By id, the key of a row or document that has to be looked at; undefined where the document does not tell a key. */
export type Suspects = Map<string, readonly string[] | undefined>;

export interface Comparison {
  readonly rows: number;
  readonly documents: number;
  readonly suspects: Suspects;
  /** Further ones that were counted and not kept. */
  readonly furtherSuspects: number;
  /** By column, how many values no event can have: the document has another in its place. */
  readonly notCarried: Readonly<Record<string, number>>;
  /** By column, how many values were compared in six digits, and have more. */
  readonly sixDigits: Readonly<Record<string, number>>;
}

/** Rows of a range: few enough that the keys of one that differs are quickly compared. */
const rangeRows = 2000;
/** Keys that are held at once when a range is compared key by key. */
const heldKeys = 100_000;
/** Beyond so many nobody looks at single keys: the index has to be built anew. */
const suspectsLimit = 50_000;

/**
 * Compares one shard's table. Memory does not grow with it.
 * @param onProgress called now and then with the rows that were read.
 */
export async function compareTable(sides: Sides, onProgress: (rows: number) => void = () => {}): Promise<Comparison> {
  const { rows, documents, spec, shard } = sides;
  const counts = { rows: await rows.count(spec), documents: await documents.count(shard) };
  const found = new Findings();
  const { differing, ...counted } = await differingRanges(sides, onProgress);
  for (const { range, size } of differing) await compareKeys(sides, range, size, found);
  return { ...counts, suspects: found.suspects, furtherSuspects: found.further, ...counted };
}

interface DifferingRange {
  readonly range: KeyRange;
  /** The larger number of what lies in it on either side. */
  readonly size: number;
}

async function differingRanges(
  sides: Sides,
  onProgress: (rows: number) => void,
): Promise<{ differing: DifferingRange[] } & Pick<Comparison, "notCarried" | "sixDigits">> {
  const differing: DifferingRange[] = [];
  const notCarried: Record<string, number> = {};
  const sixDigits: Record<string, number> = {};
  const isCut = rangeColumn(sides.spec) !== undefined;
  let [sum, from, place, read] = [new Checksum(), undefined as string | undefined, "", 0];
  const endRange = async (to: string | undefined) => {
    const range = { from, to };
    const other = await checksumOf(sides, range);
    if (!sum.equals(other)) differing.push({ range, size: Math.max(sum.count, other.count) });
    [sum, from] = [new Checksum(), to];
    onProgress(read);
  };
  for await (const row of sides.rows.read(sides.spec)) {
    // Rows of one value in the key's first column stay together: that column is what both sides cut along.
    if (isCut && sum.count >= rangeRows && row.place !== place) await endRange(row.place);
    sum.add(row.id, row.comparables);
    count(notCarried, row.notCarried);
    count(sixDigits, row.sixDigits);
    place = row.place;
    read += 1;
  }
  await endRange(undefined);
  return { differing, notCarried, sixDigits };
}

function count(counts: Record<string, number>, columns: readonly string[]): void {
  for (const column of columns) counts[column] = (counts[column] ?? 0) + 1;
}

async function checksumOf({ documents, spec, shard }: Sides, range: KeyRange): Promise<Checksum> {
  const sum = new Checksum();
  for await (const document of documents.read(spec, shard, range)) sum.add(document.id, comparablesOf(spec, document));
  return sum;
}

/** Compares key by key; a range that is too large to be held is read in several passes, each with a part of the ids. */
async function compareKeys(sides: Sides, range: KeyRange, size: number, found: Findings): Promise<void> {
  const { rows, documents, spec, shard } = sides;
  const passes = Math.max(1, Math.ceil(size / heldKeys));
  for (let pass = 0; pass < passes; pass += 1) {
    const isOfPass = ({ id }: { readonly id: string }) => passes === 1 || partOf(id, passes) === pass;
    const held = new Map<string, { readonly key: readonly string[]; readonly digest: string }>();
    for await (const row of rows.read(spec, range)) {
      if (isOfPass(row)) held.set(row.id, { key: row.key, digest: digestOf(row.comparables) });
    }
    for await (const document of documents.read(spec, shard, range)) {
      if (!isOfPass(document)) continue;
      const row = held.get(document.id);
      if (row?.digest !== digestOf(comparablesOf(spec, document)))
        found.add(document.id, row?.key ?? documentKey(spec, shard, document));
      held.delete(document.id);
    }
    for (const [id, { key }] of held) found.add(id, key);
  }
}

/** The key that a document without a row stands for; undefined when neither its id nor its fields tell one. */
export function documentKey({ key }: TableSpec, shard: string, { id, source }: IndexDocument): string[] | undefined {
  const values = keyOf(id) ?? key.map(({ name }) => textOf(source[fieldName(name)] ?? null));
  return values.length === key.length && documentId(shard, values) === id ? values : undefined;
}

/** What a row or document says of its columns, short. */
export function digestOf(comparables: ShardRow["comparables"]): string {
  return hash("sha256", JSON.stringify(comparables), "base64");
}

function partOf(id: string, parts: number): number {
  return hash("sha256", id, "buffer").readUInt32LE(0) % parts;
}

class Findings {
  readonly suspects: Suspects = new Map();
  further = 0;

  add(id: string, key: readonly string[] | undefined): void {
    if (this.suspects.size < suspectsLimit) this.suspects.set(id, key);
    else this.further += 1;
  }
}
