/** Changes that do not come in time, and places that are about to be purged. */
import { describe, expect, test } from "vitest";
import { judge } from "../../../../cli/status/judge.ts";
import type { Observation } from "../../../../cli/status/observation.ts";
import { planWith } from "../../../support/config.ts";
import { task } from "../../../support/fake-worker.ts";
import {
  atMs,
  messagesOf,
  news,
  offsetsAt,
  plan,
  well,
  wellObserved,
  lagOf,
  withConnector,
  withReadSide,
  withShard,
} from "../observed.ts";

describe("a change that does not come", () => {
  const { maxDelaySeconds: bound } = plan;
  const { retryTopic = "" } = plan.readSide ?? {};
  const streaming = (heartbeatSeconds: number, lateSeconds: number, further: Record<string, unknown> = {}) => {
    const arrivedMs = atMs - heartbeatSeconds * 1000;
    const heartbeat = { arrivedMs, committedMs: arrivedMs - lateSeconds * 1000 };
    return withShard(well, 0, {
      news: { value: { heartbeat, notification: undefined, lastChangeMs: undefined } },
      offsets: offsetsAt("mysql-bin.000003", 1000, further),
    });
  };
  const indexed = (...lag: ReturnType<typeof lagOf>[]) => withReadSide(well, { lag: { value: lag } });

  test.each<[string, Observation, string | undefined]>([
    ["heartbeats that arrive as late as is allowed", streaming(2, bound - 2), undefined],
    ["heartbeats that arrive later", streaming(2, bound), "shard0: its topics are behind: the newest change that is"],
    ["late heartbeats, of a place that is ahead of them", streaming(2, 300, { ts_sec: atMs / 1000 - 8 }), undefined],
    [
      "late heartbeats, of a place at the end of the binlog",
      withShard(streaming(2, 300), 0, {
        ...streaming(2, 300).shards.get("shard0"),
        offsets: offsetsAt("mysql-bin.000003", 1228),
      }),
      undefined,
    ],
    ["a first snapshot, which holds changes back", streaming(2, 300, { snapshot: "INITIAL" }), undefined],
    ["a record that waits for the sink as long as is allowed", indexed(lagOf(2, bound)), undefined],
    ["a record that waits longer", indexed(lagOf(0), lagOf(2, 125)), "read side: the index is behind: a change on"],
    ["a single record, and many that are young", indexed(lagOf(9000, 2), lagOf(1, 125)), "read side: the index is"],
    ["a dead letter of old that is given to the sink once more", indexed(lagOf(1, 86_400, retryTopic)), undefined],
  ])("%s", (_, seen, expected) => {
    expect(messagesOf(seen)).toEqual(expected === undefined ? [] : [expect.stringContaining(expected) as string]);
  });

  test("is told with its age and the bound, and is in the figures", () => {
    const status = judge(plan, indexed(lagOf(3, 10), lagOf(2, 125, "shard1.products.stock")));
    expect(status.problems[0]?.message).toBe(
      "the index is behind: a change on shard1.products.stock that is 2 min old is not in it yet; " +
        "at most 60 s are allowed (cdc:maxDelaySeconds)",
    );
    expect(status.readSide?.sink).toMatchObject({ lagRecords: 5, lagMs: 125_000 });
    expect(judge(plan, streaming(2, 125)).shards[0]?.delayMs).toBe(127_000);
  });

  test("is judged by the bound of the configuration", () => {
    const planned = planWith({ maxDelaySeconds: 200, guard: { stallSeconds: 900 } }, "cdc-dev");
    const observed = wellObserved(planned);
    const late = (seconds: number) => ({
      ...observed,
      shards: new Map([...observed.shards].map(([name, one]) => [name, { ...one, news: news(seconds) }])),
    });
    expect(judge(planned, late(190)).problems).toEqual([]);
    expect(judge(planned, late(210)).problems).toMatchObject([{ part: "shard0" }]);
  });
});

test("a place that is about to be purged is told ahead, with how long the connector may still lag", () => {
  const day = 86_400;
  const at = (daysAgo: number): Observation =>
    withShard(withConnector(well, 0, { state: "PAUSED", tasks: [task("PAUSED")] }), 0, {
      offsets: offsetsAt("mysql-bin.000002", 500, { ts_sec: atMs / 1000 - daysAgo * day }),
    });
  const retention = (seen: Observation) =>
    messagesOf(seen).filter((message) => message.includes("its place in the binlog"));
  expect(retention(at(7))).toEqual([]);
  expect(retention(at(8))).toEqual([
    "shard0: inventory-connector-0 is about to lose its place in the binlog: mysql-bin.000002 is purged in about 2 d, if it goes on as since (1.2 KiB): " +
      "the server keeps a file for 10 d; what was not read by then is lost to the topics",
  ]);
  expect(retention(at(11))[0]).toContain("may be purged at any moment");
  expect(judge(plan, at(7)).shards[0]?.placeLastsMs).toBe(3 * day * 1000);
});
