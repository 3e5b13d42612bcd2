import type { Client } from "@opensearch-project/opensearch";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../../lib/run.ts";
import { engineClient } from "../../../clients/opensearch/client.ts";
import { createNextIndex, ensureIndex, numberedIndices, servingIndex } from "../../../clients/opensearch/indices.ts";
import { mappingOf } from "../../../clients/opensearch/mapping.ts";
import { FakeEngine } from "../../support/fake-engine.ts";
import { column } from "./column.ts";

let engine: FakeEngine;
let client: Client;
beforeEach(async () => {
  engine = await FakeEngine.start();
  client = engineClient({ url: engine.url });
});
afterEach(async () => {
  await client.close();
  await engine.stop();
});

const alias = "shop-items";
const withColumns = (...columns: ReturnType<typeof column>[]) => ({
  alias,
  mapping: mappingOf("shop.items", columns),
  refreshIntervalMs: 500,
});
const definition = withColumns(column("id", "int"), column("name", "text"));

describe("ensureIndex", () => {
  it("puts the template before it makes index and alias, in one request", async () => {
    expect(await ensureIndex(client, definition)).toEqual({
      index: "shop-items-000001",
      isNew: true,
      added: [],
      different: [],
    });
    const changes = engine.asked.filter((request) => !request.startsWith("GET"));
    expect(changes).toEqual(["POST /_index_template/shop-items", "PUT /shop-items-000001"]);
    expect(engine.indices.get("shop-items-000001")?.aliases).toEqual({ [alias]: {} });
    expect(engine.templates.get(alias)).toMatchObject({
      index_patterns: ["shop-items-0*"],
      template: {
        settings: { index: { gc_deletes: "1h", refresh_interval: "500ms", number_of_shards: 1 } },
        mappings: definition.mapping,
      },
    });
  });

  it("changes nothing when done again", async () => {
    await ensureIndex(client, definition);
    const before = structuredClone(engine.indices.get("shop-items-000001")?.mappings);
    expect(await ensureIndex(client, definition)).toMatchObject({ isNew: false, added: [], different: [] });
    expect([...engine.indices.keys()]).toEqual(["shop-items-000001"]);
    expect(engine.indices.get("shop-items-000001")?.mappings).toEqual(before);
    expect(engine.asked.filter((request) => request.endsWith("_mapping"))).toEqual(["GET /shop-items-000001/_mapping"]);
  });

  it("adds new columns to the index that serves, and a new refresh interval", async () => {
    await ensureIndex(client, definition);
    const grown = withColumns(column("id", "int"), column("name", "text"), column("colour", "enum('a')"));
    const ensured = await ensureIndex(client, { ...grown, refreshIntervalMs: 2000 });
    expect(ensured.added).toEqual(["colour"]);
    const index = engine.indices.get("shop-items-000001");
    expect(index?.mappings.properties).toMatchObject({ colour: { type: "keyword" } });
    expect(index?.settings).toEqual({
      refresh_interval: "2000ms",
      gc_deletes: "1h",
      "mapping.total_fields.limit": 1000,
    });
  });

  it("takes as many columns as MySQL has", async () => {
    const columns = Array.from({ length: 4096 }, (_, at) => column(`c${at}`, "varchar(5)"));
    await ensureIndex(client, withColumns(...columns));
    const settings = engine.templates.get(alias)?.["template"] as { settings: { index: Record<string, number> } };
    // A text has two fields; with those of the sink they are 8195.
    expect(settings.settings.index["mapping.total_fields.limit"]).toBe(16390);
  });

  it("tells what only a new index can mend, and leaves it", async () => {
    await ensureIndex(client, definition);
    const { added, different } = await ensureIndex(client, withColumns(column("id", "bigint"), column("n", "int")));
    expect(different).toEqual([{ field: "id", is: { type: "integer" }, wanted: { type: "long" } }]);
    expect(added).toEqual(["n"]);
    expect(engine.indices.get("shop-items-000001")?.mappings.properties).toMatchObject({ id: { type: "integer" } });
  });

  it("gives a template whose pattern fits another's index the lower rank", async () => {
    await ensureIndex(client, definition);
    await ensureIndex(client, { ...definition, alias: "shop-items-0b" });
    const rank = (name: string) => Number(engine.templates.get(name)?.["priority"]);
    expect(rank("shop-items-0b")).toBeGreaterThan(rank(alias));
  });

  it("makes the next number when the alias is gone, and leaves the index that nothing stands for", async () => {
    engine.addIndex("shop-items-000007");
    expect((await ensureIndex(client, definition)).index).toBe("shop-items-000008");
    expect(engine.indices.has("shop-items-000007")).toBe(true);
  });
});

describe("the serving index", () => {
  it("is none without an alias", async () => {
    engine.addIndex("shop-items-000001");
    expect(await servingIndex(client, alias)).toBeUndefined();
  });

  it("cannot be told when an index has the alias's name", async () => {
    engine.addIndex(alias);
    await expect(servingIndex(client, alias)).rejects.toThrow(UserError);
    await expect(servingIndex(client, alias)).rejects.toThrow(
      "the search engine has an index named shop-items, where an alias of that name has to be",
    );
  });

  it("cannot be told when the alias stands for two", async () => {
    engine.addIndex("shop-items-000001", { alias });
    engine.addIndex("shop-items-000002", { alias });
    await expect(servingIndex(client, alias)).rejects.toThrow("stands for 2 indices");
  });

  it("is not guessed when the engine does not answer", async () => {
    engine.answer = { status: 500, body: { error: "broken" } };
    await expect(servingIndex(client, alias)).rejects.toThrow("answers 500");
  });
});

it("the numbered indices are the alias's own, from old to new", async () => {
  for (const name of ["shop-items-000010", "shop-items-000009", "shop-items-0b-000001", "shop-items-0001"]) {
    engine.addIndex(name);
  }
  expect(await numberedIndices(client, alias)).toEqual(["shop-items-000009", "shop-items-000010"]);
  expect(await createNextIndex(client, alias, { serving: false })).toBe("shop-items-000011");
  expect(engine.indices.get("shop-items-000011")?.aliases).toEqual({});
});
