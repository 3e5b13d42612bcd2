import { expect, test } from "vitest";
import { decideAll, type Rows } from "../../../cli/dlq/decide.ts";
import type { Row } from "../../../clients/debezium/events/json.ts";
import { letter, valueText, type Bent } from "./letters.ts";

/** Shards that have the row 101 and no other; a key that is no number no row can have. */
const asked: Row[] = [];
const rows: Rows = {
  primaryKey: async () => await Promise.resolve(["id"]),
  exist: async (_shard, _table, keys) => {
    asked.push(...keys);
    return await Promise.resolve(keys.map(({ id }) => (typeof id === "number" ? id === 101 : undefined)));
  },
  reemit: async () => await Promise.reject(new Error("not asked for here")),
};
const key = (id: unknown) => JSON.stringify({ id });
const unreadable = { stage: "VALUE_CONVERTER", value: "{" };

test.each<[string, Bent, string]>([
  ["a row that is there, and bytes that can be read", {}, "again"],
  ["a tombstone of a row that is there again", { value: null }, "again"],
  ["a row that is gone: an old state must not come back", { key: key(102), value: valueText(102) }, "anew"],
  ["bytes that cannot be read, of a row that is there", unreadable, "anew"],
  ["bytes that cannot be read, of a row that is gone", { ...unreadable, key: key(102) }, "anew"],
  ["no key, and a value that tells it", { key: null }, "anew"],
  [
    "a key that cannot be read, and a deletion that tells it",
    { key: "{", stage: "KEY_CONVERTER", value: valueText(102, "d") },
    "anew",
  ],
  ["neither key nor value", { ...unreadable, key: null }, "stays"],
  ["a key that no row can have, and bytes that cannot be read", { ...unreadable, key: key("x") }, "stays"],
  ["a key that no row can have", { key: key("x") }, "again"],
  ["a topic that is no captured table's", { topic: "shard0.other.thing" }, "again"],
  ["a topic that is no captured table's, and no key", { topic: "shard0.other.thing", key: null }, "stays"],
  ["a truncated table", { value: valueText(0, "t") }, "stays"],
])("%s: %#", async (_, bent, kind) => {
  expect((await decideAll([letter(0, bent)], rows)).map((decision) => decision.kind)).toEqual([kind]);
});

test("the shard is asked for all keys of a table at once, and what it says is each letter's own", async () => {
  asked.length = 0;
  const letters = [letter(0), letter(1, { key: key(102) }), letter(2, { ...unreadable })];
  expect((await decideAll(letters, rows)).map((decision) => [decision.letter.offset, decision.kind])).toEqual([
    [0n, "again"],
    [1n, "anew"],
    [2n, "anew"],
  ]);
  expect(asked).toEqual([{ id: 101 }, { id: 102 }, { id: 101 }]);
});
