/** Ranges of the primary key, and checksums over what lies in them. */
import { hash } from "node:crypto";
import type { RowColumn } from "./normalise.ts";
import type { TableSpec } from "./table.ts";

/** Values of the key's first column, as they are in the documents, from `from` up to, and without, `to`; undefined for no bound. */
export interface KeyRange {
  readonly from: string | undefined;
  readonly to: string | undefined;
}

export const wholeTable: KeyRange = { from: undefined, to: undefined };

/** Types that MySQL and the engine order alike. Text is ordered by a collation there and by its bytes here. */
const orderedAlike = new Set(["tinyint", "smallint", "mediumint", "int", "bigint", "date", "datetime", "timestamp"]);

/** The column along which a table can be cut into ranges; undefined where both sides would cut differently. */
export function rangeColumn({ key: [first] }: TableSpec): RowColumn | undefined {
  return first !== undefined && orderedAlike.has(first.dataType) ? first : undefined;
}

/** A checksum over rows or documents, whatever their order. */
export class Checksum {
  #count = 0;
  readonly #sum = new Uint32Array(8);

  /** @param id the document's; @param values the columns' comparable values, in the same order on both sides. */
  add(id: string, values: readonly string[]): void {
    const bytes = hash("sha256", JSON.stringify([id, ...values]), "buffer");
    for (let at = 0; at < 8; at += 1) this.#sum[at] = (this.#sum[at] ?? 0) ^ bytes.readUInt32LE(at * 4);
    this.#count += 1;
  }

  get count(): number {
    return this.#count;
  }

  equals(other: Checksum): boolean {
    return this.#count === other.#count && this.#sum.every((part, at) => part === other.#sum[at]);
  }
}
