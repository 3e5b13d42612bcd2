import { describe, expect, test } from "vitest";
import { findTable, capturedTables, tableOn } from "../../cli/tables.ts";
import { includedTables } from "../../plan/captured.ts";
import { shardOf, topicsToTail } from "../../cli/tail/topics.ts";
import { decode } from "../../clients/debezium/events/decode.ts";
import type { PipelinePlan, ShardPlan } from "../../plan/types.ts";
import { planOf, planWith } from "../support/config.ts";

const dev = planOf("dev");
const merged = planOf("merged");

function topics(
  plan: PipelinePlan,
  choice: { shards?: readonly ShardPlan[]; table?: string; all?: boolean } = {},
): string[] {
  return topicsToTail(plan, { shards: choice.shards ?? plan.shards, table: choice.table, all: choice.all ?? false });
}

test("a table whose name Kafka does not take is found by its topic, and called by its own name", () => {
  const plan = planWith({ schema: "", tables: ["쇼핑.주문", "shop.price$"], readSide: { enabled: false } });
  expect(topics(plan, { table: "쇼핑.주문" })).toEqual(["shard0.__.__"]);
  expect(topics(plan)).toEqual(["shard0.__.__", "shard0.shop.price_"]);
  expect(tableOn(plan.shards, "shard0.shop.price_")).toBe("shop.price$");
  expect(tableOn(plan.shards, "shard0.shop.elsewhere")).toBeUndefined();
  const record = { topic: "shard0.__.__", key: '{"id":1}', value: null };
  expect(decode(record, tableOn(plan.shards, record.topic))).toMatchObject({ database: "쇼핑", table: "주문" });
});

describe("tables", () => {
  test("are those that the connector is told of", () => {
    expect(dev.shards.map(capturedTables)).toEqual(dev.shards.map(() => ["products.products", "products.stock"]));
    expect(dev.shards.map(includedTables)[0]).toEqual([
      "products.products",
      "products.stock",
      "cdc.heartbeat",
      "cdc.probe",
      "cdc.signal",
    ]);
  });

  test("with a dot or a dollar sign keep them", () => {
    const [shard] = planWith({ schema: "", tables: ["a.b$c"] }).shards as [ShardPlan];
    expect(capturedTables(shard)).toEqual(["a.b$c"]);
  });

  test("are found by their whole name or, where that is enough, by the table's", () => {
    expect(findTable(dev.shards, "stock")).toBe("products.stock");
    expect(findTable(dev.shards, "products.stock")).toBe("products.stock");
    const { shards } = planWith({ schema: "", tables: ["a.t", "b.t"] });
    expect(findTable(shards, "b.t")).toBe("b.t");
    expect(() => findTable(shards, "t")).toThrow("not one table but a.t, b.t");
    expect(() => findTable(dev.shards, "heartbeat")).toThrow("no captured table is called heartbeat");
    expect(findTable(dev.shards, "heartbeat", includedTables)).toBe("cdc.heartbeat");
  });
});

describe("topics", () => {
  test("are those of the captured tables", () => {
    expect(topics(dev)).toEqual(
      dev.shards.flatMap(({ name }) => [
        `${name}.products.products`,
        `${name}.products.stock`,
        `${name}.cdc.truncates`,
      ]),
    );
    expect(topics(dev, { shards: dev.shards.slice(1, 2), table: "products.stock" })).toEqual(["shard1.products.stock"]);
  });

  test("are each read once where shards are merged", () => {
    expect(topics(merged)).toEqual(["inventory.products.products", "inventory.products.stock"]);
    expect(topics(merged, { shards: merged.shards.slice(0, 1), table: "products.stock" })).toEqual([
      "inventory.products.stock",
    ]);
  });

  test("of everything are those that the shard has, but for its schema history", () => {
    const [shard] = dev.shards as [ShardPlan];
    const all = topics(dev, { shards: [shard], all: true });
    expect(all.toSorted()).toEqual(
      shard.topics
        .map(({ name }) => name)
        .filter((name) => name !== "schemahistory.shard0")
        .toSorted(),
    );
    expect(all).toContain("shard0.cdc.heartbeat");
    expect(topics(dev, { shards: [shard], all: true, table: "cdc.probe" })).toEqual(["shard0.cdc.probe"]);
  });

  test("are all declared", () => {
    for (const plan of [dev, merged, planOf("orders")]) {
      const declared = [...plan.sharedTopics, ...plan.shards.flatMap((shard) => shard.topics)].map(({ name }) => name);
      expect(declared).toEqual(expect.arrayContaining(topics(plan, { all: true })));
    }
  });
});

describe("an event's shard", () => {
  const change = { op: "c", before: null, after: {}, source: { name: "shard1", db: "products", table: "stock" } };
  const find = (plan: PipelinePlan, topic: string, key: unknown, value: unknown) =>
    shardOf(
      plan.shards,
      topic,
      decode({ topic, key: JSON.stringify(key), value: value === null ? null : JSON.stringify(value) }),
    )?.name;

  test.each([
    ["by its source", dev, "shard1.products.stock", { id: 1 }, change, "shard1"],
    ["by the topic, for a tombstone", dev, "shard2.products.stock", { id: 1 }, null, "shard2"],
    ["by the topic, for a heartbeat", dev, "__debezium-heartbeat.shard2", {}, { ts_ms: 1 }, "shard2"],
    ["by its source, merged", merged, "inventory.products.stock", { id: 1, shard: "shard1" }, change, "shard1"],
    [
      "by the key, for a merged tombstone",
      merged,
      "inventory.products.stock",
      { id: 1, shard: "shard3" },
      null,
      "shard3",
    ],
    ["not at all", merged, "inventory.products.stock", { id: 1 }, null, undefined],
  ])("%s", (_, plan, topic, key, value, expected) => {
    expect(find(plan, topic, key, value)).toBe(expected);
  });
});
