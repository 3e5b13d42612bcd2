/**
 * What no event of a row tells, and what an index could not take, on a stack with merged, unwrapped topics of several
 * partitions and a sink of several tasks.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Connection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cdc, Cdc } from "./support/cdc.ts";
import { Checkout } from "./support/checkout.ts";
import { connectRoot } from "./support/mysql.ts";
import { produce } from "./support/produce.ts";
import { failed, succeeded } from "./support/results.ts";
import { untilHealthy } from "./support/status.ts";

const portOffset = 17_000;
const engine = `http://127.0.0.1:${9200 + portOffset}`;
const bootstrap = `localhost:${9092 + portOffset}`;
const checkout = new Checkout("e2e-index-truth");
let shards: Connection[] = [];

const columns = Array.from({ length: 600 }, (_, at) => `c${at} VARCHAR(2)`).join(", ");
const schema = `
CREATE TABLE IF NOT EXISTS shop.items (id INT PRIMARY KEY, name VARCHAR(64), active BOOLEAN NOT NULL DEFAULT TRUE);
CREATE TABLE IF NOT EXISTS shop.odd (
  \`_id\` INT PRIMARY KEY, price DECIMAL(10, 2), \`price.net\` DECIMAL(10, 2), \`_source\` VARCHAR(9), \`secret, 가.격\` VARCHAR(9)
);
CREATE TABLE IF NOT EXISTS shop.wide (id INT PRIMARY KEY, ${columns});
CREATE TABLE IF NOT EXISTS shop.codes (
  note VARCHAR(9) UNIQUE, code VARCHAR(20) NOT NULL, region INT NOT NULL, amount INT, UNIQUE KEY by_region (region, code)
);
CREATE TABLE IF NOT EXISTS shop.moments (
  id BIGINT UNSIGNED PRIMARY KEY, seen_at TIMESTAMP(3) NOT NULL, day DATE, local DATETIME(6)
);
`;

beforeAll(async () => {
  await checkout.create({
    portOffset,
    shards: [
      { name: "shard0", port: 3308 },
      { name: "shard1", port: 3309, tables: ["shop.items", "shop.wide"] },
    ],
    schema: "truth",
    tables: ["shop.items", "shop.odd", "shop.wide", "shop.codes", "shop.moments"],
    // With an hour that its clocks repeat, and one that they leave out.
    timeZone: "America/New_York",
    // Only one of the shards captures the table.
    excludeColumns: ["shop.odd.`secret, 가.격`"],
    topics: { partitions: 3 },
    connectors: { merge: { prefix: "all" }, unwrap: {} },
    readSide: { enabled: true, tasks: 2, page: { enabled: false } },
  });
  await mkdir(join(checkout.folder, "sql", "truth"));
  await writeFile(join(checkout.folder, "sql", "truth", "10-tables.sql"), schema);
  succeeded(await checkout.make("up"));
  const password = await checkout.password("mysql-root-password");
  shards = await Promise.all(
    [3308, 3309].map(
      async (port) =>
        await connectRoot(checkout, port + portOffset, { password, database: "shop", multipleStatements: true }),
    ),
  );
});

afterAll(async () => {
  await Promise.all(shards.map(async (shard) => await shard.end()));
  await checkout.remove();
});

async function on(shard: number, sql: string): Promise<void> {
  const connection = shards[shard];
  if (connection === undefined) throw new Error(`no connection to shard${shard}`);
  await connection.query(sql);
}

/** Index and shards agree, by `cdc reconcile`. */
async function agrees(): Promise<void> {
  expect(succeeded(await cdc(checkout, "reconcile"))).toContain("the index agrees with the shards");
}

async function documents(table: string): Promise<Record<string, Record<string, unknown>>> {
  await fetch(`${engine}/shop-${table}/_refresh`, { method: "POST" });
  const found = await fetch(`${engine}/shop-${table}/_search?size=5000`);
  const { hits } = (await found.json()) as { hits: { hits: { _id: string; _source: Record<string, unknown> }[] } };
  return Object.fromEntries(hits.hits.map(({ _id, _source }) => [_id, _source]));
}

/** Rows `from` to `to`, in one statement. */
function rows(from: number, to: number, name: string): string {
  return (
    `INSERT INTO items (id, name) WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) ` +
    `SELECT i, '${name}' FROM n`
  );
}

describe("a table that is emptied", () => {
  test("on one shard loses that shard's documents, and keeps the rows that came after", async () => {
    for (const shard of [0, 1]) await on(shard, rows(1, 900, "before"));
    await agrees();
    // Old states are on their way in all partitions while the table is emptied.
    await on(0, `${rows(1000, 1900, "late")}; TRUNCATE TABLE items; ${rows(500, 700, "after")}`);
    await agrees();
    const ids = Object.keys(await documents("items"));
    expect(ids.filter((id) => id.startsWith("shard0:"))).toHaveLength(201);
    expect(ids.filter((id) => id.startsWith("shard1:"))).toHaveLength(900);
  });

  test("again and again while rows are written, and without the word TABLE", async () => {
    for (let round = 0; round < 5; round += 1)
      await on(0, `${rows(3000, 3300, "x")}; /* empty it */ truncate items; ${rows(2100, 2100 + round, "y")}`);
    await agrees();
    expect(Object.keys(await documents("items")).filter((id) => id.startsWith("shard0:"))).toHaveLength(5);
  });

  test("stays empty in an index that is built from the topics, which hold its rows still", async () => {
    succeeded(await cdc(checkout, "reindex", "--table", "items", "--from", "topics", "--force"));
    await agrees();
  });

  test("and one that is dropped and made anew, as a dump does", async () => {
    await on(0, "INSERT INTO odd VALUES (1, 2, 3, 'a', 'b'), (2, 2, 3, 'a', 'b')");
    await agrees();
    await on(0, "CREATE TABLE copy LIKE odd; DROP TABLE odd; RENAME TABLE copy TO other");
    await on(0, "CREATE TABLE odd LIKE other; INSERT INTO odd VALUES (2, 5, 6, 'c', 'd')");
    await agrees();
    expect(Object.keys(await documents("odd"))).toEqual(["shard0:2"]);
  });

  test("by the partition is told as a dead letter that a comparison mends", async () => {
    await on(1, "ALTER TABLE wide PARTITION BY HASH (id) PARTITIONS 2; INSERT INTO wide (id) VALUES (1), (2)");
    await agrees();
    await on(1, "ALTER TABLE wide TRUNCATE PARTITION p1");
    const told = await cdc(checkout, "reconcile", "--table", "wide", "--repair");
    expect(succeeded(told)).toContain("the index agrees with the shards");
    expect(succeeded(await cdc(checkout, "dlq", "list"))).toContain(
      "rows of shop.wide on shard1 went or came without events",
    );
    succeeded(await cdc(checkout, "dlq", "discard", "--all", "--yes"));
  });
});

describe("booleans", () => {
  test("of before and after an ALTER are the same numbers, on every shard", async () => {
    await on(0, "ALTER TABLE items ADD live BOOLEAN, ADD hot BOOL NOT NULL DEFAULT 1, ADD few TINYINT(1)");
    await on(
      0,
      "INSERT INTO items (id, name, live, hot, few) VALUES (1, 'b', TRUE, FALSE, 5), (2, 'b', NULL, TRUE, 0)",
    );
    await on(1, "ALTER TABLE items ADD live BOOLEAN, ADD hot BOOL NOT NULL DEFAULT 1, ADD few TINYINT(1)");
    await on(1, "UPDATE items SET live = TRUE, hot = FALSE WHERE id < 5");
    succeeded(await checkout.make("up"));
    succeeded(await cdc(checkout, "reindex", "--table", "items", "--from", "snapshot"));
    await on(1, "UPDATE items SET live = NOT live WHERE id < 3");
    await on(0, "ALTER TABLE items ADD sold BOOLEAN AS (id > 1) STORED; UPDATE items SET name = 'c'");
    await cdc(checkout, "reconcile", "--repair");
    await agrees();
    expect((await documents("items"))["shard0:1"]).toMatchObject({ active: 1, live: 1, hot: 0, few: 5, sold: 0 });
    expect((await documents("items"))["shard1:1"]).toMatchObject({ active: 1, live: 0, hot: 0 });
    expect(succeeded(await cdc(checkout, "dlq", "list"))).toContain("no dead letters");
  });
});

describe("values that are hard to keep", () => {
  const most = "18446744073709551615";
  const expected = {
    // 01:30 twice in one night, half an hour after the clocks went forward, and years that look like two digits.
    [`shard0:${most}`]: { id: most, seen_at: "2025-11-02T05:30:00Z", day: "0001-01-01", local: "0001-01-01T00:00:00" },
    "shard0:9223372036854775808": {
      id: "9223372036854775808",
      seen_at: "2025-11-02T06:30:00Z",
      day: "0069-12-31",
      local: "0069-12-31T23:59:59.999999",
    },
    "shard0:9223372036854775807": {
      id: "9223372036854775807",
      seen_at: "2025-03-09T07:30:00.5Z",
      day: "0099-12-31",
      local: "2025-03-09T02:30:00",
    },
    "shard0:0": { id: "0", seen_at: "1970-01-01T00:00:01Z", day: null, local: null },
  };

  /** When the documents' rows were read or committed; they are all as the rows are. */
  async function written(kind: string): Promise<number> {
    await agrees();
    const found = await documents("moments");
    expect(found).toMatchObject(expected);
    expect(Object.keys(found)).toHaveLength(4);
    const places = Object.values(found).map(({ cdc: place }) => place as { kind: string; ts_us: number });
    expect(new Set(places.map((place) => place.kind))).toEqual(new Set([kind]));
    return Math.min(...places.map(({ ts_us: us }) => us));
  }

  test("are exact from the binlog, from a reading in chunks, in an index built of it, and from a new beginning", async () => {
    await on(
      0,
      "SET time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO'; INSERT INTO moments VALUES " +
        "(18446744073709551615, '2025-11-02 05:30:00', '0001-01-01', '0001-01-01'), " +
        "(9223372036854775808, '2025-11-02 06:30:00', '0069-12-31', '0069-12-31 23:59:59.999999'), " +
        "(9223372036854775807, '2025-03-09 07:30:00.5', '0099-12-31', '2025-03-09 02:30:00'), " +
        "(0, '1970-01-01 00:00:01', NULL, NULL)",
    );
    await written("stream");
    const tail = succeeded(await cdc(checkout, "tail", "--table", "moments", "--from-beginning", "--count", "4"));
    expect(tail).toMatch(new RegExp(`id=${most} shard=shard0 +seen_at=2025-11-02T05:30:00\\.000Z day=0001-01-01`));
    expect(tail).toMatch(/id=9223372036854775808 shard=shard0 +seen_at=2025-11-02T06:30:00\.000Z/);
    succeeded(await cdc(checkout, "snapshot", "shard0", "shop.moments"));
    const inChunks = await written("snapshot");
    succeeded(await cdc(checkout, "reindex", "--table", "moments", "--from", "snapshot"));
    await written("snapshot");
    succeeded(await cdc(checkout, "offsets", "reset", "shard0", "--yes"));
    expect(await written("snapshot")).toBeGreaterThan(inChunks);
    await on(0, "UPDATE moments SET local = NULL WHERE id > 9223372036854775807");
    await on(0, "DELETE FROM moments WHERE id = 18446744073709551615");
    await agrees();
    expect(Object.keys(await documents("moments"))).toHaveLength(3);
  });

  test("and so are numbers of columns that an ALTER calls by another name", async () => {
    await on(0, "ALTER TABLE moments ADD a INT8 UNSIGNED, ADD z BIGINT(20) ZEROFILL, ADD s BIGINT");
    await on(0, `INSERT INTO moments VALUES (5, '2025-11-02 06:30:00', NULL, NULL, ${most}, ${most}, -1)`);
    await agrees();
    expect((await documents("moments"))["shard0:5"]).toMatchObject({ a: most, z: most, s: -1 });
  });
});

describe("columns of any name, tables of any width, keys of any kind", () => {
  test("are indexed and compared", async () => {
    await on(
      0,
      "INSERT INTO codes VALUES ('n', 'a:b', 7, 1), (NULL, 'c', 7, 2); UPDATE codes SET amount = 3 WHERE code = 'c'",
    );
    await on(0, "INSERT INTO wide (id, c0, c599) VALUES (1, '처음', '끝')");
    await agrees();
    expect(Object.keys(await documents("codes")).toSorted()).toEqual(["shard0:7:a%3Ab", "shard0:7:c"]);
    expect((await documents("odd"))["shard0:2"]).toMatchObject({
      "%5Fid": 2,
      price: "5.00",
      "price%2Enet": "6.00",
      "%5Fsource": "c",
    });
    expect((await documents("odd"))["shard0:2"]).not.toHaveProperty("secret, 가%2E격");
    const found = await fetch(`${engine}/shop-wide/_search?q=c599:${encodeURIComponent("끝")}`);
    expect(await found.json()).toMatchObject({ hits: { total: { value: 1 } } });
  });

  test("a table that cannot be compared is told beside those that can", async () => {
    await on(0, "ALTER TABLE codes DROP KEY by_region");
    const { code, stdout } = await cdc(checkout, "reconcile");
    expect(code, stdout).toBe(1);
    expect(stdout).toMatch(/shop\.items +shard1 +900 +900/);
    expect(stdout).toContain("shop.codes on shard0 was not compared: shop.codes has no primary key");
    expect(stdout).toContain("1 table not compared: whether the index agrees there is not known");
    await on(0, "ALTER TABLE codes ADD UNIQUE KEY by_region (region, code)");
  });
});

describe("an index that could not take a record", () => {
  const fields = [
    { type: "int32", optional: false, field: "id" },
    { type: "string", optional: false, field: "shard" },
  ];
  const key = { schema: { type: "struct", optional: false, fields }, payload: { id: 900, shard: "shard1" } };
  const poison = { key: JSON.stringify(key), value: '{"broken' };

  test.each(["topics", "snapshot"])("is not put in place, from the %s", async (from) => {
    const before = await servingIndex();
    let isOver = false;
    const rebuilding = new Cdc(checkout, ["reindex", "--table", "items", "--from", from, "--force"]);
    const ended = rebuilding.end().finally(() => (isOver = true));
    // From a snapshot only what comes while it runs is read.
    while (!isOver) {
      await produce(bootstrap, "all.shop.items", poison);
      await setTimeout(500);
    }
    const { code, stderr } = await ended;
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/shop\.items: the new index could not take \d+ record/);
    expect(await servingIndex()).toBe(before);
  });

  test("may be, by a word; then status tells until the letters are replayed into it", async () => {
    await agrees();
    succeeded(await cdc(checkout, "dlq", "discard", "--all", "--yes"));
    const before = await servingIndex();
    const { stdout } = await cdc(checkout, "reindex", "--table", "items", "--force", "--accept-rejected");
    expect(stdout).toContain("what was not taken waits as dead letters: cdc dlq list");
    expect(await servingIndex()).not.toBe(before);
    expect(failed(await cdc(checkout, "status"))).toMatch(/dead letter/);
    succeeded(await cdc(checkout, "dlq", "replay", "--all"));
    await untilHealthy(checkout);
    await agrees();
  });

  async function servingIndex(): Promise<string | undefined> {
    const found = await fetch(`${engine}/_alias/shop-items`);
    return Object.keys((await found.json()) as object)[0];
  }
});
