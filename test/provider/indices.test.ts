/** cdc:index:Indices, with an engine of a few lines; what it makes of real columns is clients/opensearch's and the real stack's. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Properties } from "../../provider/handler.ts";
import { indicesHandler } from "../../provider/indices-handler.ts";
import { CdcProvider } from "../../provider/provider.ts";
import { unknownValue } from "../../provider/handler.ts";
import { column } from "../clients/opensearch/column.ts";
import { FakeEngine } from "../support/fake-engine.ts";

const { readColumns } = vi.hoisted(() => ({ readColumns: vi.fn() }));
vi.mock("../../clients/opensearch/columns.ts", async (original) => ({
  ...(await original<typeof import("../../clients/opensearch/columns.ts")>()),
  readColumns,
}));
const { connectMysql } = vi.hoisted(() => ({ connectMysql: vi.fn() }));
vi.mock("../../clients/mysql/client.ts", () => ({ connectMysql }));

let engine: FakeEngine;
let said: string[];
const say = (text: string) => void said.push(text);

beforeEach(async () => {
  engine = await FakeEngine.start();
  said = [];
  connectMysql.mockReset().mockResolvedValue({ end: async () => {} });
  readColumns.mockReset().mockResolvedValue([column("id", "int")]);
});
afterEach(async () => {
  await engine.stop();
});

const shard = {
  name: "shard7",
  id: "shard7",
  mysqlHostPort: 1,
  excludeColumns: [],
  maskColumns: [],
  removalTopics: [],
};
const items = { table: "shop.items", alias: "shop-items", rows: "topics", shards: [shard] };
const log = { table: "shop.log", alias: "shop-log", rows: "snapshot", shards: [shard] };
const probe = { table: "cdc.probe", alias: "cdc-probe", shards: [shard] };

const inputsOf = (indices: readonly object[], after = "a"): Properties => ({
  target: { url: engine.url, refreshIntervalMs: 500, indices },
  password: "secret-of-the-account",
  after,
});
const created = async (...indices: object[]) =>
  (await indicesHandler.create(inputsOf(indices), say)).outs as Properties;
const updated = async (olds: Properties, ...indices: object[]) =>
  (await indicesHandler.update("indices", olds, inputsOf(indices), say)).outs as Properties;
const diffOf = async (olds: Properties, news: Properties) => await indicesHandler.diff("indices", olds, news, say);

describe("they are filled from the beginning", () => {
  test("never when they are first made, nor when nothing is new", async () => {
    const first = await created(items, probe);
    expect(first).toMatchObject({ clusterUuid: "uuid-of-the-fake", fills: 0 });
    expect([...engine.indices.keys()]).toEqual(["shop-items-000001", "cdc-probe-000001"]);
    expect(await updated(first, items, probe)).toMatchObject({ fills: 0 });
  });

  test("when one that was there is made again, each time", async () => {
    const first = await created(items, log);
    engine.indices.delete("shop-items-000001");
    const second = await updated(first, items, log);
    expect(second).toMatchObject({ fills: 1 });
    expect(engine.indices.has("shop-items-000001")).toBe(true);
    expect(await updated(second, items, log)).toMatchObject({ fills: 1 });
    engine.indices.clear();
    expect(await updated(second, items, log)).toMatchObject({ fills: 2 });
  });

  test("not for one that is new to the plan: the sink has never read its topics", async () => {
    expect(await updated(await created(items), items, log)).toMatchObject({ fills: 0 });
  });

  test("not by a number when the engine's data is another's: that is told by its id", async () => {
    const first = { ...(await created(items)), clusterUuid: "another", fills: 3 };
    engine.indices.clear();
    expect(await updated(first, items)).toMatchObject({ clusterUuid: "uuid-of-the-fake", fills: 0 });
  });

  test("also when a later one of them could not be made: the state knows of it", async () => {
    const first = await created(items, log);
    engine.indices.clear();
    const putIndex = "PUT /shop-log-000001";
    engine.refuse = putIndex;
    const error = await indicesHandler
      .update("indices", first, inputsOf([items, log]), say)
      .catch((one: unknown) => one);
    expect(error).toMatchObject({
      id: "indices",
      message: expect.stringMatching(/CDC-861 shop\.log: the search engine refuses the index shop-log/),
      properties: { fills: 1, clusterUuid: "uuid-of-the-fake" },
    });
  });
});

describe("a look at the engine", () => {
  test("that has them all is no change; another list or another start is one", async () => {
    const olds = await created(items, log);
    expect(await diffOf(olds, inputsOf([items, log]))).toEqual({ changes: false });
    expect(await diffOf(olds, inputsOf([items, log], "b"))).toEqual({ changes: true });
    expect(await diffOf(olds, inputsOf([items]))).toEqual({ changes: true });
    expect(said.filter((line) => !line.includes(": made "))).toEqual([]);
  });

  test("that lacks one is a change, told with what `up` does and what it cannot bring", async () => {
    const olds = await created(items, log, probe);
    said = [];
    engine.indices.delete("shop-items-000001");
    expect(await diffOf(olds, inputsOf([items, log, probe]))).toEqual({ changes: true });
    engine.indices.clear();
    expect(await diffOf(olds, inputsOf([items, log, probe]))).toEqual({ changes: true });
    expect(said).toEqual([
      "there is no index behind shop-items: pulumi up makes it again, and the sink fills it from its topics",
      "there is no index behind shop-items, shop-log, cdc-probe: pulumi up makes them again, and the sink fills them from " +
        "their topics; older rows may have gone from these: then cdc reindex --table shop.log",
    ]);
  });

  test("that does not answer is none: preview works without it", async () => {
    const olds = await created(items);
    const news = inputsOf([items]);
    await engine.stop();
    expect(await diffOf(olds, news)).toEqual({ changes: false });
    engine = await FakeEngine.start();
  });

  test("is not taken while the target is not known", async () => {
    const olds = await created(items);
    expect(await diffOf(olds, { ...inputsOf([items]), target: { url: unknownValue } })).toEqual({ changes: true });
  });
});

test("an engine that is out of reach is told with what to do", async () => {
  const inputs = inputsOf([items]);
  await engine.stop();
  const shown = new CdcProvider().create("urn:pulumi:test::cdc::cdc:index:Indices::read-side-indices", inputs);
  await expect(shown).rejects.toThrow(/the search engine is out of reach at .*\n {2}what to do: See whether/);
  engine = await FakeEngine.start();
});

test("a shard that is out of reach is told without the password, and nothing is made, of other tables neither", async () => {
  connectMysql.mockResolvedValueOnce({ end: async () => {} }).mockRejectedValue(new Error("connect ECONNREFUSED"));
  const error = await indicesHandler.create(inputsOf([items, log]), say).catch((one: unknown) => String(one));
  expect(error).toContain("the columns of shop.log cannot be read from shard7 at 127.0.0.1:1: connect ECONNREFUSED");
  expect(error).not.toContain("secret-of-the-account");
  expect(engine.indices.size + engine.templates.size).toBe(0);
});
