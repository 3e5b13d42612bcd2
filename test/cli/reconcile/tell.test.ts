import { expect, test } from "vitest";
import { reconciliationsIn } from "../../../cli/reconcile/tell.ts";
import type { Report, TableReport } from "../../../cli/reconcile/report.ts";

const table = (shard: string, name: string, differences: number, further = 0): TableReport => ({
  table: name,
  shard,
  rows: 9,
  documents: 9,
  differences: Array.from({ length: differences }, (_, at) => ({
    kind: "missing",
    id: String(at),
    key: undefined,
    columns: [],
  })),
  changing: ["5"],
  changedMeanwhile: 2,
  further,
  notCompared: [],
  notCarried: {},
  sixDigits: {},
});

const report: Report = {
  tables: [table("shard0", "a.b", 2, 40), table("shard0", "a.c", 0), table("shard1", "a.b", 0)],
  uncompared: [{ table: "a.d", shard: "shard1", reason: "", remedy: "" }],
  orphans: [{ table: "a.b", documents: 3, ids: [] }],
};

test("each shard is told what was found of its own tables, and what is of none", () => {
  const found = reconciliationsIn(report, true, 7);
  expect([...found.keys()]).toEqual(["shard0", "shard1"]);
  expect(found.get("shard0")).toMatchObject({
    timeMs: 7,
    ofNoShard: 3,
    tables: new Map([
      ["a.b", 42],
      ["a.c", 0],
    ]),
  });
  expect(found.get("shard1")?.tables).toEqual(
    new Map([
      ["a.b", 0],
      ["a.d", undefined],
    ]),
  );
  expect(found.get("shard1")?.id).toBe(found.get("shard0")?.id);
});

test("of a part nothing is said of documents that are of none", () => {
  expect(reconciliationsIn(report, false, 7).get("shard0")?.ofNoShard).toBeUndefined();
});
