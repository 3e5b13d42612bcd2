/** The read side on a real stack: what is in the shards is in the index, whatever happens meanwhile. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cdc } from "./support/cdc.ts";
import { Checkout, committedConfig, dockerLines, execute } from "./support/checkout.ts";
import { recordsOn } from "./support/events.ts";
import { connectRoot } from "./support/mysql.ts";
import { produce } from "./support/produce.ts";
import { failed, succeeded } from "./support/results.ts";
import { logEverything, placesOf, secretsOf } from "./support/secret-places.ts";
import { secretsIn } from "./support/secrets.ts";
import { untilHealthy } from "./support/status.ts";
import { until } from "./support/until.ts";

const portOffset = 9000;
const bootstrap = `localhost:${9092 + portOffset}`;
const engine = `http://127.0.0.1:${9200 + portOffset}`;
const checkout = new Checkout("e2e-read-side");
const shards = ["shard0", "shard1", "shard2"];
const rowsPerShard = [10_000, 10_000, 10_000];
const tables = ["products.products", "products.stock", "products.sales"];
const startedMs = Date.now();
let connections: Connection[] = [];

const salesTable = `
CREATE TABLE IF NOT EXISTS products.sales (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  shop VARCHAR(40) NOT NULL DEFAULT '서울',
  code INT,
  amount DECIMAL(12, 2) NOT NULL,
  rate DECIMAL(20, 8),
  sold_at DATETIME(6) NOT NULL,
  seen_at TIMESTAMP(3) NULL,
  opens TIME(3),
  day DATE,
  kind ENUM('in', 'out'),
  tags SET('new', 'old', 'odd'),
  flags BIT(12),
  raw VARBINARY(8),
  extra JSON,
  weight DOUBLE,
  huge BIGINT UNSIGNED
);
`;

interface Config {
  readonly [key: string]: unknown;
}

function config(further: Config = {}): Config {
  return { portOffset, tables, readSide: { enabled: true, keepIndex: true, page: { enabled: false } }, ...further };
}

beforeAll(async () => {
  await checkout.create(config());
  await writeFile(join(checkout.folder, "sql", "products", "30-sales.sql"), salesTable);
  succeeded(await checkout.make("up"));
  await connectAll();
});

afterAll(async () => {
  await disconnectAll();
  await checkout.remove();
  await execute(["docker", "volume", "rm", "--force", `${checkout.prefix}-opensearch-kept`]);
});

async function connectAll(): Promise<void> {
  const password = await checkout.password("mysql-root-password");
  connections = await Promise.all(
    shards.map(
      async (_, index) =>
        await connectRoot(checkout, 3308 + portOffset + index, {
          password,
          database: "products",
          timezone: "Z",
          supportBigNumbers: true,
          bigNumberStrings: true,
          dateStrings: true,
        }),
    ),
  );
  // What the test compares is in UTC, as the documents are.
  await Promise.all(connections.map(async (connection) => await connection.query("SET time_zone = '+00:00'")));
}

async function disconnectAll(): Promise<void> {
  await Promise.all(connections.map(async (connection) => await connection.end()));
  connections = [];
}

function onShard(index: number): Connection {
  const connection = connections[index];
  if (connection === undefined) throw new Error(`no connection to shard${index}`);
  return connection;
}

async function ask<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`${engine}${path}`, {
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    headers: { "content-type": "application/json" },
  });
  return (await response.json()) as T;
}

interface Found {
  readonly hits: { readonly hits: { readonly _id: string; readonly _source: Record<string, unknown> }[] };
}

async function search(index: string, query: object): Promise<Record<string, Record<string, unknown>>> {
  const { hits } = await ask<Found>(`/${index}/_search`, { query, size: 50 });
  return Object.fromEntries(hits.hits.map(({ _id, _source }) => [_id, _source]));
}

/** `cdc reconcile` finds nothing to tell. */
async function agrees(): Promise<void> {
  succeeded(await cdc(checkout, "reconcile"));
}

describe("after `up`", () => {
  test("every row is a document, with every value as it is", async () => {
    await agrees();
    const found = await search("products-products", { term: { "sku.raw": "jacket-m" } });
    expect(Object.keys(found).toSorted()).toEqual(["shard0:105", "shard1:105", "shard2:105"]);
    expect(found["shard1:105"]).toMatchObject({
      shard: "shard1",
      id: "105",
      name: "방수 재킷",
      price: "249000.99",
      attributes: { colour: "black", sizes: ["S", "M", "L"] },
      created_at: "2025-10-19T14:46:24Z",
    });
  });

  test("Korean text is found by its words", async () => {
    expect(Object.keys(await search("products-products", { match: { name: "재킷" } }))).toHaveLength(3);
  });

  test("a price changed on shard1 is found by searching", async () => {
    await onShard(1).query("UPDATE products SET price = 31.25 WHERE id = 104");
    const found = await until(
      "the new price is found",
      async () => await search("products-products", { term: { price: 31.25 } }),
      (hits) => Object.keys(hits).length > 0,
    );
    expect(Object.keys(found)).toEqual(["shard1:104"]);
  });

  test("a deleted row is not found any more, and a key that is used again is", async () => {
    await onShard(2).query("INSERT INTO products (id, sku, name, price) VALUES (300, 'gone', 'lantern', 5)");
    const lanterns = async () => Object.values(await search("products-products", { match: { name: "lantern" } }));
    await until("a lantern is found", lanterns, (found) => found.length === 1);
    await onShard(2).query("DELETE FROM products WHERE id = 300");
    await until("no lantern is found", lanterns, (found) => found.length === 0);
    await onShard(2).query("INSERT INTO products (id, sku, name, price) VALUES (300, 'back', 'lantern', 6.5)");
    const [lantern] = await until("a lantern is found", lanterns, (found) => found.length === 1);
    expect(lantern).toMatchObject({ sku: "back", price: "6.50" });
  });

  test("verify times the way into the index", async () => {
    const verified = JSON.parse(succeeded(await cdc(checkout, "verify", "--count", "10", "--json"))) as {
      shards: { shard: string; probes: number; stagesMs: Record<string, { p50: number; p99: number } | null> }[];
    };
    expect(verified.shards.map(({ shard, probes }) => [shard, probes])).toEqual(shards.map((shard) => [shard, 10]));
    for (const { stagesMs } of verified.shards) {
      const index = stagesMs["index"];
      const total = stagesMs["total"];
      expect(index?.p50).toBeGreaterThan(0);
      expect(index?.p99).toBeGreaterThanOrEqual(index?.p50 ?? Infinity);
      expect(total?.p99).toBeGreaterThan(index?.p50 ?? Infinity);
    }
  });

  test("a second preview is empty", async () => {
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(/Resources:\s+\d+ unchanged\s*$/m);
  });
});

describe("30,000 rows, half of them updated, a tenth deleted, the sink restarted twice and partitions added meanwhile", () => {
  test("are the same on both sides", async () => {
    const loads = shards.map(async (_, index) => await load(index));
    await restartSink();
    // More partitions while changes flow: a row's later changes go to another partition than its earlier ones.
    succeeded(await checkout.pulumi("config", "set", "--path", "cdc:topics.partitions", "3"));
    succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
    await restartSink();
    await Promise.all(loads);
    await agrees();
  });

  test("in number, and every decimal and time by a second look", async () => {
    for (const [index, shard] of shards.entries()) {
      const [[row]] = await onShard(index).query<RowDataPacket[]>("SELECT COUNT(*) AS n FROM sales");
      const { count } = await ask<{ count: number }>("/products-sales/_count", { query: { term: { shard } } });
      expect(Number(row?.["n"])).toBe((rowsPerShard[index] ?? 0) - deletedOf(index));
      expect(count).toBe(Number(row?.["n"]));

      const [rows] = await onShard(index).query<RowDataPacket[]>("SELECT * FROM sales WHERE id % 97 = 0");
      const { docs } = await ask<{ docs: { _source: Texts }[] }>("/products-sales/_mget", {
        ids: rows.map(({ id }) => `${shard}:${id}`),
      });
      expect(rows.length).toBeGreaterThan(80);
      expect(docs.map(({ _source }) => comparable(_source))).toEqual(
        (rows as Texts[]).map((row) =>
          comparable({ ...row, sold_at: iso(row["sold_at"] ?? null), seen_at: iso(row["seen_at"] ?? null, "Z") }),
        ),
      );
    }
  });
});

/** Rows whose id ends in 7 go: a tenth. */
function deletedOf(index: number): number {
  return Array.from({ length: rowsPerShard[index] ?? 0 }, (_, at) => at + 1).filter((id) => id % 10 === 7).length;
}

/** Inserts, updates and deletes a shard's rows, in transactions of a few hundred to a few thousand. */
async function load(index: number): Promise<void> {
  const connection = onShard(index);
  const rows = rowsPerShard[index] ?? 0;
  for (let from = 1; from <= rows; from += 2500) {
    const to = Math.min(rows, from + 2499);
    await connection.query(
      `INSERT INTO sales (id, code, amount, rate, sold_at, seen_at, opens, day, kind, tags, flags, raw, extra, weight, huge)
       WITH RECURSIVE ids AS (SELECT ${from} AS id UNION ALL SELECT id + 1 FROM ids WHERE id < ${to})
       SELECT /*+ SET_VAR(cte_max_recursion_depth = 10000) */ id, id % 1000, id * 0.37 - 5000, id / 7,
         '2025-10-19 14:46:20.000001' + INTERVAL id * 1000003 MICROSECOND,
         '2025-10-19 14:46:20' + INTERVAL id * 1001000 MICROSECOND,
         SEC_TO_TIME(id * 13.007 - 200000), '2024-02-28' + INTERVAL id % 700 DAY,
         1 + id % 2, id % 8, id % 4096, UNHEX(HEX(id)), JSON_OBJECT('at', id, 'sizes', JSON_ARRAY('S', id / 3)), id / 9,
         18446744073709551615 - id
       FROM ids`,
    );
    await connection.query(
      `UPDATE sales SET amount = amount + 0.01, rate = NULL, seen_at = seen_at + INTERVAL 1001000 MICROSECOND
       WHERE id BETWEEN ${from} AND ${to} AND id % 2 = 0`,
    );
    await connection.query(`DELETE FROM sales WHERE id BETWEEN ${from} AND ${to} AND id % 10 = 7`);
  }
}

async function restartSink(): Promise<void> {
  await setTimeout(4000);
  succeeded(await cdc(checkout, "restart", "read-side-sink"));
}

/** MySQL's text of a moment as the documents have it. */
function iso(moment: string | null, zone = ""): string | null {
  return moment === null ? null : moment.replace(" ", "T") + zone;
}

/** A row of text, as MySQL's driver gives it and as the document has it. */
type Texts = Readonly<Record<string, string | null>>;

/** What has to be equal letter by letter; fractions of seconds without the zeros at their end. */
function comparable({ id, amount, rate, day, huge, sold_at, seen_at, opens }: Texts): unknown {
  const plain = (text: string | null | undefined) => text?.replace(/(\.\d*?)0+(?=Z?$)/, "$1").replace(/\.(?=Z?$)/, "");
  return { id, amount, rate, day, huge, sold_at: plain(sold_at), seen_at: plain(seen_at), opens: plain(opens) };
}

describe("what somebody did to the index", () => {
  test("is found by reconcile, row by row, and repaired", async () => {
    await fetch(`${engine}/products-sales/_doc/shard0:10?refresh=true`, { method: "DELETE" });
    const extra = { id: "999999", shop: "none", amount: "1.00", shard: "shard1" };
    await put("products-sales", "shard1:999999", extra);
    const { _source: other } = await ask<{ _source: object }>("/products-sales/_doc/shard2:20");
    await put("products-sales", "shard2:20", { ...other, amount: "0.01" });

    const { code, stdout } = await cdc(checkout, "reconcile", "--table", "sales");
    expect(code, stdout).toBe(1);
    for (const id of ["shard0:10", "shard1:999999", "shard2:20"]) expect(stdout).toContain(id);
    expect(stdout).toMatch(/amount/);

    succeeded(await cdc(checkout, "reconcile", "--table", "sales", "--repair"));
    await agrees();
  });

  async function put(index: string, id: string, document: object): Promise<void> {
    const answer = await fetch(`${engine}/${index}/_doc/${id}?refresh=true`, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(document),
    });
    expect(answer.status, await answer.text()).toBeLessThan(300);
  }
});

describe("ten records that the sink cannot take", () => {
  const topic = "shard0.products.sales";

  test("are dead letters with their reasons, and everything else is indexed", async () => {
    // Seven rows of a column whose type has changed since the mapping was made ...
    await Promise.all(
      connections.map(async (connection) => await connection.query("ALTER TABLE sales MODIFY code VARCHAR(20)")),
    );
    const values = Array.from({ length: 7 }, (_, at) => `(${800_001 + at}, 'A-${at}', 9.99, '2025-10-19 00:00:00')`);
    await onShard(0).query(`INSERT INTO sales (id, code, amount, sold_at) VALUES ${values.join(", ")}`);
    await onShard(0).query(
      "INSERT INTO sales (id, code, amount, sold_at) VALUES (800010, '17', 9.99, '2025-10-19 00:00:00')",
    );
    // ... and three that some producer cut short.
    const whole = await recordOf(topic, '"id":42');
    for (let cut = 1; cut <= 3; cut++) {
      await produce(bootstrap, topic, { key: whole.key, value: whole.value.slice(0, -cut * 10) });
    }
    const listed = await until(
      "ten dead letters",
      async () => JSON.parse(succeeded(await cdc(checkout, "dlq", "list", "--json"))) as { reason: string }[],
      (letters) => letters.length >= 10,
    );
    expect(listed).toHaveLength(10);
    expect(listed.filter(({ reason }) => /code/.test(reason))).toHaveLength(7);
    const found = await until(
      "a number of text is found",
      async () => await search("products-sales", { term: { code: 17 } }),
      (hits) => "shard0:800010" in hits,
    );
    expect(found["shard0:800010"]).toMatchObject({ code: "17" });

    expect(failed(await cdc(checkout, "status"))).toMatch(/10 dead letters/);
    expect(succeeded(await cdc(checkout, "dlq", "list"))).toMatch(/shard0.*800001/);
  });

  test("are replayed after the mend, which empties the topic", async () => {
    succeeded(await cdc(checkout, "reindex", "--table", "sales", "--accept-rejected"));
    succeeded(await cdc(checkout, "dlq", "replay", "--all"));
    await until(
      "no dead letters",
      async () => JSON.parse(succeeded(await cdc(checkout, "dlq", "list", "--json"))) as unknown[],
      (letters) => letters.length === 0,
    );
    expect(Object.keys(await search("products-sales", { prefix: { code: "a" } }))).toHaveLength(7);
    await agrees();
    await untilHealthy(checkout);
  });
});

/** The first record of a topic whose key says so. */
async function recordOf(topic: string, key: string): Promise<{ key: string; value: string }> {
  for await (const record of recordsOn(bootstrap, topic))
    if (record.value !== null && record.key?.includes(`${key}}`) === true) {
      return { key: record.key, value: record.value };
    }
  throw new Error(`no record with ${key} on ${topic}`);
}

test("no secret came to light anywhere, in any form, with sink and engine", async () => {
  const connect = `http://localhost:${8083 + portOffset}`;
  await logEverything(connect);
  await untilHealthy(checkout);
  const places = await placesOf(checkout, { kafka: bootstrap, connect, engine }, startedMs);
  expect(await secretsIn(places, await secretsOf(checkout))).toEqual([]);
});

describe("down, and up again with the index kept", () => {
  test("`make down` leaves the index's volume and nothing else", async () => {
    await disconnectAll();
    succeeded(await checkout.make("down"));
    const filter = ["--filter", `name=${checkout.prefix}-`, "--format", "{{.Name}}"];
    expect(await dockerLines("volume", "ls", ...filter)).toEqual([`${checkout.prefix}-opensearch-kept`]);
  });

  test("new changes win over old documents, and what is gone is told", async () => {
    await checkout.writeConfig({ ...(await committedConfig("dev")), ...config() });
    succeeded(await checkout.make("up"));
    await connectAll();
    await onShard(0).query("UPDATE products SET price = 77.75 WHERE id = 101");
    await until(
      "the new price is found",
      async () => await search("products-products", { term: { price: 77.75 } }),
      (hits) => "shard0:101" in hits,
    );
    // Of before: 31.25.
    await until(
      "the old price is written over",
      async () => await search("products-products", { ids: { values: ["shard1:104"] } }),
      (hits) => hits["shard1:104"]?.["price"] === "17.25",
    );
    const { code, stdout } = await cdc(checkout, "reconcile", "--table", "products.products");
    expect(code, stdout).toBe(1);
    expect(stdout).toContain("shard2:300");
    succeeded(await cdc(checkout, "reconcile", "--table", "products.products", "--repair"));
  });

  test("switched off it is gone, and the pipeline flows on", async () => {
    await checkout.writeConfig({ ...(await committedConfig("dev")), ...config({ readSide: { enabled: false } }) });
    succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
    await untilHealthy(checkout);
    const containers = await dockerLines(
      "ps",
      "--all",
      "--filter",
      `name=${checkout.prefix}-`,
      "--format",
      "{{.Names}}",
    );
    expect(containers.filter((name) => /opensearch|search/.test(name))).toEqual([]);
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(/Resources:\s+\d+ unchanged\s*$/m);
  });
});
