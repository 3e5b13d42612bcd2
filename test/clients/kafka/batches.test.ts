import { describe, expect, it } from "vitest";
import { dataOffsets, endOf, type Batch } from "../../../clients/kafka/batches.ts";

const transactional = 0x10;
const control = 0x20;

/** A batch of `count` records of a producer. */
function data(firstOffset: bigint, count: number, producerId: bigint, attributes = transactional): Batch {
  const records = Array.from({ length: count }, (_, offsetDelta) => ({ offsetDelta, key: null }));
  return { firstOffset, lastOffsetDelta: count - 1, attributes, producerId, records };
}

/** The mark that ends a producer's transaction: version 0, then 1 for commit or 0 for abort. */
function mark(firstOffset: bigint, producerId: bigint, type: "commit" | "abort"): Batch {
  const key = Buffer.from([0, 0, 0, type === "commit" ? 1 : 0]);
  return {
    firstOffset,
    lastOffsetDelta: 0,
    attributes: transactional | control,
    producerId,
    records: [{ offsetDelta: 0, key }],
  };
}

describe("dataOffsets", () => {
  it("leaves out the marks of transactions", () => {
    expect(dataOffsets([data(0n, 2, 7n), mark(2n, 7n, "commit"), data(3n, 1, 7n), mark(4n, 7n, "commit")], [])).toEqual(
      [0n, 1n, 3n],
    );
  });

  it("leaves out several aborted transactions of one producer, and keeps what it committed between and after", () => {
    const batches = [
      data(0n, 1, 7n),
      mark(1n, 7n, "abort"),
      data(2n, 1, 7n),
      mark(3n, 7n, "commit"),
      data(4n, 2, 7n),
      mark(6n, 7n, "abort"),
      data(7n, 1, 7n),
      mark(8n, 7n, "commit"),
    ];
    const aborted = [
      { producerId: 7n, firstOffset: 4n },
      { producerId: 7n, firstOffset: 0n },
    ];
    expect(dataOffsets(batches, aborted)).toEqual([2n, 7n]);
  });

  it("tells the producers of one partition apart, also when the mark is not in the answer yet", () => {
    const batches = [data(0n, 1, 7n), data(1n, 1, 8n), data(2n, 1, 7n), data(3n, 1, -1n, 0)];
    expect(dataOffsets(batches, [{ producerId: 7n, firstOffset: 0n }])).toEqual([1n, 3n]);
  });

  it("knows what compaction took out of a batch", () => {
    const kept = { ...data(10n, 0, 7n), lastOffsetDelta: 9, records: [{ offsetDelta: 4, key: null }] };
    expect(dataOffsets([kept], [])).toEqual([14n]);
    expect(endOf([kept])).toBe(20n);
  });
});

describe("endOf", () => {
  it("is after the last batch, mark or not", () => {
    expect(endOf([data(0n, 2, 7n), mark(2n, 7n, "commit")])).toBe(3n);
    expect(endOf([])).toBeUndefined();
  });
});
