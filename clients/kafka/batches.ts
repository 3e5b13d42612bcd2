/** What is in a partition's batches, as they come from the broker. Upstream: Kafka's protocol guide, "Record Batch". */
import type { RecordsBatch } from "@platformatic/kafka";

/** As far as it is looked at here. */
export type Batch = Pick<RecordsBatch, "firstOffset" | "lastOffsetDelta" | "attributes" | "producerId"> & {
  readonly records: readonly Pick<RecordsBatch["records"][number], "offsetDelta" | "key">[];
};

/** A transaction that was given up, as the broker tells of it beside the batches. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
}

/** Bits of a batch's attributes. */
const isTransactional = 0x10;
const isControl = 0x20;

/** Type of a control record that gives a transaction up; the second 16 bits of its key. */
const abortMark = 0;

/**
 * Offsets of the records that a reader of committed records is given: neither marks of transactions, nor what belongs to
 * an aborted one.
 * @param batches of one partition, in their order.
 */
export function dataOffsets(batches: readonly Batch[], aborted: readonly AbortedTransaction[]): bigint[] {
  const beginning = aborted.toSorted((a, b) => Number(a.firstOffset - b.firstOffset));
  const givenUp = new Set<bigint>();
  const offsets: bigint[] = [];
  for (const batch of batches) {
    while (beginning[0] !== undefined && beginning[0].firstOffset <= lastOffset(batch)) {
      givenUp.add(beginning[0].producerId);
      beginning.shift();
    }
    if ((batch.attributes & isControl) !== 0) {
      if (batch.records[0]?.key?.readInt16BE(2) === abortMark) givenUp.delete(batch.producerId);
    } else if ((batch.attributes & isTransactional) === 0 || !givenUp.has(batch.producerId)) {
      offsets.push(...batch.records.map(({ offsetDelta }) => batch.firstOffset + BigInt(offsetDelta)));
    }
  }
  return offsets;
}

/** The offset after the last batch; undefined without batches. A batch keeps its last offset when compaction empties it. */
export function endOf(batches: readonly Batch[]): bigint | undefined {
  const last = batches.at(-1);
  return last === undefined ? undefined : lastOffset(last) + 1n;
}

function lastOffset({ firstOffset, lastOffsetDelta }: Batch): bigint {
  return firstOffset + BigInt(lastOffsetDelta);
}
