/** Patterns of tables: what they stand for, and what becomes of a plan by them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../config/parse.ts";
import { capturedTables } from "../../plan/captured.ts";
import { planPipeline } from "../../plan/pipeline.ts";
import { covers, tablesOf } from "../../plan/table-patterns.ts";
import { rawWith } from "../support/config.ts";

const declared = [
  "shop.orders",
  "shop.order_1",
  "shop.order_12",
  "shop.Order_2",
  "my-shop.price$",
  "쇼핑.주문",
  "cdc.probe",
];

describe("a pattern", () => {
  it.each<[string, string[]]>([
    ["shop.*", ["shop.Order_2", "shop.order_1", "shop.order_12", "shop.orders"]],
    ["shop.order_?", ["shop.order_1"]],
    ["shop.order_*", ["shop.order_1", "shop.order_12"]],
    ["*shop.*", ["my-shop.price$", "shop.Order_2", "shop.order_1", "shop.order_12", "shop.orders"]],
    ["??.*", ["쇼핑.주문"]],
    ["*.price$", ["my-shop.price$"]],
    ["my-shop.price?", ["my-shop.price$"]],
    ["s*p.o*s", ["shop.orders"]],
    ["cdc.*", []],
    ["c?c.*", []],
    ["shop.order", []],
  ])("%s stands for %j", (entry, tables) => {
    const named = entry.includes("*") || entry.includes("?") ? tables : [entry];
    expect(tablesOf([entry], declared)).toEqual(named);
  });

  const name = fc.stringMatching(/^[a-c$_-]{1,4}$/);
  const table = fc.tuple(name, name).map((parts) => parts.join("."));

  it("of stars stands for every table but the pipeline's own and MySQL's, each once", () => {
    fc.assert(
      fc.property(fc.uniqueArray(table), (tables) => {
        expect(tablesOf(["*.*", "*.*a*"], [...tables, "cdc.heartbeat", "mysql.user"])).toEqual(tables.toSorted());
      }),
    );
  });

  it("that is a name with one character left open fits that name, and none of another length", () => {
    fc.assert(
      fc.property(table, fc.nat(), (one, seed) => {
        const at = seed % one.length;
        fc.pre(one[at] !== ".");
        const pattern = `${one.slice(0, at)}?${one.slice(at + 1)}`;
        expect(covers(pattern, one)).toBe(true);
        expect(covers(pattern, `${one}a`)).toBe(false);
      }),
    );
  });

  it("says nothing of tables that are named too: they keep their place, and all are captured once", () => {
    const entries = ["shop.orders", "shop.*", "shop.order_1", "*.*"];
    const found = tablesOf(entries, declared);
    expect(found.filter((one, index) => found.indexOf(one) !== index)).toEqual([]);
    expect(found.slice(0, 4)).toEqual(["shop.orders", "shop.Order_2", "shop.order_12", "shop.order_1"]);
    expect(found.toSorted()).toEqual(declared.filter((one) => one !== "cdc.probe").toSorted());
  });
});

it("a table that cannot be captured by its name is not left out silently", () => {
  const config = parseConfig(rawWith({ tables: ["shop.*"] }));
  const found = () =>
    planPipeline({
      config,
      stack: "cdc-test",
      declaredTables: ["shop.orders", "shop.order items"],
      keylessTables: [],
    });
  expect(found).toThrow(/CDC-217 cdc:tables\[0\]: shop\.\* fits "shop\.order items" too[^]*rename it/);
});

describe("a plan by patterns", () => {
  const planOf = (fields: Record<string, unknown>, tables: string[]) =>
    planPipeline({
      config: parseConfig(rawWith(fields)),
      stack: "cdc-test",
      declaredTables: tables,
      keylessTables: [],
    });

  it("is the plan by the tables' names", () => {
    const tables = ["shop.customers", "shop.orders"];
    const [byPattern, byName] = [["shop.*"], tables].map((entries) =>
      planOf({ tables: entries }, [...tables, "log.a"]),
    );
    expect(byPattern).toEqual(byName);
  });

  it("gets a topic and a place in the list for a table that is new in the files, and changes nothing else", () => {
    const [before, after] = [["shop.orders"], ["shop.orders", "shop.new"]].map((tables) => {
      const shard = planOf({ tables: ["shop.*"] }, tables).shards[0];
      if (shard === undefined) throw new Error("no shard");
      return {
        topics: shard.topics.map(({ name }) => name),
        captured: capturedTables(shard).map(({ table }) => table),
      };
    });
    expect(after?.captured).toEqual(["shop.new", "shop.orders"]);
    expect(after?.topics.toSorted()).toEqual([...(before?.topics ?? []), "shard0.shop.new"].toSorted());
  });

  it("of one shard are that shard's", () => {
    const shards = [
      { name: "a", port: 4000, tables: ["shop.*"] },
      { name: "b", port: 4001 },
    ];
    const plan = planOf({ shards, tables: ["log.*"] }, ["shop.orders", "log.a", "log.b"]);
    expect(plan.shards.map((shard) => capturedTables(shard).map(({ table }) => table))).toEqual([
      ["shop.orders"],
      ["log.a", "log.b"],
    ]);
  });

  it("leaves out of the index what an entry of excludeTables fits", () => {
    const fields = { tables: ["shop.*"], readSide: { enabled: true, excludeTables: ["shop.log_*"] } };
    const plan = planOf(fields, ["shop.orders", "shop.log_a", "shop.log_b"]);
    expect(plan.readSide?.indices.map(({ table }) => table)).toEqual(["shop.orders"]);
  });
});
