/** The other shipped stack files, up for real: one database by configuration alone, and five shards merged into one topic per table. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, committedConfig, namesOwnedBy } from "./support/checkout.ts";
import { decode, decodeKey, recordsOf } from "./support/events.ts";
import { kafkaTopics } from "./support/kafka-topics.ts";
import { fillLateTable, foldedRows, lateTable, rowsOf, writeLateTable } from "./support/late-table.ts";
import { connectRoot } from "./support/mysql.ts";
import { failed, succeeded } from "./support/results.ts";
import { untilHealthy } from "./support/status.ts";

const portOffset = 16_000;
const kafka = `localhost:${9092 + portOffset}`;
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const noChange = /Resources:\s+\d+ unchanged/;

async function query(checkout: Checkout, port: number, sql: string): Promise<void> {
  const connection = await connectRoot(checkout, port + portOffset);
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}

describe("orders: one database, expressed by configuration alone", () => {
  const checkout = new Checkout("e2e-orders");

  afterAll(async () => {
    await checkout.remove();
  });

  test("comes up with the names of the scenario", async () => {
    await checkout.create({ portOffset }, "orders");
    expect(succeeded(await checkout.make("up"))).toMatch(
      /orders .*mysql-orders-connector .*RUNNING .*RUNNING .*\d+ ms/,
    );
    expect(await worker.getConfig("mysql-orders-connector")).toMatchObject({
      "database.hostname": "mysql-3306",
      "database.server.id": "184054",
      "topic.prefix": "mysql-cdc",
      "include.schema.changes": "false",
      "schema.history.internal.kafka.topic": "schema-changes.orders",
    });
  });

  test("an order is an event, its amount and instant decoded", async () => {
    const records = await recordsOf(kafka, "mysql-cdc.ordersdb.orders", 1, () =>
      query(
        checkout,
        3306,
        "INSERT INTO ordersdb.orders (id, customer_name, amount, created_at) VALUES (77, '이영희', 120.00, '2025-10-19 23:46:20')",
      ),
    );
    const [event] = records.map(decode);
    expect(event?.op).toBe("c");
    expect(event?.after).toMatchObject({
      id: 77,
      customer_name: "이영희",
      amount: "120.00",
      created_at: "2025-10-19T14:46:20Z",
    });
  });

  test("a second preview is empty, and destroy leaves nothing", async () => {
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(noChange);
    succeeded(await checkout.make("down"));
    expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
  });
});

describe("merged: five shards, one topic per table", () => {
  const checkout = new Checkout("e2e-merged");
  const ports = [3308, 3309, 3310, 3311, 3312];

  afterAll(async () => {
    await checkout.remove();
  });

  test("comes up", async () => {
    await checkout.create({ portOffset }, "merged");
    const output = succeeded(await checkout.make("up"));
    for (const index of ports.keys()) expect(output).toMatch(new RegExp(`shard${index} .*RUNNING .*RUNNING .*\\d+ ms`));
  });

  test("the same id on five shards is five keys in one topic, told apart by the shard", async () => {
    const records = await recordsOf(kafka, "inventory.products.products", 5, async () => {
      for (const port of ports)
        await query(
          checkout,
          port,
          "INSERT INTO products.products (id, sku, name, price) VALUES (9001, 'e2e', 'e2e', 1.00)",
        );
    });
    const keys = records
      .map((record) => decodeKey(record))
      .toSorted((a, b) => ((a["shard"] as string) < (b["shard"] as string) ? -1 : 1));
    expect(keys).toEqual(ports.map((_, index) => ({ id: 9001, shard: `shard${index}` })));
  });

  test("no shard has a data topic of its own", async () => {
    const topics = await kafkaTopics(checkout, "--list");
    expect(topics.filter((topic) => topic.includes("products"))).toEqual([
      "inventory.products.products",
      "inventory.products.stock",
    ]);
  });

  test("a table is added while rows are written: a new merged topic with every row of every shard", async () => {
    const rows = 5000;
    const late = "inventory.products.late";
    const password = await checkout.password("mysql-root-password");
    const roots = await Promise.all(ports.map((port) => connectRoot(checkout, port + portOffset, { password })));
    try {
      for (const [index, root] of roots.entries()) await fillLateTable(root, index === 0 ? rows : index);
      await writeFile(join(checkout.folder, "sql", "products", "40-late.sql"), lateTable);
      const config = { ...(await committedConfig("merged")), portOffset };
      const tables = ["products.products", "products.stock", "products.late"];
      await checkout.writeConfig({ ...config, tables });
      const [first] = roots;
      if (first === undefined) throw new Error("no shard");
      const up = checkout.make("up");
      expect(await writeLateTable(first, rows, up)).toBeGreaterThan(10);
      const output = succeeded(await up);
      for (const index of ports.keys())
        expect(output).toMatch(
          new RegExp(`shard${index}: products\\.late was read .* have a record on inventory\\.products\\.late`),
        );
      succeeded(await cdc(checkout, "verify", "--count", "1"));
      for (const [index, root] of roots.entries())
        expect(await foldedRows(kafka, late, `shard${index}`)).toEqual(await rowsOf(root));
      expect(succeeded(await checkout.pulumi("preview"))).toMatch(noChange);
      await untilHealthy(checkout);

      // Out of one shard and in again: what happened meanwhile is on no topic, although the old reading is.
      const shards = ports.map((port, index) => ({ name: `shard${index}`, port }));
      const own = shards.map((shard, index) => (index === 4 ? { ...shard, tables: tables.slice(0, -1) } : shard));
      await checkout.writeConfig({ ...config, tables, shards: own });
      succeeded(await checkout.make("up"));
      await roots[4]?.query("UPDATE products.late SET amount = 77");
      await checkout.writeConfig({ ...config, tables, shards });
      expect(succeeded(await checkout.make("up"))).toMatch(
        /shard4: products\.late was read while changes went on, 4 rows/,
      );
      expect([...(await foldedRows(kafka, late, "shard4")).values()]).toEqual([77, 77, 77, 77]);
    } finally {
      await Promise.all(roots.map(async (root) => await root.end()));
    }
  });

  test("a second preview is empty, and fewer partitions are refused before anything is lost", async () => {
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(noChange);
    const config = { ...(await committedConfig("merged")), portOffset };
    await checkout.writeConfig({ ...config, topics: { partitions: 1 } });
    const preview = await checkout.pulumi("preview");
    await checkout.writeConfig(config);
    expect(failed(preview)).toMatch(/CDC-801/);
  });
});
