import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ChangeEvent } from "../../../../clients/debezium/events/decode.ts";
import type { Row, Value } from "../../../../clients/debezium/events/json.ts";
import {
  changedColumns,
  renderEvent,
  renderValue,
  type RenderOptions,
} from "../../../../clients/debezium/events/render.ts";

const base: ChangeEvent = {
  kind: "change",
  op: "u",
  prefix: "shard0",
  database: "products",
  table: "stock",
  key: { id: 1 },
  before: null,
  after: null,
  sourceTimeUs: 1760917580123456,
  capturedTimeUs: 1760917580140001,
  source: {},
};
const options: RenderOptions = { shard: "shard0", recordTimeMs: 1760917580200 };
const start = "2025-10-19T23:46:20.123Z  shard0  ";

describe("a line", () => {
  test.each<[string, Partial<ChangeEvent>, string]>([
    [
      "an insert shows every column once",
      { op: "c", after: { id: 1, name: "car battery", price: "120.00", note: null } },
      "insert     products.stock  id=1  name='car battery' price=120.00 note=NULL",
    ],
    ["a row of a snapshot too", { op: "r", after: { id: 1, ok: true } }, "snapshot   products.stock  id=1  ok=true"],
    [
      "an update shows what changed",
      {
        before: { id: 1, name: "a", price: "1.00", at: null },
        after: { id: 1, name: "a", price: "2.00", at: "2025-10-19" },
      },
      "update     products.stock  id=1  price 1.00 → 2.00, at NULL → 2025-10-19",
    ],
    [
      "an update of nothing that is captured says so",
      { before: { id: 1 }, after: { id: 1 } },
      "update     products.stock  id=1  (no captured column changed)",
    ],
    [
      "an update without the row before shows the row after",
      { after: { id: 1, name: "a" } },
      "update     products.stock  id=1  name=a",
    ],
    ["a delete shows the key", { op: "d", before: { id: 1, name: "a" } }, "delete     products.stock  id=1"],
    [
      "a delete without a key shows the row",
      { op: "d", key: null, before: { id: 1, name: "a" } },
      "delete     products.stock  (no key)  id=1 name=a",
    ],
    ["a truncate shows the table", { op: "t", key: null }, "truncate   products.stock"],
    [
      "an unwrapped row shows the row",
      { op: undefined, after: { id: 1, name: "a" } },
      "row        products.stock  id=1  name=a",
    ],
  ])("%s", (_, change, expected) => {
    expect(renderEvent({ ...base, ...change }, options)).toBe(start + expected);
  });

  test("a tombstone is shown as such, at the time of its record", () => {
    const tombstone = { kind: "tombstone", database: "products", table: "stock", key: { id: 1 } } as const;
    expect(renderEvent(tombstone, options)).toBe("2025-10-19T23:46:20.200Z  shard0  tombstone  products.stock  id=1");
  });

  test("a schema change is its statement on one line", () => {
    const ddl = "ALTER TABLE stock\n  ADD x INT";
    expect(
      renderEvent(
        { kind: "schema-change", prefix: "shard0", database: "products", ddl, sourceTimeUs: 1760917580123456 },
        options,
      ),
    ).toBe(`${start}ddl        products  ALTER TABLE stock ADD x INT`);
  });

  test("anything else is shown as it is", () => {
    expect(renderEvent({ kind: "other", content: { ts_ms: 1 } }, options)).toBe(
      '2025-10-19T23:46:20.200Z  shard0  other      {"ts_ms":1}',
    );
  });

  test("columns of Korean names are padded as a terminal shows them", () => {
    const line = renderEvent({ ...base, op: "d", table: "재고" }, { ...options, widths: { shard: 8, table: 16 } });
    expect(line).toBe("2025-10-19T23:46:20.123Z  shard0    delete     products.재고     id=1");
  });

  test("columns are padded and the word is painted when that is wished", () => {
    const line = renderEvent(
      { ...base, op: "d" },
      { ...options, widths: { shard: 8, table: 16 }, paint: (word, text) => `<${word}:${text}>` },
    );
    expect(line).toBe("2025-10-19T23:46:20.123Z  shard0    <delete:delete   >  products.stock    id=1");
  });
});

describe("a value", () => {
  test.each<[Value, string]>([
    [null, "NULL"],
    ["null", "'null'"],
    ["", "''"],
    ["방수", "방수"],
    ["it's", "'it\\'s'"],
    ["a\nb", "'a\\nb'"],
    ['{"a": 1}', `'{"a": 1}'`],
    ["b'0101'", "b'0101'"],
    ["0x61620000", "0x61620000"],
    [9007199254740993n, "9007199254740993"],
    [0.1, "0.1"],
    [{ x: 1, y: [2n] }, '{"x":1,"y":[2]}'],
    ["x".repeat(81), `${"x".repeat(80)}…`],
  ])("%s is %s", (value, expected) => {
    expect(renderValue(value, 80)).toBe(expected);
  });

  test("no text can move the cursor or begin a line of its own", () => {
    const text = fc.string({ unit: "binary", maxLength: 60 });
    fc.assert(
      fc.property(fc.oneof(text, fc.constantFrom("\u001b[2J", "\u009b2J", "a\r\nb", "\u202eabc")), (value) => {
        expect(renderValue(value, 80)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
        expect(renderValue({ value }, 80)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe("changed columns", () => {
  const value = fc.oneof(fc.constant(null), fc.integer(), fc.string(), fc.bigInt(), fc.boolean());
  const row = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), value) as fc.Arbitrary<Row>;

  test("are exactly those whose values differ", () => {
    fc.assert(
      fc.property(row, row, (before, changes) => {
        const after = { ...before, ...changes };
        const expected = Object.keys(changes).filter((name) => !(name in before) || before[name] !== changes[name]);
        expect(changedColumns(before, after).toSorted()).toEqual(expected.toSorted());
      }),
    );
  });
});
