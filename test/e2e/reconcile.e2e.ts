/**
 * `cdc reconcile` on a real stack: values of all of MySQL's types on both ways into the index, snapshot and binlog, agree;
 * every planted fault is named, and mended; and writes that go on are no faults.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { purgeBinlogs } from "./support/binlogs.ts";
import { cdc, Cdc } from "./support/cdc.ts";
import { Checkout, committedConfig } from "./support/checkout.ts";
import { fillLateTable, lateTable, writeLateTable } from "./support/late-table.ts";
import { connectRoot } from "./support/mysql.ts";
import { succeeded } from "./support/results.ts";

const portOffset = 7000;
const engine = `http://127.0.0.1:${9200 + portOffset}`;
const checkout = new Checkout("e2e-reconcile");
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
let root: Connection;

/** One column of each type; the rows come by the snapshot, and once more by the binlog. */
const tables = `
SET SESSION sql_mode = '';
CREATE TABLE IF NOT EXISTS products.everything (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  a_tiny TINYINT, a_bool TINYINT(1), a_small SMALLINT UNSIGNED, a_medium MEDIUMINT UNSIGNED ZEROFILL, an_int INT UNSIGNED,
  a_big BIGINT, an_unsigned_big BIGINT UNSIGNED, a_year YEAR,
  a_decimal DECIMAL(10, 2), a_long_decimal DECIMAL(65, 30),
  a_float FLOAT, a_double DOUBLE,
  a_bit BIT(1), some_bits BIT(12), many_bits BIT(64),
  a_char CHAR(8), a_varchar VARCHAR(64), a_latin VARCHAR(64) CHARACTER SET latin1, a_text MEDIUMTEXT,
  an_enum ENUM ('a', 'b', '가'), a_set SET ('x', 'y', 'z'), a_json JSON,
  a_binary BINARY(8), a_varbinary VARBINARY(16), a_blob BLOB,
  a_date DATE, a_datetime DATETIME, a_datetime3 DATETIME(3), a_datetime6 DATETIME(6),
  a_timestamp TIMESTAMP NULL, a_timestamp3 TIMESTAMP(3) NULL, a_timestamp6 TIMESTAMP(6) NULL,
  a_time TIME, a_time6 TIME(6),
  a_point POINT, a_geometry GEOMETRY, a_vector VECTOR(3),
  a_needed_date DATE NOT NULL, a_needed_datetime DATETIME(6) NOT NULL, a_needed_timestamp TIMESTAMP NOT NULL,
  a_default INT DEFAULT 7, a_generated INT AS (a_tiny + 1) STORED,
  a_secret VARCHAR(20), a_mask VARCHAR(20)
);
CREATE TABLE IF NOT EXISTS products.codes (code VARCHAR(300) NOT NULL PRIMARY KEY, note VARCHAR(20));
CREATE TABLE IF NOT EXISTS products.mixed (
  a BINARY(4) NOT NULL, b DATETIME(6) NOT NULL, c TIMESTAMP(3) NOT NULL, d ENUM ('u', 'v:w') NOT NULL, note VARCHAR(20),
  PRIMARY KEY (c, a, d, b)
);
INSERT IGNORE INTO products.everything (
  id, a_tiny, a_bool, a_small, a_medium, an_int, a_big, an_unsigned_big, a_year, a_decimal, a_long_decimal,
  a_float, a_double, a_bit, some_bits, many_bits, a_char, a_varchar, a_latin, a_text, an_enum, a_set, a_json, a_binary,
  a_varbinary, a_blob, a_date, a_datetime, a_datetime3, a_datetime6, a_timestamp, a_timestamp3, a_timestamp6, a_time,
  a_time6, a_point, a_geometry, a_vector, a_needed_date, a_needed_datetime, a_needed_timestamp, a_default, a_secret, a_mask
) VALUES
  (1, -1, TRUE, 65535, 42, 4294967295, 9007199254740993, 18446744073709551615, 2025, 249000.90, 1.000000000000000000000000000001,
   0.1, 0.1, b'1', b'101000000011', b'1', 'ab  ', '방수 재킷 🧥', 'Grüße', 'null', '가', 'x,z',
   '{"b": [1, 2.50, null, true], "a": {"c": 18446744073709551615, "d": 1e20, "e": "x"}, "": -0.0}', X'00ff', X'', X'00010203',
   '2025-10-19', '2025-10-19 14:46:20', '2025-10-19 14:46:20.120', '2025-10-19 14:46:20.000001', '2025-10-19 14:46:20',
   '2025-10-19 14:46:20.120', '2025-10-19 14:46:20.100000', '12:34:56', '-00:00:00.500000', ST_GeomFromText('POINT(1 2)'),
   ST_GeomFromText('POLYGON((0 0, 0 1, 1 1, 0 0))', 4326), STRING_TO_VECTOR('[1, -2.5, 0.1]'),
   '2025-10-19', '2025-10-19 14:46:20', '2025-10-19 14:46:20', NULL, 'hidden', 'shown as stars'),
  (2, -128, FALSE, 0, 0, 0, -9223372036854775808, 0, 1901, -99999999.99, -99999999999999999999999999999999999.999999999999999999999999999999,
   -3.4e38, -1.7976931348623157e308, b'0', b'0', b'0', '', '', '', '', 'a', '', '[]', X'', X'00', X'', '1000-01-01',
   '1000-01-01 00:00:00', '1000-01-01 00:00:00.001', '1000-01-01 00:00:00.000001', '1970-01-02 00:00:01', '1970-01-02 00:00:01.001',
   '1970-01-02 00:00:01.000001', '-838:59:59', '-838:59:59.000000', ST_GeomFromText('POINT(-0.5 1e300)'), NULL, NULL,
   '1000-01-01', '1000-01-01', '1970-01-02', 0, '', ''),
  (3, 127, TRUE, 32768, 16777215, 2147483648, 9223372036854775807, 9223372036854775808, 2155, 99999999.99,
   99999999999999999999999999999999999.999999999999999999999999999999, 16777217, 5e-324, NULL, b'111111111111',
   b'1111111111111111111111111111111111111111111111111111111111111111', 'a:b%c"\\\\', 'null', NULL, REPEAT('긴 글 ', 5000), 'b',
   'x,y,z', '"a text"', X'ffffffffffffffff', X'ff', REPEAT(X'ff', 3000), '9999-12-31', '9999-12-31 23:59:59',
   '9999-12-31 23:59:59.999', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', '2038-01-19 03:14:07.999',
   '2038-01-19 03:14:07.499999', '838:59:59', '838:59:58.999999', NULL, ST_GeomFromText('LINESTRING(0 0, 1e-9 1)'),
   STRING_TO_VECTOR('[0, 0, 3.4e38]'), '9999-12-31', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', -1, NULL, NULL),
  (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 1e-30, 123456789.123456789, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, JSON_OBJECT('t', CAST('2025-10-19 14:46:20.5' AS DATETIME(6)), 'd', CAST('2025-10-19' AS DATE), 'h', CAST('01:02:03' AS TIME),
   'n', CAST(1.50 AS DECIMAL(10, 2)), 'b', CAST(X'00ff' AS BINARY)), NULL, NULL, NULL, '0000-00-00', '0000-00-00', '2025-00-10',
   '0000-00-00', '0000-00-00', '0000-00-00', '0000-00-00', NULL, NULL, NULL, NULL, NULL, '0000-00-00', '0000-00-00', '0000-00-00',
   NULL, NULL, NULL),
  (18446744073709551615, 5, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   'null', NULL, NULL, NULL, '0012-03-04', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '2025-01-01', '2025-01-01',
   '2025-01-01', NULL, NULL, NULL);
INSERT IGNORE INTO products.everything (id, a_needed_date, a_needed_datetime, a_needed_timestamp)
  VALUES (4, '2025-01-01', '2025-01-01', '2025-01-01');
INSERT IGNORE INTO products.codes VALUES ('Straße', 'a'), ('a:b', 'b'), ('100%', 'c'), ('재킷', 'd'), ('', 'e'), (REPEAT('가', 200), 'f'), ('it''s', 'g');
INSERT IGNORE INTO products.mixed VALUES
  (X'00ff', '2025-10-19 14:46:20.1', '2025-10-19 14:46:20.12', 'v:w', 'a'),
  (X'ffffffff', '2025-10-19 14:46:20', '2025-10-19 14:46:20', 'u', 'b');
`;

/** The same rows under other keys, by the binlog. */
const again = `
SET SESSION sql_mode = '';
CREATE TEMPORARY TABLE everything_again LIKE everything;
INSERT INTO everything_again (SELECTED) SELECT SELECTED FROM everything;
UPDATE everything_again SET id = IF(id > 1000000, id - 1, id + 1000);
INSERT INTO everything (SELECTED) SELECT SELECTED FROM everything_again;
INSERT INTO codes SELECT CONCAT(code, '!'), note FROM codes;
INSERT INTO mixed SELECT a, b + INTERVAL 1 DAY, c, d, note FROM mixed;
`;

interface Report {
  readonly healthy: boolean;
  readonly tables: readonly {
    readonly table: string;
    readonly shard: string;
    readonly rows: number;
    readonly documents: number;
    readonly notCompared: readonly string[];
    readonly differences: readonly { kind: string; id: string; columns: readonly { column: string }[] }[];
  }[];
  readonly ofNoShard: readonly { readonly documents: number }[];
}

/** Runs it and reads its JSON. */
async function reconcile(...args: string[]): Promise<{ code: number | null; report: Report; stderr: string }> {
  const { code, stdout, stderr } = await cdc(checkout, "reconcile", "--json", ...args);
  expect(stdout, stderr).toMatch(/^\{/);
  return { code, report: JSON.parse(stdout) as Report, stderr };
}

function differencesOf({ tables: found }: Report): string[] {
  return found
    .flatMap(({ table, differences }) =>
      differences.map(({ kind, id, columns }) =>
        [table, kind, id, ...columns.map(({ column }) => column).toSorted()].join(" "),
      ),
    )
    .toSorted();
}

async function onEngine(method: string, path: string, body?: unknown): Promise<void> {
  const response = await fetch(`${engine}${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}: ${await response.text()}`).toBe(true);
}

const config = {
  portOffset,
  shards: [
    { name: "shard0", port: 3308 },
    { name: "shard1", port: 3309 },
  ],
  tables: ["products.products", "products.stock", "products.everything", "products.codes", "products.mixed"],
  excludeColumns: ["products.everything.a_secret"],
  maskColumns: ["products.everything.a_mask"],
  readSide: { enabled: true, page: { enabled: false } },
};

beforeAll(async () => {
  await checkout.create(config);
  await writeFile(join(checkout.folder, "sql", "products", "30-tables.sql"), tables);
  succeeded(await checkout.make("up"));
  root = await connectRoot(checkout, 3308 + portOffset, { database: "products", multipleStatements: true });
});

afterAll(async () => {
  await root?.end();
  await checkout.remove();
});

describe("values of all types", () => {
  test("agree after the snapshot, on every shard", async () => {
    const { code, report } = await reconcile();
    expect(differencesOf(report)).toEqual([]);
    expect(report.healthy).toBe(true);
    expect(code).toBe(0);
    const everything = report.tables.filter(({ table }) => table === "products.everything");
    expect(everything).toMatchObject([
      { shard: "shard0", rows: 6, documents: 6, notCompared: ["a_mask"] },
      { shard: "shard1", rows: 6, documents: 6, notCompared: ["a_mask"] },
    ]);
  });

  test("agree when they came by the binlog", async () => {
    const [columns] = await root.query<never[]>(
      "SELECT GROUP_CONCAT(COLUMN_NAME) AS names FROM information_schema.COLUMNS " +
        "WHERE TABLE_SCHEMA = 'products' AND TABLE_NAME = 'everything' AND EXTRA NOT LIKE '%GENERATED%'",
    );
    const names = String((columns as { names: string }[])[0]?.names);
    await root.query(again.replaceAll("SELECTED", names));
    const { code, report } = await reconcile("--shard", "shard0");
    expect(differencesOf(report)).toEqual([]);
    expect(code).toBe(0);
    expect(report.tables).toMatchObject([
      { table: "products.codes", rows: 14, documents: 14 },
      { table: "products.everything", rows: 12, documents: 12 },
      { table: "products.mixed", rows: 4, documents: 4 },
      { table: "products.products" },
      { table: "products.stock" },
    ]);
  });
});

test("a table that is emptied loses its documents on that shard, and keeps the rows that came after", async () => {
  await root.query("TRUNCATE TABLE stock; INSERT INTO stock (product_id, warehouse, quantity) VALUES (102, 'jeju', 7)");
  const { code, report } = await reconcile("--table", "products.stock");
  expect(differencesOf(report)).toEqual([]);
  expect(code).toBe(0);
  expect(report.tables).toMatchObject([
    { shard: "shard0", rows: 1, documents: 1 },
    { shard: "shard1", rows: 6, documents: 6 },
  ]);
});

describe("faults", () => {
  test("of every kind are named, in words too, and the exit code is 1", async () => {
    await onEngine("DELETE", `/products-everything/_doc/${encodeURIComponent("shard0:1")}`);
    await onEngine("DELETE", `/products-codes/_doc/${encodeURIComponent("shard0:a%3Ab")}`);
    await onEngine("POST", `/products-everything/_update/${encodeURIComponent("shard0:2")}`, {
      doc: {
        a_long_decimal: "-99999999999999999999999999999999999.999999999999999999999999999998",
        a_time6: "-838:59:58",
      },
    });
    await onEngine("POST", `/products-everything/_update/${encodeURIComponent("shard1:18446744073709551615")}`, {
      doc: { a_default: 8 },
    });
    await onEngine("PUT", `/products-stock/_doc/${encodeURIComponent("shard1:9:seoul")}`, {
      product_id: "9",
      warehouse: "seoul",
      shard: "shard1",
    });
    await onEngine("PUT", `/products-codes/_doc/${encodeURIComponent("shard9:x")}`, { code: "x", shard: "shard9" });
    const { code, report } = await reconcile();
    expect(code).toBe(1);
    expect(report.healthy).toBe(false);
    expect(differencesOf(report)).toEqual([
      "products.codes missing shard0:a%3Ab",
      "products.everything different shard0:2 a_long_decimal a_time6",
      "products.everything different shard1:18446744073709551615 a_default",
      "products.everything missing shard0:1",
      "products.stock extra shard1:9:seoul",
    ]);
    expect(report.ofNoShard).toMatchObject([{ documents: 1 }]);
    const told = await cdc(checkout, "reconcile", "--table", "everything", "--shard", "shard0");
    expect(told.code).toBe(1);
    expect(told.stdout).toContain('a_time6: "-838:59:59" on the shard, "-838:59:58" in the index');
    expect(told.stdout).toContain("2 differences");
  });

  test("are mended by --repair, and nothing else is sent", async () => {
    await onEngine("DELETE", `/products-codes/_doc/${encodeURIComponent("shard9:x")}`);
    const ran = await cdc(checkout, "reconcile", "--repair");
    expect(ran.stderr).toContain("rows sent once more: 4, documents taken out: 1");
    expect(ran.stdout).toContain("the index agrees with the shards");
    expect(ran.code).toBe(0);
  });
});

describe("while writes go on", () => {
  test("a change under way is no fault, and a fault is none of them", async () => {
    await root.query(
      "INSERT INTO products (id, sku, name, price) WITH RECURSIVE n (i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 1900) " +
        "SELECT i, CONCAT('sku-', i), 'x', i FROM n",
    );
    const stop = new AbortController();
    let writes = 0;
    const writing = (async () => {
      for (; !stop.signal.aborted; writes += 1) {
        const id = 1000 + ((writes * 7919) % 900);
        if (writes % 5 === 0) await root.query("DELETE FROM products WHERE id = ?", [id]);
        else
          await root.query(
            "INSERT INTO products (id, sku, name, price) VALUES (?, ?, 'x', ?) ON DUPLICATE KEY UPDATE price = VALUES(price)",
            [id, `sku-${id}`, writes / 100],
          );
        // Always writing, and never faster than a slow machine's sink.
        await setTimeout(10);
      }
    })();
    try {
      const first = await reconcile("--table", "products.products");
      expect(differencesOf(first.report)).toEqual([]);
      expect(first.code).toBe(0);
      await onEngine("DELETE", `/products-products/_doc/${encodeURIComponent("shard0:101")}`);
      const second = await reconcile("--table", "products.products");
      expect(differencesOf(second.report)).toEqual(["products.products missing shard0:101"]);
      expect(second.code).toBe(1);
    } finally {
      stop.abort();
      await writing;
    }
    expect(writes).toBeGreaterThan(100);
    expect((await reconcile("--repair")).code).toBe(0);
  });
});

describe("a table that is added later", () => {
  test("is in the index with every row, those that were written meanwhile too", async () => {
    await fillLateTable(root, 5000);
    await writeFile(join(checkout.folder, "sql", "products", "40-late.sql"), lateTable);
    await checkout.writeConfig({
      ...(await committedConfig("dev")),
      ...config,
      tables: [...config.tables, "products.late"],
    });
    const up = checkout.make("up");
    expect(await writeLateTable(root, 5000, up)).toBeGreaterThan(10);
    expect(succeeded(await up)).toMatch(/shard0: products\.late was read while changes went on/);
    const { report, code: reconciled } = await reconcile("--table", "products.late");
    expect(differencesOf(report)).toEqual([]);
    expect(reconciled).toBe(0);
  });
});

test("rows that are deleted behind a place that is lost: a new snapshot leaves them, says so, and what it names takes them out", async () => {
  expect((await cdc(checkout, "stop", "shard0")).code).toBe(0);
  await root.query("DELETE FROM products WHERE id BETWEEN 1000 AND 1400");
  await root.query("FLUSH BINARY LOGS");
  await purgeBinlogs(
    async (statement) => await root.query(statement),
    async () => (await root.query<RowDataPacket[]>("SHOW BINARY LOGS"))[0].map((row) => String(row["Log_name"])),
  );
  const refused = await cdc(checkout, "resume", "shard0");
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/CDC-853: .*\n.*`cdc offsets reset shard0`.*`cdc reconcile --repair`/),
  ]);
  const reset = await cdc(checkout, "offsets", "reset", "shard0", "--yes");
  expect([reset.code, reset.stdout]).toEqual([
    0,
    expect.stringMatching(/^shard0: running; a new snapshot follows.*\n.*in the index: .*`cdc reconcile --repair`/),
  ]);
  const { code, report } = await reconcile("--table", "products.products");
  expect(code).toBe(1);
  expect(new Set(report.tables.flatMap(({ differences }) => differences.map(({ kind }) => kind)))).toEqual(
    new Set(["extra"]),
  );
  const repaired = await cdc(checkout, "reconcile", "--repair");
  expect([repaired.code, repaired.stdout]).toEqual([0, expect.stringContaining("the index agrees with the shards")]);
});

describe("what cannot be compared", () => {
  test("a sink that stands still is told, not waited for", async () => {
    await worker.pause("read-side-sink");
    try {
      const paused = new Cdc(checkout, ["reconcile"]);
      await paused.says(/read-side-sink is PAUSED: the index stands still/);
      expect((await paused.end()).code).toBe(1);
    } finally {
      await worker.resume("read-side-sink");
    }
  });

  test("an unknown table or shard is wrong usage", async () => {
    for (const args of [
      ["--table", "nothing"],
      ["--shard", "shard7"],
    ])
      expect((await cdc(checkout, "reconcile", ...args)).code).toBe(2);
  });
});
