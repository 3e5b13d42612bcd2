import { describe, expect, test } from "vitest";
import { newestIn } from "../../../clients/kafka/newest.ts";
import type { Fetched } from "../../../clients/kafka/range.ts";

type Kind = "data" | "commit" | "abort";

/** A partition of batches of one record each, as a broker gives it away; offsets begin with 100. */
class Log {
  readonly #kinds: readonly Kind[];
  readonly #stable: bigint;
  readonly fetches: bigint[] = [];

  /** @param open how many at the end belong to a transaction that is open. */
  constructor(kinds: readonly Kind[], open = 0) {
    this.#kinds = kinds;
    this.#stable = 100n + BigInt(kinds.length - open);
  }

  get end(): bigint {
    return 100n + BigInt(this.#kinds.length);
  }

  readonly fetch = async (from: bigint): Promise<Fetched> => {
    this.fetches.push(from);
    const batches = this.#kinds
      .map((kind, at) => batchOf(kind, 100n + BigInt(at)))
      .filter(({ firstOffset }) => firstOffset >= from && firstOffset < this.#stable);
    // An answer holds so much and no more.
    return { batches: batches.slice(0, 7), aborted: this.#aborted(), stable: this.#stable };
  };

  /** The record before each mark that gives a transaction up. */
  #aborted(): Fetched["aborted"] {
    return this.#kinds.flatMap((kind, at) =>
      kind === "abort" ? [{ producerId: 1n, firstOffset: 100n + BigInt(at - 1) }] : [],
    );
  }
}

function batchOf(kind: Kind, firstOffset: bigint): Fetched["batches"][number] {
  const isMark = kind !== "data";
  const key = isMark ? Buffer.from([0, 0, 0, kind === "commit" ? 1 : 0]) : Buffer.from("k");
  return {
    firstOffset,
    lastOffsetDelta: 0,
    attributes: isMark ? 0x30 : 0x10,
    producerId: 1n,
    firstTimestamp: firstOffset * 1000n,
    records: [{ offsetDelta: 0, timestampDelta: 5n, key, value: Buffer.from("v") }],
  } as unknown as Fetched["batches"][number];
}

const committed = (count: number): Kind[] => Array.from({ length: count }, (): Kind[] => ["data", "commit"]).flat();
const aborted = (count: number): Kind[] => Array.from({ length: count }, (): Kind[] => ["data", "abort"]).flat();

describe("the newest record", () => {
  test.each<[string, Log, bigint | undefined]>([
    ["before the mark of its transaction", new Log(committed(40)), 178n],
    ["of a single transaction", new Log(committed(1)), 100n],
    ["before a transaction that is open", new Log([...committed(3), "data", "data"], 2), 104n],
    [
      "before one that is open and long",
      new Log([...committed(3), ...Array.from({ length: 90 }, (): Kind => "data")], 90),
      104n,
    ],
    ["before many that were given up", new Log([...committed(2), ...aborted(150)]), 102n],
    ["is none where all were given up", new Log(aborted(150)), undefined],
    ["is none where all that came is not committed yet", new Log(["data"], 1), undefined],
    ["is none in an empty partition", new Log([]), undefined],
  ])("%s", async (_, log, offset) => {
    const found = await newestIn(log.fetch, 100n, log.end);
    expect(found?.offset).toBe(offset);
    if (offset !== undefined) expect(found?.timestampMs).toBe(Number(offset) * 1000 + 5);
    // That there is none is said only after the first of all was looked at.
    else if (log.end > 100n) expect(log.fetches).toContain(100n);
  });

  test("that cannot be read is an error, and not none", async () => {
    const silent = async (): Promise<Fetched> => await Promise.reject(new Error("no answer from Kafka at x"));
    await expect(newestIn(silent, 0n, 5n)).rejects.toThrow("no answer from Kafka at x");
  });
});
