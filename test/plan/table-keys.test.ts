import { describe, expect, test } from "vitest";
import { parseConfig } from "../../config/parse.ts";
import { planPipeline } from "../../plan/pipeline.ts";
import { ProblemError } from "../../lib/problem.ts";
import { rawWith } from "../support/config.ts";

const tables = ["shop.log", "shop.items"];
const plan = (fields: Record<string, unknown>, keyless: readonly string[] = []) =>
  planPipeline({
    config: parseConfig(rawWith({ tables, readSide: { enabled: false }, ...fields })),
    stack: "cdc-test",
    declaredTables: tables,
    keylessTables: keyless,
  });
const readSide = { enabled: true };
const toDelete = { topics: { tables: { "shop.log": { cleanup: "delete", retentionHours: 24 } } } };
const withKey = (columns: string) => ({ connectors: { properties: { "message.key.columns": columns } } });

describe("which tables need a key, and why", () => {
  test.each<[string, Record<string, unknown>, Record<string, string>]>([
    ["of a compacted topic", {}, { "shop.log": "topic", "shop.items": "topic" }],
    ["of topics that delete", { topics: { cleanup: "delete" } }, {}],
    ["of one topic that deletes", toDelete, { "shop.items": "topic" }],
    ["in the index", { topics: { cleanup: "delete" }, readSide }, { "shop.log": "index", "shop.items": "index" }],
    [
      "out of the index",
      { ...toDelete, readSide: { ...readSide, excludeTables: ["shop.log"] } },
      { "shop.items": "topic" },
    ],
    ["with columns for a key", withKey("shop.log:at,note"), { "shop.items": "topic" }],
    ["with columns for a key by a pattern", withKey("(.*).items:id; shop\\.l.g:at"), {}],
    ["with columns for another table's key", withKey("shop.lo:at"), { "shop.log": "topic", "shop.items": "topic" }],
  ])("%s", (_what, fields, needs) => {
    expect(plan(fields).shards[0]?.keyNeeds).toEqual(needs);
  });

  test("a shard's own connector properties count", () => {
    const own = { connectorProperties: { "message.key.columns": "shop.log:at" } };
    const { shards } = plan({
      shards: [
        { name: "a", port: 4000, ...own },
        { name: "b", port: 4001 },
      ],
    });
    expect(shards.map(({ keyNeeds }) => Object.keys(keyNeeds))).toEqual([["shop.items"], ["shop.log", "shop.items"]]);
  });
});

describe("a table that certainly has none", () => {
  const problemsOf = (fields: Record<string, unknown>) => {
    try {
      plan(fields, ["shop.log"]);
      return [];
    } catch (error) {
      return (error as ProblemError).problems;
    }
  };

  test("is refused once, with remedies, each of which is taken", () => {
    const two = {
      shards: [
        { name: "a", port: 4000 },
        { name: "b", port: 4001 },
      ],
    };
    const [problem, ...others] = problemsOf(two);
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ code: "CDC-215", message: expect.stringContaining("shop.log has neither") });
    expect(problem?.remedy).toContain("cdc:topics.tables: {shop.log: {cleanup: delete, retentionHours: 168}}");
    expect(problem?.remedy).toContain('cdc:connectors.properties: {message.key.columns: "shop.log:COLUMN,COLUMN"}');
    expect(problemsOf(toDelete)).toEqual([]);
    expect(problemsOf(withKey("shop.log:at"))).toEqual([]);
  });

  test("is left to the server where that gives tables a key of their own", () => {
    expect(problemsOf({ mysql: { options: { "sql-generate-invisible-primary-key": "ON" } } })).toEqual([]);
  });

  test("is refused by the read side too, until it is left out there", () => {
    expect(problemsOf({ ...toDelete, readSide })).toMatchObject([{ code: "CDC-427" }]);
    expect(problemsOf({ ...toDelete, readSide: { ...readSide, excludeTables: ["shop.log"] } })).toEqual([]);
  });
});

test("an entry of topics.tables: its topic alone differs, merged or not; the index and the sink leave out what they are told", () => {
  const excluded = { ...toDelete, readSide: { ...readSide, excludeTables: ["shop.log"] } };
  const { shards, readSide: planned } = plan(excluded);
  const configOf = (name: string) => shards[0]?.topics.find((topic) => topic.name === `shard0.${name}`)?.config;
  expect(configOf("shop.log")).toMatchObject({ "cleanup.policy": "delete", "retention.ms": String(24 * 3_600_000) });
  expect(configOf("shop.items")).toMatchObject({ "cleanup.policy": "compact" });
  expect(configOf("shop.items")).not.toHaveProperty("retention.ms");
  expect(planned?.indices.map(({ table }) => table)).toEqual(["shop.items"]);
  expect(planned?.sink.config["topics"]).not.toContain("shop.log");
  const merged = plan({ ...toDelete, connectors: { merge: { prefix: "all" } } }).sharedTopics;
  expect(merged.map(({ name, config }) => [name, config["cleanup.policy"]])).toEqual([
    ["all.shop.items", "compact"],
    ["all.shop.log", "delete"],
  ]);
});
