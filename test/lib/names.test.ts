/** Names of tables on their way through Kafka, Debezium's lists and the search engine. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planPipeline } from "../../plan/pipeline.ts";
import { parseConfig } from "../../config/parse.ts";
import { capturedTables, listedTables } from "../../plan/captured.ts";
import { aliasOf } from "../../plan/indices.ts";
import { inSql, inTopic, isTableName, quoted, topicOf, unquoted } from "../../lib/names.ts";
import { isKeyGiven, keylessProblem } from "../../plan/table-keys.ts";
import { rawWith } from "../support/config.ts";

describe("a topic is called as Debezium calls it", () => {
  it.each([
    ["shop.price$", "shard0.shop.price_"],
    ["쇼핑.주문", "shard0.__.__"],
    ["my-shop.line-items", "shard0.my-shop.line-items"],
    ["shop.a@b#c", "shard0.shop.a_b_c"],
    ["Shop.Äpfel_1", "shard0.Shop._pfel_1"],
  ])("%s: %s", (table, topic) => {
    expect(topicOf("shard0", table)).toBe(topic);
  });
});

it.each([
  ["shop.orders", "shop.orders"],
  ["my-shop.price$", "`my-shop`.price$"],
  ["쇼핑.1st", "`쇼핑`.`1st`"],
])("%s is %s in SQL", (table, sql) => {
  expect(inSql(table)).toBe(sql);
});

it("what helps a table without a key can be run and written as it stands", () => {
  const { remedy } = keylessProblem("sql/shop", "my-shop.log$", "topic");
  expect(remedy).toContain("ALTER TABLE `my-shop`.log$ ADD COLUMN");
  const [, columns = ""] = /message\.key\.columns: '([^']*)'/.exec(remedy) ?? [];
  expect(isKeyGiven(columns, "my-shop.log$")).toBe(true);
});

const text = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
const name = fc.stringMatching(/^[a-zA-Z0-9_$@#가-힣-]{1,8}$/);
const table = fc.tuple(name, name).map((parts) => parts.join("."));

describe("in Debezium's lists of regular expressions", () => {
  it("a name fits itself and nothing else, holds no comma, and is read back", () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        const pattern = new RegExp(`^(?:${quoted(one)})$`);
        expect(pattern.test(one)).toBe(true);
        expect(pattern.test(other)).toBe(one === other);
        expect(quoted(one)).not.toMatch(/[,\s]/);
        expect(unquoted(quoted(one))).toBe(one);
      }),
    );
  });
});

describe("a plan with any tables that can be named", () => {
  const planned = (tables: string[], fields: Record<string, unknown> = {}) =>
    planPipeline({
      config: parseConfig(rawWith({ schema: "", tables, ...fields })),
      stack: "cdc-test",
      declaredTables: undefined,
      keylessTables: [],
    });
  const distinct = fc.uniqueArray(table, {
    minLength: 1,
    maxLength: 6,
    // One topic, one index and one name to Kafka's metrics.
    selector: (one) => inTopic(one).replaceAll(".", "_").toLowerCase(),
  });
  const allowed = distinct.filter((tables) =>
    tables.every((one) => isTableName(one) && !/^(cdc|sys|mysql)\./i.test(one)),
  );

  it("captures each by its own name, on a topic that is declared and that Kafka takes", () => {
    fc.assert(
      fc.property(allowed, (tables) => {
        const [shard] = planned(tables, { readSide: { enabled: false } }).shards;
        if (shard === undefined) throw new Error("no shard");
        expect(capturedTables(shard).map((one) => one.table)).toEqual(tables);
        expect(listedTables(shard)).toEqual([...tables, "cdc.heartbeat", "cdc.probe"]);
        const declared = shard.topics.map((topic) => topic.name);
        for (const { topic } of capturedTables(shard)) expect(declared).toContain(topic);
        for (const topic of declared) expect(topic).toMatch(/^[A-Za-z0-9._-]{1,249}$/);
      }),
    );
  });

  it("merged and unwrapped, its transforms fit the topics", () => {
    fc.assert(
      fc.property(allowed, (tables) => {
        const plan = planned(tables, {
          connectors: { merge: { prefix: "all" }, unwrap: {} },
          readSide: { enabled: false },
        });
        const config: Readonly<Record<string, string>> = plan.shards[0]?.connector.config ?? {};
        for (const one of tables) {
          const [, route] =
            new RegExp(`^${config["transforms.merge.topic.regex"]}$`).exec(topicOf("shard0", one)) ?? [];
          const topic = `all.${route}`;
          expect(plan.sharedTopics.map((shared) => shared.name)).toContain(topic);
          expect(topic).toMatch(new RegExp(`^${config["predicates.data.pattern"]}$`));
        }
      }),
    );
  });

  it("tells the sink the names that topics do not tell", () => {
    const tables = ["shop.orders", "shop.price$", "쇼핑.주문"];
    const { readSide } = planned(tables, { readSide: { enabled: true } });
    expect(readSide?.sink.config["table.names"]).toBe(
      `shard0.shop.price_=shop.price%24,shard0.__.__=${encodeURIComponent("쇼핑.주문")}`,
    );
    expect(readSide?.indices.map(({ alias, topics }) => [alias, topics])).toEqual([
      ["shop-orders", ["shard0.shop.orders"]],
      ["shop-price$", ["shard0.shop.price_"]],
      ["쇼핑-주문", ["shard0.__.__"]],
    ]);
  });
});

it.each([
  ["Shop.Orders", "shop-orders"],
  ["_shop.#x", "shop-_x"],
  ["쇼핑.주문", "쇼핑-주문"],
  ["__.-", ""],
])("the index of %s is %s", (one, alias) => {
  expect(aliasOf(one)).toBe(alias);
});
