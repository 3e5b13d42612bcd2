import { describe, expect, it } from "vitest";
import { differencesIn, outputOf, type Report, type TableReport } from "../../../cli/reconcile/report.ts";

const alike: TableReport = {
  table: "shop.goods",
  shard: "shard0",
  rows: 10,
  documents: 10,
  differences: [],
  changing: [],
  settled: 0,
  further: 0,
  notCompared: [],
};

function reportOf(table: Partial<TableReport>, strangers: Report["strangers"] = []): Report {
  return { tables: [{ ...alike, ...table }], strangers };
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

  it("explains counts that differ while nothing is wrong", () => {
    expect(outputOf(reportOf({ documents: 9, settled: 1 })).text).toContain(
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
