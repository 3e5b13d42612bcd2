/** Which captured tables were read. */
import { describe, expect, test } from "vitest";
import { judge } from "../../../../cli/status/judge.ts";
import type { Observation, ShardObservation } from "../../../../cli/status/observation.ts";
import type { TableState } from "../../../../snapshot/state.ts";
import { messagesOf, offsetsAt, plan, problemsOf, shardAt, tablesRead, well, withShard } from "../observed.ts";

describe("a captured table", () => {
  const never = { read: undefined };
  const stock = (changes: Partial<TableState>) => tablesRead(shardAt(0), { "products.stock": changes });
  const readOf = (seen: Observation) =>
    judge(plan, seen).shards[0]?.tables.find(({ table }) => table === "products.stock");

  test("that was never read is told, with what reads it", () => {
    const seen = withShard(well, 0, { tables: stock(never) });
    expect(problemsOf(seen)).toEqual([
      {
        part: "shard0",
        message:
          "products.stock was never read: rows that were there before it was captured are not on shard0.products.stock",
        hint: null,
        remedy: "pulumi up has the connector read it while changes go on; so does cdc snapshot shard0 products.stock",
        isUnknown: false,
      },
    ]);
    expect(readOf(seen)).toEqual({ table: "products.stock", read: "never", readAt: null, why: null });
  });

  test("that is being read now is to be waited for", () => {
    const offsets = offsetsAt("mysql-bin.000003", 1000, {
      incremental_snapshot_collections: '[{"incremental_snapshot_collections_id":"products.stock"}]',
    });
    const [problem] = problemsOf(withShard(well, 0, { tables: stock(never), offsets }));
    expect(problem?.message).toContain("it is being read now");
    expect(problem?.remedy).toContain("wait for its end");
  });

  test.each<[string, Partial<ShardObservation>, string, number]>([
    [
      "left out by the configuration",
      { tables: stock({ ...never, unreadByWish: "snapshotMode: no_data" }) },
      "left out",
      0,
    ],
    ["to come with the first snapshot", { tables: stock(never), offsets: { value: [] } }, "to come", 0],
    [
      "to come while the first snapshot runs",
      { tables: stock(never), offsets: offsetsAt("mysql-bin.000003", 1000, { snapshot: "INITIAL" }) },
      "to come",
      0,
    ],
    ["not known where another converter writes", { tables: { value: { tables: [], isKnown: false } } }, "", 0],
    // The missing topic has a line of its own; read into none it helps nobody.
    ["never read, and without a topic", { tables: stock({ ...never, topicId: undefined }) }, "never", 0],
  ])("is %s", (_, changes, read, count) => {
    const seen = withShard(well, 0, changes);
    expect(problemsOf(seen)).toHaveLength(count);
    if (read !== "") expect(readOf(seen)?.read).toBe(read);
  });

  test("of which nothing can be told is not taken for read", () => {
    const seen = withShard(well, 0, { tables: { error: "boom" } });
    expect(messagesOf(seen)).toEqual(["shard0: which of its tables were read is not known: boom"]);
    // Where the broker is away, that has a line already.
    expect(messagesOf({ ...seen, topics: { error: "no answer" } })).toEqual(["kafka: no answer"]);
  });
});
