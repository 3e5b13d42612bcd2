/** A silent stall, a place about to be purged and an index that is not healthy are told by alert, page, status and doctor alike. */
import { describe, expect, test } from "vitest";
import { judgePurge } from "../../cli/doctor/database.ts";
import { judgeSearch } from "../../cli/doctor/read-side.ts";
import { judgeHeartbeat } from "../../cli/doctor/topics.ts";
import { judge } from "../../cli/status/judge.ts";
import type { Observation } from "../../cli/status/observation.ts";
import { purge, stall, unhealthyIndex } from "../../lib/trouble.ts";
import { alertRules } from "../../plan/alerts.ts";
import { isMonitored } from "../../plan/guard.ts";
import { planWith } from "../support/config.ts";
import { task } from "../support/fake-worker.ts";
import { atMs, offsetsAt, plan, shardAt, wellObserved, withConnector, withShard } from "./status/observed.ts";

const page: string = "../../apps/guard/page/public/texts.js";
const { tables } = (await import(page)) as {
  readonly tables: { readonly en: { readonly advice: Readonly<Record<string, { what: string; why: string }>> } };
};

const monitored = planWith({ monitoring: { enabled: true }, readSide: { enabled: true } });
if (!isMonitored(monitored.guard)) throw new Error("the plan has no metrics");
const rules = alertRules(monitored, monitored.guard, "dev");

const day = 86_400;
const well = wellObserved();
const oldPlace = offsetsAt("mysql-bin.000002", 500, { ts_sec: atMs / 1000 - 8 * day });
const files = "value" in well.shards.get("shard0")!.binlogs ? well.shards.get("shard0")!.binlogs : { value: [] };
const silent = {
  heartbeat: { committedMs: undefined, arrivedMs: atMs - 600_000 },
  notification: undefined,
  lastChangeMs: undefined,
};
const readSide = well.readSide!;

const shard = shardAt(0);
const place = {
  file: "mysql-bin.000002",
  position: 500,
  gtids: undefined,
  committedAt: new Date(atMs - 8 * day * 1000).toISOString(),
  isWithin: false,
  snapshot: undefined,
};

const cases: readonly (readonly [
  string,
  { readonly what: string; readonly why: string },
  string,
  Observation,
  string,
])[] = [
  [
    "stalled",
    stall,
    "CdcShardStalled",
    withShard(well, 0, {
      news: { value: silent },
      offsets: offsetsAt("mysql-bin.000003", 4, { ts_sec: atMs / 1000 - 600 }),
    }),
    judgeHeartbeat(shard, 10_000, 40_001, 30).found,
  ],
  [
    "purge",
    purge,
    "CdcPlaceAboutToBePurged",
    withShard(withConnector(well, 0, { state: "PAUSED", tasks: [task("PAUSED")] }), 0, { offsets: oldPlace }),
    judgePurge(shard, place, { files: "value" in files ? [...files.value] : [], keptSeconds: 10 * day }, atMs).found,
  ],
  [
    "unhealthyIndex",
    unhealthyIndex,
    "CdcIndexUnhealthy",
    { ...well, readSide: { ...readSide, engine: { value: { status: "red", documents: new Map() } } } },
    judgeSearch("red", 2, [], "").found,
  ],
];

describe.each(cases)("%s", (key, { what, why }, alert, seen, doctor) => {
  test("is called the same by alert, page, status and doctor", () => {
    const annotations = rules.find((rule) => rule.alert === alert)?.annotations;
    expect(annotations?.summary.toLowerCase()).toContain(what.toLowerCase());
    expect(annotations?.cause).toBe(why);
    expect(tables.en.advice[key]).toMatchObject({ what, why });
    expect(judge(plan, seen).problems.map(({ message }) => message)).toContainEqual(expect.stringContaining(what));
    expect(doctor).toContain(what);
  });
});

test("status and doctor tell of a place that is about to be purged in one sentence, with the same remedy", () => {
  const [, , , seen] = cases[1]!;
  const told = judge(plan, seen).problems.find(({ message }) => message.includes(purge.what));
  const kept = well.shards.get("shard0")?.keptSeconds;
  const doctor = judgePurge(shard, place, { files: "value" in files ? [...files.value] : [], keptSeconds: kept }, atMs);
  expect(doctor).toMatchObject({ isWell: false, found: told?.message, remedy: told?.remedy });
});

test("the doctor says nothing of a place that lasts, nor where nothing is purged", () => {
  for (const keptSeconds of [100 * day, undefined])
    expect(
      judgePurge(shard, place, { files: "value" in files ? [...files.value] : [], keptSeconds }, atMs),
    ).toMatchObject({
      isWell: true,
      found: expect.stringContaining("the server still has the binlog") as string,
    });
});
