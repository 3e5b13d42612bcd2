import { expect, test } from "vitest";
import { capturedTables, hiddenColumns, shardKeyOf, unreadByWish } from "../../plan/captured.ts";
import { planOf, planWith } from "../support/config.ts";

const first = <T>(list: readonly T[]): T => {
  const [one] = list;
  if (one === undefined) throw new Error("empty");
  return one;
};
const shardWith = (fields: Record<string, unknown>) =>
  first(planWith({ shards: [{ name: "shard0", port: 3308 }], ...fields }).shards);

test("tables have topics of their shard, or the merged ones", () => {
  expect(capturedTables(first(planOf("dev").shards))).toEqual([
    { table: "products.products", topic: "shard0.products.products" },
    { table: "products.stock", topic: "shard0.products.stock" },
  ]);
  const merged = first(planOf("merged").shards);
  expect(capturedTables(merged).map(({ topic }) => topic)).toEqual([
    "inventory.products.products",
    "inventory.products.stock",
  ]);
  expect(shardKeyOf(merged)).toMatchObject({ value: "shard0" });
  expect(shardKeyOf(first(planOf("dev").shards))).toBeUndefined();
});

test("where transforms of one's own send them nobody knows", () => {
  const properties = {
    transforms: "route",
    "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
  };
  expect(capturedTables(shardWith({ connectors: { properties } })).map(({ topic }) => topic)).toEqual([null, null]);
});

test.each([
  ["initial", {}, undefined],
  ["always", {}, undefined],
  ["when_needed", {}, undefined],
  ["no_data", {}, "snapshotMode: no_data"],
  ["recovery", {}, "snapshotMode: recovery"],
  ["initial", { "snapshot.include.collection.list": "products\\.products" }, "snapshot.include.collection.list"],
  ["initial", { "snapshot.include.collection.list": "products.products,products\\.st.*" }, undefined],
])("with snapshotMode %s and %j a table's rows are left out by: %s", (snapshotMode, properties, why) => {
  expect(unreadByWish(shardWith({ connectors: { snapshotMode, properties } }), "products.stock")).toBe(why);
});

test("masked columns are known", () => {
  expect(
    hiddenColumns(shardWith({ shards: [{ name: "s", port: 3308, maskColumns: ["products.products.name"] }] })),
  ).toEqual(["products\\.products\\.name"]);
});
