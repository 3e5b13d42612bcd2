import { describe, expect, it } from "vitest";
import { differencesIn, isWell, outputOf, type Report, type TableReport } from "../../../cli/reconcile/report.ts";

const alike: TableReport = {
  table: "shop.goods",
  shard: "shard0",
  rows: 10,
  documents: 10,
  differences: [],
  changing: [],
  changedMeanwhile: 0,
  further: 0,
  notCompared: [],
  notCarried: {},
  sixDigits: {},
};

function reportOf(table: Partial<TableReport>, orphans: Report["orphans"] = []): Report {
  return { tables: [{ ...alike, ...table }], uncompared: [], orphans };
}

describe("outputOf", () => {
  it("says that all agree, and what is not compared", () => {
    const report = reportOf({ notCompared: ["secret"] });
    expect(differencesIn(report)).toBe(0);
    expect(outputOf(report).text.split("\n")).toEqual([
      "TABLE       SHARD   ROWS  DOCUMENTS  MISSING  EXTRA  DIFFERENT",
      "shop.goods  shard0    10         10        0      0          0",
      "",
      "shop.goods on shard0: not compared: secret",
      "✓ the index agrees with the shards",
    ]);
    expect(outputOf(report).json).toMatchObject({ healthy: true });
  });

  it("says what no event can have, which is neither alike nor a difference", () => {
    const { text, json } = outputOf(reportOf({ notCarried: { made_at: 2, sold_at: 1 } }));
    expect(text.split("\n").slice(-2)).toEqual([
      "shop.goods on shard0: no event can have 0000-00-00, dates like it, and YEAR 0000: 2 values of made_at, 1 value of sold_at; " +
        "the index has null, 1970-01-01 or 2000 in their place",
      "✓ the index agrees with the shards, but for 3 values that no event can have",
    ]);
    expect(json).toMatchObject({ healthy: true, tables: [{ notCarried: { made_at: 2, sold_at: 1 } }] });
  });

  it("says what was compared in fewer digits than it has", () => {
    const { text, json } = outputOf(reportOf({ notCarried: { made_at: 1 }, sixDigits: { weight: 1200 } }));
    expect(text.split("\n").slice(-2)).toEqual([
      "shop.goods on shard0: a FLOAT of more than six digits, compared in six, as a snapshot's rows have no more: 1,200 values of weight",
      "✓ the index agrees with the shards, but for 1 value that no event can have and 1,200 values compared in six digits",
    ]);
    expect(json).toMatchObject({ healthy: true, tables: [{ sixDigits: { weight: 1200 } }] });
  });

  it("is not well where something was not compared, however well the rest is", () => {
    const uncompared = [{ table: "shop.log", shard: "shard0", reason: "no key", remedy: "give it one" }];
    const report = { ...reportOf({}), uncompared };
    expect([differencesIn(report), isWell(report), isWell(reportOf({}))]).toEqual([0, false, true]);
    expect(outputOf(report).text.split("\n").slice(-3)).toEqual([
      "? shop.log on shard0 was not compared: no key",
      "    give it one",
      "1 table not compared: whether the index agrees there is not known",
    ]);
    expect(outputOf(report).json).toMatchObject({ healthy: false, uncompared });
  });

  it("explains counts that differ while nothing is wrong", () => {
    expect(outputOf(reportOf({ documents: 9, changedMeanwhile: 1 })).text).toContain(
      "shop.goods on shard0: 1 row changed meanwhile, and agrees now",
    );
    const changing = reportOf({ changing: ["shard0:7"] });
    expect(outputOf(changing).text).toContain("1 row changed whenever looked at");
    expect(outputOf(changing).json).toMatchObject({ healthy: true, tables: [{ stillChanging: ["shard0:7"] }] });
  });

  it("names the first of each kind, and has all in JSON", () => {
    const missing = Array.from({ length: 12 }, (_, at) => ({
      kind: "missing" as const,
      id: `shard0:${at}`,
      key: [String(at)],
      columns: [],
    }));
    const report = reportOf({ differences: missing, further: 3 }, [
      { table: "shop.goods", documents: 1, ids: ["shard9:1"] },
    ]);
    const { text, json } = outputOf(report);
    expect(text).toContain("    missing    shard0:9\n    … and 2 more (--json has them)\n");
    expect(text).toContain("and 3 more, not looked at one by one");
    expect(text).toContain("1 document of no shard of this stack");
    expect(text).toContain("16 differences");
    expect(json).toMatchObject({
      healthy: false,
      tables: [{ missing: 12, extra: 0, different: 0, notLookedAt: 3, differences: missing }],
      ofNoShard: [{ ids: ["shard9:1"] }],
    });
  });

  it("shows of long values where they part", () => {
    const columns = [
      { column: "note", database: `"${"x".repeat(200)}A${"y".repeat(200)}"`, index: `"${"x".repeat(200)}B"` },
      { column: "price", database: '"1.00"', index: "null" },
    ];
    const { text } = outputOf(reportOf({ differences: [{ kind: "different", id: "shard0:1", key: ["1"], columns }] }));
    expect(text).toContain(
      `note: …${"x".repeat(15)}A${"y".repeat(44)}… on the shard, …${"x".repeat(15)}B" in the index`,
    );
    expect(text).toContain('price: "1.00" on the shard, null in the index');
  });
});
