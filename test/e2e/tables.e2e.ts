/** What one table can do to a shard: a name of any script, no key, DDL that Debezium cannot read, large rows; and a server that stands still. */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Connection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { TopicReader } from "../../clients/kafka/topic.ts";
import { checkFlow } from "../../flow/flow.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, committedConfig, dockerLines } from "./support/checkout.ts";
import { connectRoot } from "./support/mysql.ts";
import { failed, succeeded } from "./support/results.ts";
import { limitMs, patient, until } from "./support/until.ts";

const portOffset = 19_000;
const checkout = new Checkout("e2e-tables");
const shard = { name: "shard0", port: 3308 };
const container = "cdc-e2e-tables-mysql-3308";
const bootstrap = `localhost:${9092 + portOffset}`;
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const engine = `http://127.0.0.1:${9200 + portOffset}`;
const mib = 1024 ** 2;
let root: Connection;

/** Of any script, with what Kafka does not take: how topic and index are called. */
const named = [
  { table: "쇼핑.주문", sql: "`쇼핑`.`주문`", topic: "shard0.__.__", index: "쇼핑-주문" },
  {
    table: "my-shop.line-items",
    sql: "`my-shop`.`line-items`",
    topic: "shard0.my-shop.line-items",
    index: "my-shop-line-items",
  },
  { table: "my-shop.price$", sql: "`my-shop`.`price$`", topic: "shard0.my-shop.price_", index: "my-shop-price$" },
];

const tables = ["shop.items", "shop.docs", "shop.codes", "shop.log", ...named.map(({ table }) => table)];
const base = { tables, schema: "e2e" };
const keylessTopic = { tables: { "shop.log": { cleanup: "delete", retentionHours: 168 } } };
const left = { readSide: { enabled: true, page: { enabled: false }, excludeTables: ["shop.log"] } };

/** With a table that no file makes. */
const elsewhere = {
  tables: [...base.tables, "shop.notes"],
  schema: "",
  topics: keylessTopic,
  readSide: { ...left.readSide, excludeTables: ["shop.log", "shop.notes"] },
};

/** With every table's rows keyed, and what the tests find out on the way. */
const keyed = (connectors: Record<string, unknown> = {}, topics: Record<string, unknown> = {}) => ({
  ...elsewhere,
  topics: { ...keylessTopic, ...topics },
  connectors: {
    ...connectors,
    properties: { "message.key.columns": "shop.notes:at;shop.items:id", ...(connectors["properties"] as object) },
  },
});
const legacy = { properties: { "ddl.parser.type": "legacy" } };

async function configure(fields: Record<string, unknown>): Promise<void> {
  const config = await committedConfig("dev");
  await checkout.writeConfig({ ...config, portOffset, shards: [shard], ...base, ...left, ...fields });
}

async function taskTrace(): Promise<string> {
  const status = await worker.getStatus("shard0-connector");
  return status?.tasks.find(({ state }) => state === "FAILED")?.trace ?? "";
}

/** What status says to write; not while the guard just restarts the task once more. */
async function hinted(entry: RegExp): Promise<string> {
  const look = async () => (await cdc(checkout, "status")).stdout;
  return entry.exec(await until(`status says ${String(entry)}`, look, (text) => entry.test(text)))?.[1] ?? "";
}

/** The values of a topic's records from the beginning on, until one is accepted. */
async function arrives(topic: string, accept: (value: string) => boolean): Promise<string> {
  const reader = new TopicReader({ bootstrap }, topic);
  try {
    const stream = await reader.open((await reader.endOffsets()).map(() => 0n));
    const found = await stream.find(({ value }) => value !== null && accept(value), limitMs);
    await stream.close();
    return found?.value ?? "";
  } finally {
    await reader.close();
  }
}

async function itemArrives(id: number): Promise<void> {
  await root.query("INSERT INTO shop.items (id, name) VALUES (?, 'e2e')", [id]);
  expect(await arrives("shard0.shop.items", (value) => value.includes(`"id":${id},`))).not.toBe("");
}

interface Doc {
  readonly n: number;
  readonly body: string;
}

async function indexed(id: number): Promise<Doc | undefined> {
  const response = await fetch(`${engine}/shop-docs/_doc/shard0:${id}`);
  return response.ok ? ((await response.json()) as { _source: Doc })._source : undefined;
}

const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");

/** Text that compresses as text does, with marks that JSON writes as two bytes. */
function textOf(bytes: number, seed: string): string {
  const lines: string[] = [];
  for (let length = 0, at = 0; length < bytes; at += 1) {
    const line = `${hashOf(`${seed}${at % 50_000}`)} "quoted" \\ and so on\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join("").slice(0, bytes);
}

beforeAll(async () => {
  await checkout.create({ portOffset, shards: [shard], ...base, ...left });
  const folder = join(checkout.folder, "sql", "e2e");
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "10-tables.sql"),
    "CREATE TABLE IF NOT EXISTS shop.items (id INT PRIMARY KEY, name VARCHAR(64));\n" +
      "CREATE TABLE IF NOT EXISTS shop.docs (id INT NOT NULL, n INT NOT NULL, body LONGTEXT, PRIMARY KEY (id));\n" +
      "CREATE TABLE IF NOT EXISTS shop.codes (code VARCHAR(9) NOT NULL, UNIQUE (code));\n" +
      "CREATE TABLE IF NOT EXISTS shop.log (at INT, note TEXT COMMENT 'no PRIMARY KEY');\n" +
      named
        .map(({ sql }) => `CREATE TABLE IF NOT EXISTS ${sql} (\`번호\` INT PRIMARY KEY, \`고객 이름\` VARCHAR(64));\n`)
        .join(""),
  );
});

afterAll(async () => {
  await root?.end().catch(() => {});
  await dockerLines("unpause", container).catch(() => []);
  await checkout.remove();
});

describe("a table without a key", () => {
  test("is refused at preview from the schema's files, with what to do, before anything is there", async () => {
    const output = failed(await checkout.make("up"));
    expect(output).toMatch(/CDC-215 sql\/e2e: shop\.log has neither a primary key nor a unique one/);
    expect(output).toContain("cdc:topics.tables: {shop.log: {cleanup: delete, retentionHours: 168}}");
    expect(output).not.toMatch(/shop\.(docs|codes) has neither/);
    expect(
      await dockerLines("container", "ls", "--all", "--quiet", "--filter", "label=cdc.stack=cdc-e2e-tables"),
    ).toEqual([]);
  });

  test("with that table's topic on delete and out of the index, its changes come", async () => {
    await configure({ topics: keylessTopic });
    succeeded(await checkout.make("up"));
    root = await connectRoot(checkout, shard.port + portOffset);
    await root.query("INSERT INTO shop.log VALUES (1, 'first')");
    expect(await arrives("shard0.shop.log", (value) => value.includes('"note":"first"'))).not.toBe("");
    await itemArrives(1);
  });

  test("made elsewhere, it is refused by the server's word: at preview where it is there, else before the connector is made", async () => {
    await root.query("CREATE TABLE shop.notes (at INT, note TEXT)");
    await configure(elsewhere);
    expect(failed(await checkout.pulumi("preview"))).toMatch(/CDC-215 shard0: shop\.notes has neither/);
    expect(failed(await checkout.pulumi("up", "--yes", "--skip-preview"))).toMatch(
      /CDC-215 shard0: shop\.notes has neither/,
    );
    expect((await worker.getConfig("shard0-connector"))?.["table.include.list"]).not.toContain("notes");
    await itemArrives(2);
  });

  test("with columns named as its key, a record has them, and the topic stays compacted", async () => {
    await configure({ ...elsewhere, connectors: { properties: { "message.key.columns": "shop.notes:at" } } });
    succeeded(await checkout.make("up"));
    await root.query("INSERT INTO shop.notes VALUES (7, 'keyed')");
    expect(await arrives("shard0.shop.notes", (value) => value.includes('"note":"keyed"'))).not.toBe("");
  });

  test("a key that is taken away while it runs: the connector stops with a hint, and the hint loses nothing", async () => {
    await root.query("ALTER TABLE shop.items DROP PRIMARY KEY");
    await root.query("INSERT INTO shop.items (id, name) VALUES (100, 'without a key')");
    await expect.poll(taskTrace, patient).toMatch(/without key/);
    await configure(keyed());
    succeeded(await checkout.make("up"));
    expect(await arrives("shard0.shop.items", (value) => value.includes('"without a key"'))).not.toBe("");
    await root.query("ALTER TABLE shop.items ADD PRIMARY KEY (id)");
    await itemArrives(101);
  });
});

describe("names of any script", () => {
  test.each(named)("$table: topic, index, comparison and cdc tail have it", async ({ table, sql, topic, index }) => {
    await root.query(`INSERT INTO ${sql} VALUES (1, '홍길동'), (2, '이영희')`);
    await root.query(`UPDATE ${sql} SET \`고객 이름\` = '김철수' WHERE \`번호\` = 2`);
    await root.query(`DELETE FROM ${sql} WHERE \`번호\` = 1`);
    expect(JSON.parse(await arrives(topic, (value) => value.includes('"op":"u"')))).toMatchObject({
      payload: { before: { 번호: 2, "고객 이름": "이영희" }, after: { 번호: 2, "고객 이름": "김철수" } },
    });

    const compared = await cdc(checkout, "reconcile", "--table", table);
    expect(compared.code, compared.stdout + compared.stderr).toBe(0);
    const found = await fetch(`${engine}/${encodeURIComponent(index)}/_search`);
    expect(await found.json()).toMatchObject({
      hits: { hits: [{ _id: "shard0:2", _source: { 번호: 2, "고객 이름": "김철수" } }] },
    });

    const tail = await cdc(checkout, "tail", "--table", table, "--from-beginning", "--count", "4");
    expect(tail.code, tail.stderr).toBe(0);
    expect(tail.stdout).toContain(table);
    expect(tail.stdout).toMatch(/update .*번호=2 .*이영희.* → .*김철수/);
  });
});

describe("DDL that Debezium cannot read", () => {
  test("about what is no table, in a database that is not captured: the shard goes on", async () => {
    await root.query("CREATE DATABASE other");
    await root.query("CREATE TABLE other.t (id INT PRIMARY KEY, n INT)");
    await root.query(
      "CREATE JSON RELATIONAL DUALITY VIEW other.v AS SELECT JSON_DUALITY_OBJECT('_id': id, 'n': n) FROM other.t",
    );
    await root.query("CREATE LIBRARY other.l LANGUAGE JAVASCRIPT AS 'export function f(n) { return n }'");
    await itemArrives(200);
    expect(await taskTrace()).toBe("");
  });

  const unreadable = "ADD x INT AS (JSON_VALUE('{\"a\": 1}', '$.a' RETURNING UNSIGNED)) STORED";

  test("about a table that is not captured: it stops, and with the entry that the hint names goes on where it stood", async () => {
    await root.query(`ALTER TABLE other.t ${unreadable}`);
    await root.query("INSERT INTO shop.items (id, name) VALUES (201, 'behind it')");
    await expect.poll(taskTrace, patient).toMatch(/couldn't be parsed/);
    const entry = await hinted(/cdc:connectors\.skipDdl: (\["ALTER TABLE other\.t [^\]]*\])/);
    await configure(keyed({ skipDdl: JSON.parse(entry) as string[] }));
    succeeded(await checkout.make("up"));
    expect(await arrives("shard0.shop.items", (value) => value.includes('"behind it"'))).not.toBe("");
    await root.query("DROP TABLE other.t");
  });

  test("about a captured one: it stops, and the other grammar that the hint names reads its columns", async () => {
    await root.query(`ALTER TABLE shop.items ${unreadable}`);
    await root.query("INSERT INTO shop.items (id, name) VALUES (202, 'with x')");
    await expect.poll(taskTrace, patient).toMatch(/couldn't be parsed/);
    await hinted(/(cdc:connectors\.properties: \{ddl\.parser\.type: legacy\})/);
    await configure(keyed(legacy));
    succeeded(await checkout.make("up"));
    const value = await arrives("shard0.shop.items", (text) => text.includes('"with x"'));
    expect(JSON.parse(value)).toMatchObject({ payload: { after: { id: 202, x: 1 } } });
  });
});

describe("large rows", () => {
  test.each([
    ["3 MB", 3_000_000, 10],
    ["16 MiB", 16 * mib, 11],
  ])(
    "a row of %s, inserted and updated while another table flows: topic and index have it",
    async (_what, bytes, id) => {
      const [before, after] = [textOf(bytes, "before"), textOf(bytes, "after")];
      await root.query("INSERT INTO shop.docs VALUES (?, 0, ?)", [id, before]);
      await root.query("INSERT INTO shop.items (id, name) VALUES (?, 'beside')", [300 + id]);
      await root.query("UPDATE shop.docs SET n = 1, body = ? WHERE id = ?", [after, id]);
      await itemArrives(400 + id);
      const value = await arrives(
        "shard0.shop.docs",
        (text) => text.includes(`"id":${id},"n":1`) && text.includes('"op":"u"'),
      );
      const { payload } = JSON.parse(value) as { payload: { before: Doc; after: Doc } };
      expect([hashOf(payload.before.body), hashOf(payload.after.body)]).toEqual([hashOf(before), hashOf(after)]);
      await expect.poll(async () => (await indexed(id))?.n, patient).toBe(1);
      expect(hashOf((await indexed(id))?.body ?? "")).toBe(hashOf(after));
    },
  );

  test("a snapshot reads such rows: an incremental one, and that of a connector that begins anew", async () => {
    const seen = async () => (await indexed(11))?.n;
    const ran = await cdc(checkout, "snapshot", "shard0", "shop.docs");
    expect(ran.code, ran.stderr).toBe(0);
    const reset = await cdc(checkout, "offsets", "reset", "shard0", "--yes");
    expect(reset.code, reset.stderr).toBe(0);
    await itemArrives(600);
    expect(await taskTrace()).toBe("");
    expect(await seen()).toBe(1);
  });

  test("a row above the limit: the hint names field and value, and with it the row comes, nothing lost", async () => {
    const body = textOf(3_000_000, "limited");
    await configure(keyed(legacy, { maxRowMiB: 1 }));
    succeeded(await checkout.make("up"));
    await root.query("UPDATE shop.docs SET n = 2, body = ? WHERE id = 10", [body]);
    await root.query("INSERT INTO shop.items (id, name) VALUES (500, 'behind it')");
    await expect.poll(taskTrace, patient).toMatch(/RecordTooLarge/);
    const needed = await hinted(/write cdc:topics\.maxRowMiB: (\d+)/);
    await configure(keyed(legacy, { maxRowMiB: Number(needed) }));
    succeeded(await checkout.make("up"));
    await expect.poll(async () => (await indexed(10))?.n, patient).toBe(2);
    expect(await arrives("shard0.shop.items", (value) => value.includes('"behind it"'))).not.toBe("");
  });
});

describe("a server that stands still", () => {
  test("ends the flow check, preview and `up`, by shard and address", async () => {
    const login = await checkout.cdcLogin();
    const silent = new RegExp(`MySQL at 127\\.0\\.0\\.1:${shard.port + portOffset} does not answer`);
    await dockerLines("pause", container);
    try {
      const target = {
        shard: "shard0",
        mysql: { host: "127.0.0.1", port: shard.port + portOffset },
        connector: "shard0-connector",
        connect: { url: worker.url },
        kafka: { bootstrap },
        probeTopic: "shard0.cdc.probe",
        tables: "cdc\\.probe",
        workers: [],
      };
      await expect(checkFlow(target, login, 5000)).rejects.toThrow(silent);
      expect(failed(await checkout.make("up"))).toMatch(/container \S+-mysql-3308 is paused, and answers nothing/);
    } finally {
      await dockerLines("unpause", container);
    }
    succeeded(await checkout.make("up"));
  });
});
