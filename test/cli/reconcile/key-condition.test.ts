import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { documentId, keyOf } from "../../../cli/reconcile/document-id.ts";
import { isKey, keyCondition, keyForms } from "../../../cli/reconcile/key-condition.ts";
import { conditionsFor } from "../../../cli/reconcile/repair.ts";
import type { RowColumn } from "../../../cli/reconcile/normalise.ts";

function column(name: string, columnType: string): RowColumn {
  const [dataType = ""] = columnType.split(/[ (]/);
  return { name, dataType, columnType, precision: undefined, fractionDigits: undefined, isNullable: false };
}

describe("documentId", () => {
  it.each([
    ["shard0", ["101"], "shard0:101"],
    ["shard1", ["101", "seoul"], "shard1:101:seoul"],
    ["a.b:c", ["50%", "x:y"], "a.b%3Ac:50%25:x%3Ay"],
    ["shard0", [""], "shard0:"],
  ])("%s %j", (shard, key, id) => {
    expect(documentId(shard, key)).toBe(id);
    expect(keyOf(id)).toEqual(key);
  });

  it("is a digest where the engine takes no longer one, counted in bytes", () => {
    const longest = "가".repeat(168);
    expect(documentId("shard0", [longest])).toBe(`shard0:${longest}`);
    const id = documentId("shard0", [`${longest}나`]);
    expect(id).toMatch(/^shard0:%sha256:[0-9a-f]{64}$/);
    expect(keyOf(id)).toBeUndefined();
  });

  it("is told back, and never the same for two keys", () => {
    const key = fc.array(fc.string({ unit: fc.constantFrom("a", ":", "%", "2", "5", "3", "A") }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(key, key, (one, other) => {
        expect(keyOf(documentId("s", one))).toEqual(one);
        expect(documentId("s", one) === documentId("s", other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });
});

describe("keyCondition", () => {
  it.each([
    ["int", ["1", "-2"], "`k` IN (1, -2)"],
    ["bigint unsigned", ["-1", "101"], "`k` IN (18446744073709551615, 101)"],
    ["decimal(10,2)", ["1.50"], "`k` IN (1.50)"],
    ["varchar(9)", ["seoul", "O'Neil", "부산"], "`k` IN ('seoul', _utf8mb4 X'4f274e65696c', _utf8mb4 X'ebb680ec82b0')"],
    ["varbinary(2)", ["AP8="], "`k` IN (X'00ff')"],
    ["bit(4)", ["0101"], "`k` IN (b'0101')"],
    ["bit(1)", ["true"], "`k` IN (b'1')"],
    ["date", ["2025-10-19"], "`k` IN ('2025-10-19')"],
    ["datetime(6)", ["2025-10-19T14:46:20.1"], "`k` IN ('2025-10-19 14:46:20.1')"],
    ["timestamp", ["2025-10-19T14:46:20Z"], "`k` IN (TIMESTAMP'2025-10-19 14:46:20+00:00')"],
    ["time", ["-838:59:59"], "`k` IN ('-838:59:59')"],
  ])("%s", (type, keys, sql) => {
    expect(
      keyCondition(
        [column("k", type)],
        keys.map((key) => [key]),
      ),
    ).toBe(sql);
  });

  it("joins the columns of a composite key", () => {
    const columns = [column("product_id", "bigint unsigned"), column("ware`house", "varchar(32)")];
    expect(
      keyCondition(columns, [
        ["101", "seoul"],
        ["101", "busan"],
      ]),
    ).toBe("(`product_id`, `ware``house`) IN ((101, 'seoul'), (101, 'busan'))");
  });

  it("refuses what is no value of the column, so that nothing but a value gets into SQL", () => {
    for (const type of ["int", "decimal(10,2)", "date", "datetime", "timestamp", "time", "bit(4)", "double"]) {
      expect(isKey([column("k", type)], ["1) OR (1=1"])).toBe(false);
      expect(() => keyCondition([column("k", type)], [["1) OR (1=1"]])).toThrow(`(${type})`);
    }
    expect(isKey([column("k", "int")], ["1", "2"])).toBe(false);
  });

  it("lets no text out of its quotes", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(keyCondition([column("k", "varchar(255)")], [[text]])).toMatch(
          /^`k` IN \(('[\w .,@+-]*'|_utf8mb4 X'[0-9a-f]*')\)$/,
        );
      }),
    );
  });
});

describe("keyForms", () => {
  const columns = [column("a", "bigint(20) unsigned zerofill"), column("b", "bigint")];

  it.each([
    [
      ["-1", "-1"],
      [
        ["-1", "-1"],
        ["18446744073709551615", "-1"],
      ],
    ],
    [
      ["-9223372036854775808", "5"],
      [
        ["-9223372036854775808", "5"],
        ["9223372036854775808", "5"],
      ],
    ],
    [["18446744073709551615", "5"], [["18446744073709551615", "5"]]],
    [["1", "-5"], [["1", "-5"]]],
  ])("of %j are %j", (key, forms) => {
    expect(keyForms(columns, key)).toEqual(forms);
  });
});

describe("conditionsFor", () => {
  const key = [column("id", "bigint unsigned")];
  const ids = (count: number) => Array.from({ length: count }, (_, at) => [String(400_000 + at)]);

  it("names every key once, in as many signals as their length asks for", () => {
    const conditions = conditionsFor(key, ids(1000));
    expect(conditions.length).toBeGreaterThan(1);
    for (const condition of conditions) expect(condition?.length).toBeLessThanOrEqual(1700);
    expect(conditions.flatMap((condition) => condition?.match(/\d{6}/g) ?? [])).toEqual(ids(1000).flat());
  });

  it("reads the whole table where that is quicker", () => {
    expect(conditionsFor(key, ids(50_000))).toEqual([undefined]);
  });
});
