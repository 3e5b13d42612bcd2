/** The other shipped stack files, up for real: one database by configuration alone, and five shards merged into one topic per table. */
import { createConnection } from "mysql2/promise";
import { afterAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../connect/client.ts";
import { Checkout, committedConfig, dockerLines, namesOwnedBy, type Result } from "./support/checkout.ts";
import { decode, decodeKey, recordsOf } from "./support/events.ts";

const portOffset = 16_000;
const kafka = `localhost:${9092 + portOffset}`;
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const noChange = /Resources:\s+\d+ unchanged/;

function succeeded({ code, output }: Result): string {
  expect(code, output).toBe(0);
  return output;
}

async function query(checkout: Checkout, port: number, sql: string): Promise<void> {
  const password = await checkout.password("mysql-root-password");
  const connection = await createConnection({ host: "127.0.0.1", port: port + portOffset, user: "root", password });
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
    const command = `exec ${checkout.prefix}-kafka /opt/kafka/bin/kafka-topics.sh --bootstrap-server kafka:29092 --list`;
    const topics = await dockerLines(...command.split(" "));
    expect(topics.filter((topic) => topic.includes("products"))).toEqual([
      "inventory.products.products",
      "inventory.products.stock",
    ]);
  });

  test("a second preview is empty, and fewer partitions are refused before anything is lost", async () => {
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(noChange);
    const config = { ...(await committedConfig("merged")), portOffset };
    await checkout.writeConfig({ ...config, topics: { partitions: 1 } });
    const { code, output } = await checkout.pulumi("preview");
    await checkout.writeConfig(config);
    expect(code, output).not.toBe(0);
    expect(output).toMatch(/CDC-801/);
  });
});
