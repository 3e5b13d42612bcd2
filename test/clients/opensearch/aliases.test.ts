import { afterEach, beforeEach, expect, test } from "vitest";
import { missingAliases } from "../../../clients/opensearch/aliases.ts";
import { FakeEngine } from "../../support/fake-engine.ts";

let engine: FakeEngine;
beforeEach(async () => (engine = await FakeEngine.start()));
afterEach(async () => {
  await engine.stop();
});

const limitMs = 60_000;

test("an alias is missing when it stands for no index, whatever indices there are", async () => {
  engine.addIndex("shop-items-000002", { alias: "shop-items" });
  engine.addIndex("shop-orders-000001");
  expect(await missingAliases(engine, ["shop-items", "shop-orders"], limitMs)).toEqual(["shop-orders"]);
  expect(engine.asked).toEqual(["GET /_alias"]);
});

test("an engine that refuses, and one that is away, tell nothing", async () => {
  engine.answer = { status: 503, body: {} };
  await expect(missingAliases(engine, ["a"], limitMs)).rejects.toThrow(/does not say .*: HTTP 503/);
  const { url } = engine;
  await engine.stop();
  await expect(missingAliases({ url }, ["a"], limitMs)).rejects.toThrow(/ECONNREFUSED/);
  engine = await FakeEngine.start();
});
