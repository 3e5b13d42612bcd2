import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { SearchRequest } from "../../../apps/search-page/request.ts";
import { EngineError, parseExactly, search } from "../../../apps/search-page/search.ts";
import { found, startEngine, type FakeEngine } from "./engine.ts";

let engine: FakeEngine;
beforeEach(async () => {
  engine = await startEngine();
});
afterEach(async () => {
  await engine.close();
});

const settings = () => ({
  port: 0,
  engineUrl: engine.url,
  hosts: ["localhost"],
  indices: [
    { alias: "products-products", table: "products.products" },
    { alias: "products-stock", table: "products.stock" },
  ],
});
const request: SearchRequest = { words: [], shard: undefined, size: 30 };

describe("what the engine is asked", () => {
  test("without words: the rows of all tables, those that changed last first", async () => {
    await search(settings(), request);
    expect(engine.asked).toEqual([
      {
        path: "/products-products,products-stock/_search?ignore_unavailable=true",
        body: expect.objectContaining({ query: { match_all: {} }, size: 30, track_total_hits: true }) as unknown,
      },
    ]);
    expect(engine.asked[0]?.body).toMatchObject({
      sort: [{ _score: "desc" }, { "cdc.ts_us": { order: "desc" } }, { shard: { order: "asc" } }],
    });
    expect(engine.asked[0]?.body).not.toHaveProperty("post_filter");
  });

  test("each word has to be found, as it is or as a beginning", async () => {
    await search(settings(), { ...request, words: ["car", "12"] });
    const queries = (word: string) => ({
      bool: {
        minimum_should_match: 1,
        should: [
          { multi_match: { query: word, fields: ["*"], operator: "and", lenient: true } },
          { multi_match: { query: word, fields: ["*"], operator: "and", lenient: true, type: "bool_prefix" } },
        ],
      },
    });
    expect(engine.asked[0]?.body).toMatchObject({ query: { bool: { must: [queries("car"), queries("12")] } } });
  });

  test("a shard limits the rows, not the counts of the shards", async () => {
    await search(settings(), { ...request, shard: "shard1" });
    expect(engine.asked[0]?.body).toMatchObject({
      query: { match_all: {} },
      post_filter: { term: { shard: "shard1" } },
      aggs: { shards: { terms: { field: "shard" } } },
    });
  });

  test("an engine below a path", async () => {
    await search({ ...settings(), engineUrl: `${engine.url}/engine/` }, request);
    expect(engine.asked[0]?.path).toBe("/engine/products-products,products-stock/_search?ignore_unavailable=true");
  });
});

describe("what is made of its answer", () => {
  test("rows with table, shard, time of the last change, and the columns", async () => {
    engine.answer = found([
      {
        index: "products-stock-000002",
        id: "shard1:101:seoul",
        source: '{"quantity":12,"counted_at":null,"shard":"shard1","cdc":{"ts_us":1700000000123456,"pos":4}}',
      },
    ]);
    const before = Date.now();
    const answer = await search(settings(), request);
    expect(answer).toMatchObject({
      total: 12,
      shards: [
        { name: "shard0", count: 7 },
        { name: "shard1", count: 5 },
      ],
      rows: [
        {
          id: "shard1:101:seoul",
          table: "products.stock",
          shard: "shard1",
          changedMs: 1_700_000_000_123.456,
        },
      ],
    });
    expect(answer.rows[0]?.fields).toEqual({ quantity: 12, counted_at: null });
    expect(answer.nowMs).toBeGreaterThanOrEqual(before);
  });

  test("a document that tells neither shard nor time is shown as well as it goes", async () => {
    engine.answer = found([{ index: "other", id: "1", source: '{"a":1}' }]);
    expect((await search(settings(), request)).rows).toEqual([
      { id: "1", table: "other", shard: null, changedMs: null, fields: { a: 1 } },
    ]);
  });

  test("no index at all is no row", async () => {
    engine.answer = { status: 200, text: '{"hits":{"total":{"value":0},"hits":[]}}' };
    expect(await search(settings(), request)).toMatchObject({ total: 0, shards: [], rows: [] });
  });
});

test("integers that a double cannot hold keep their digits, as text; other numbers stay numbers", () => {
  expect(
    parseExactly('{"a":9223372036854775807,"b":[-9007199254740993],"c":9007199254740991,"d":0.1,"e":1e300,"f":"7"}'),
  ).toEqual({
    a: "9223372036854775807",
    b: ["-9007199254740993"],
    c: 9_007_199_254_740_991,
    d: 0.1,
    e: 1e300,
    f: "7",
  });
});

describe("an engine that gives no rows is told by its address and what came", () => {
  test("refused", async () => {
    await engine.close();
    const { engineUrl } = settings();
    await expect(search(settings(), request)).rejects.toThrow(
      new EngineError(`the search engine at ${engineUrl} does not answer: connect ECONNREFUSED ${engineUrl.slice(7)}`),
    );
    engine = await startEngine();
  });

  test("silent", async () => {
    engine.answer = undefined;
    await expect(search(settings(), request)).rejects.toThrow(/does not answer: nothing came within 3 s$/);
  });

  test.each([
    [
      { status: 400, text: '{"error":{"root_cause":[{"reason":"too many clauses"}],"reason":"all shards failed"}}' },
      "HTTP 400: too many clauses",
    ],
    [{ status: 503, text: '{"error":{"root_cause":[],"reason":"no master"}}' }, "HTTP 503: no master"],
    [{ status: 502, text: "<html>Bad Gateway</html>" }, "HTTP 502: <html>Bad Gateway</html>"],
  ])("%o", async (answer, message) => {
    engine.answer = answer;
    await expect(search(settings(), request)).rejects.toThrow(new EngineError(`the search engine answered ${message}`));
  });
});
