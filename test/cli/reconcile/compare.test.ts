import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareTable, documentKey, type Sides } from "../../../cli/reconcile/compare.ts";
import { documentId } from "../../../cli/reconcile/document-id.ts";
import type { KeyRange } from "../../../cli/reconcile/range.ts";
import { column, documentOf, rowOf } from "./tables.ts";

const number = column("id", "int");
const text = column("code", "varchar(32)");
const price = column("price", "decimal(10,2)");

interface Entry {
  readonly key: readonly string[];
  readonly price: string;
}

/** The two sides in memory; what they were asked for is counted. */
function sidesOf(rows: readonly Entry[], documents: readonly Entry[], key: readonly (typeof number)[]) {
  const spec = { table: "shop.goods", key, columns: [...key, price], notCompared: [] };
  const isIn = ({ key: [first = ""] }: Entry, { from, to }: KeyRange) =>
    key[0]?.dataType !== "int" ||
    ((from === undefined || Number(first) >= Number(from)) && (to === undefined || Number(first) < Number(to)));
  const byKey = (a: Entry, b: Entry) => Number(a.key[0]) - Number(b.key[0]);
  const asked = { ranges: 0 };
  const sides: Sides = {
    spec,
    shard: "s",
    rows: {
      count: async () => await Promise.resolve(rows.length),
      async *read(_, range: KeyRange = { from: undefined, to: undefined }) {
        await Promise.resolve();
        for (const entry of rows.toSorted(byKey))
          if (isIn(entry, range)) yield rowOf(spec, "s", [...entry.key, entry.price]);
      },
    },
    documents: {
      count: async () => await Promise.resolve(documents.length),
      async *read(_, __, range: KeyRange = { from: undefined, to: undefined }) {
        await Promise.resolve();
        asked.ranges += 1;
        for (const entry of documents) if (isIn(entry, range)) yield documentOf(spec, "s", [...entry.key, entry.price]);
      },
    },
  };
  return { sides, asked };
}

function entries(count: number): Entry[] {
  return Array.from({ length: count }, (_, at) => ({ key: [String(at * 3)], price: `${at}.50` }));
}

describe("compareTable", () => {
  it("finds nothing where all are alike, and reads every range once", async () => {
    const { sides, asked } = sidesOf(entries(7000), entries(7000).toReversed(), [number]);
    expect(await compareTable(sides)).toEqual({
      rows: 7000,
      documents: 7000,
      suspects: new Map(),
      furtherSuspects: 0,
      notCarried: {},
      sixDigits: {},
    });
    expect(asked.ranges).toBe(4);
  });

  it("reads again only the range that differs", async () => {
    const documents = entries(7000);
    documents[5000] = { key: ["15000"], price: "0.01" };
    const { sides, asked } = sidesOf(entries(7000), documents, [number]);
    expect([...(await compareTable(sides)).suspects]).toEqual([["s:15000", ["15000"]]]);
    expect(asked.ranges).toBe(5);
  });

  it("finds documents before the first row, after the last one, and where there are no rows at all", async () => {
    const strays = [
      { key: ["-5"], price: "1" },
      { key: ["999999"], price: "1" },
    ];
    const { sides } = sidesOf(entries(10), [...entries(10), ...strays], [number]);
    expect([...(await compareTable(sides)).suspects.keys()].toSorted()).toEqual(["s:-5", "s:999999"]);
    const { sides: empty } = sidesOf([], strays, [number]);
    expect((await compareTable(empty)).suspects.size).toBe(2);
  });

  it("keeps rows of one value in the first column together", async () => {
    const many = Array.from({ length: 5000 }, (_, at) => ({ key: ["7", `w${at}`], price: "1" }));
    const { sides } = sidesOf(many, many.slice(1), [number, text]);
    expect([...(await compareTable(sides)).suspects]).toEqual([["s:7:w0", ["7", "w0"]]]);
  });

  it("names exactly what is missing, extra or different, whatever the key is made of", async () => {
    const side = fc.dictionary(fc.integer({ min: -20, max: 20 }).map(String), fc.constantFrom("1.00", "2.00", "1"));
    await fc.assert(
      fc.asyncProperty(side, side, fc.constantFrom([number], [text], [number, text]), async (one, other, key) => {
        const made = (from: Record<string, string>) =>
          Object.entries(from).map(([id, value]) => ({ key: key.map(() => id), price: value }));
        const [rows, documents] = [made(one), made(other)];
        const { sides } = sidesOf(rows, documents, key);
        const value = (side: Record<string, string>, id: string) =>
          Object.hasOwn(side, id) ? Number(side[id]) : undefined;
        const expected = Object.keys({ ...one, ...other }).filter((id) => value(one, id) !== value(other, id));
        const { suspects } = await compareTable(sides);
        expect([...suspects.keys()].toSorted()).toEqual(
          expected
            .map((id) =>
              documentId(
                "s",
                key.map(() => id),
              ),
            )
            .toSorted(),
        );
        for (const [id, found] of suspects) expect(documentId("s", found ?? [])).toBe(id);
      }),
    );
  });
});

describe("dates that no event can have", () => {
  it("are counted by column, and looked at when the document has another date for them", async () => {
    const spec = { table: "t", key: [number], columns: [number, column("day", "date")], notCompared: [] };
    const days = ["0000-00-00", "2025-10-00", "0001-01-01", "0000-00-00"];
    const told = [null, null, "0001-01-01", "2001-01-01"];
    const sides: Sides = {
      spec,
      shard: "s",
      rows: {
        count: async () => await Promise.resolve(days.length),
        async *read() {
          await Promise.resolve();
          for (const [id, day] of days.entries()) yield rowOf(spec, "s", [id, day]);
        },
      },
      documents: {
        count: async () => await Promise.resolve(told.length),
        async *read() {
          await Promise.resolve();
          for (const [id, day] of told.entries()) yield documentOf(spec, "s", [id, day]);
        },
      },
    };
    const { notCarried, suspects } = await compareTable(sides);
    expect(notCarried).toEqual({ day: 3 });
    expect([...suspects.keys()]).toEqual(["s:3"]);
  });
});

describe("documentKey", () => {
  const spec = { table: "t", key: [number, text], columns: [], notCompared: [] };

  it("is told by the id, else by the fields, else not at all", () => {
    expect(documentKey(spec, "s", { id: "s:1:a%3Ab", source: {} })).toEqual(["1", "a:b"]);
    const long = "x".repeat(600);
    const id = documentId("s", ["1", long]);
    expect(documentKey(spec, "s", { id, source: { id: 1, code: long } })).toEqual(["1", long]);
    expect(documentKey(spec, "s", { id, source: { id: 2, code: long } })).toBeUndefined();
    expect(documentKey(spec, "s", { id: "s:1", source: {} })).toBeUndefined();
    expect(documentKey(spec, "s", { id: "other:1:a", source: {} })).toBeUndefined();
  });
});
