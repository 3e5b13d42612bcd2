/**
 * A read replica of somebody else's, on which nobody may write, as the only shard: captured, proven, read again and compared,
 * without a row, a table or a database of the pipeline's own. The tests go through the life of that one stack in their order.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { grantStatements } from "../../clients/mysql/grants.ts";
import { cdcPrivileges } from "../../lib/cdc-privileges.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, dockerLines, namesOwnedBy } from "./support/checkout.ts";
import {
  addressForContainers,
  hasAll,
  ownAuthority,
  replicate,
  ServerElsewhere,
  serversOf,
} from "./support/elsewhere.ts";
import { decode, readAll } from "./support/events.ts";
import { failed, succeeded } from "./support/results.ts";
import { until } from "./support/until.ts";

const portOffset = 13_000;
const kafka = `localhost:${9092 + portOffset}`;
const checkout = new Checkout("e2e-read-only");
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const connector = "replica-connector";
const unchanged = /Resources:\s+\d+ unchanged/;

let source: ServerElsewhere;
let replica: ServerElsewhere;

async function eventsOf(table: string): Promise<{ id: number; op: string | undefined }[]> {
  return (await readAll(kafka, `replica.${table}`)).flatMap((record) => {
    const event = decode(record);
    const row = event?.after ?? event?.before;
    return row === undefined || row === null ? [] : [{ id: Number(row["id"]), op: event?.op }];
  });
}

async function insert(id: number): Promise<void> {
  await source.sql(`INSERT INTO products.products (id, sku, name, price) VALUES (${id}, 'sku-${id}', 'n', 1)`);
}

async function arrives(id: number): Promise<void> {
  const seen = async () => await eventsOf("products.products");
  await until(`the event of row ${id} arrives`, seen, (events) => events.some((event) => event.id === id));
}

beforeAll(async () => {
  const host = await addressForContainers();
  const authority = await ownAuthority();
  source = new ServerElsewhere(authority, host, 4711);
  replica = new ServerElsewhere(authority, host, 4712);
  await Promise.all([source.start(), replica.start()]);
  const folder = join(import.meta.dirname, "..", "..", "sql", "products");
  await source.sql("CREATE DATABASE products");
  for (const file of ["10-tables.sql", "20-rows.sql"]) await source.source(await readFile(join(folder, file), "utf8"));
  await source.sql("CREATE USER reader IDENTIFIED BY 'r3ader' REQUIRE SSL");
  const privileges = new Map(Object.entries(cdcPrivileges(["products"], true)));
  for (const grant of grantStatements(privileges, "reader@%")) await source.sql(grant);
  await replicate(source, replica);
  await replica.sql("SET GLOBAL super_read_only = ON");
  await checkout.create({
    portOffset,
    timeZone: "UTC",
    shards: [
      {
        name: "replica",
        mysql: { host, port: replica.port, user: "reader", readOnly: true, tls: { caFile: "theirs.pem" } },
      },
    ],
    readSide: { enabled: true },
  });
  await writeFile(join(checkout.folder, "theirs.pem"), authority.certificate);
  succeeded(await checkout.make("toolchain"));
  succeeded(await checkout.pulumi("stack", "select", "--create"));
  const path = "cdc:shards[0].mysql.password";
  succeeded(await checkout.pulumi("config", "set", "--secret", "--path", path, "r3ader"));
});

afterAll(async () => {
  await checkout.remove();
  await source?.remove();
  await replica?.remove();
});

test("up: what it had, and what its source writes, arrives; the second preview is empty", async () => {
  const before = await replica.everything();
  const output = succeeded(await checkout.make("up"));
  expect(output).toMatch(/replica .*replica-connector .*RUNNING .*RUNNING .*\d+ ms/);
  expect(await replica.everything()).toBe(before);
  expect(await serversOf(checkout.prefix)).toEqual([]);
  await insert(1001);
  await arrives(1001);
  const ids = (await eventsOf("products.products")).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
});

test("status, doctor, verify and the index: nothing is wrong, and nothing was written", async () => {
  // Statements too that are no rows: the place has to pass them.
  await source.sql("CREATE USER somebody; DROP USER somebody; CREATE DATABASE elsewhere; DROP DATABASE elsewhere");
  await hasAll(source, replica);
  const executed = await replica.sql("SELECT @@GLOBAL.gtid_executed");
  succeeded(await cdc(checkout, "verify"));
  await until("status is healthy", async () => (await cdc(checkout, "status")).code === 0);
  const doctor = succeeded(await cdc(checkout, "doctor"));
  expect(doctor).toContain("reader may log in");
  expect(doctor).toContain("heartbeat");
  succeeded(await cdc(checkout, "reconcile"));
  expect(await replica.sql("SELECT @@GLOBAL.gtid_executed")).toBe(executed);
  expect(await replica.sql("SHOW DATABASES LIKE 'cdc'")).toBe("");
});

test("a table is read again by a signal on a topic, while changes go on", async () => {
  const before = (await eventsOf("products.products")).filter(({ op }) => op === "r").length;
  const rows = Number(await replica.sql("SELECT COUNT(*) FROM products.products"));
  const reading = cdc(checkout, "snapshot", "replica", "products.products");
  await insert(1002);
  succeeded(await reading);
  await arrives(1002);
  const read = (await eventsOf("products.products")).filter(({ op }) => op === "r").length - before;
  expect(read).toBeGreaterThanOrEqual(rows);
});

test("a table that is new to the connector is read by up", async () => {
  await source.sql(
    "CREATE TABLE products.late (id INT PRIMARY KEY, note TEXT); INSERT INTO products.late VALUES (1, 'a'), (2, 'b')",
  );
  await hasAll(source, replica);
  await checkout.writeConfig({
    ...(await checkout.config()),
    tables: ["products.products", "products.stock", "products.late"],
  });
  succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
  const ids = async () => new Set((await eventsOf("products.late")).map(({ id }) => id));
  await until("both rows arrive", async () => (await ids()).size === 2);
});

test("a task that was killed is brought back by the guard; a silent stall would be seen", async () => {
  const trace = "SELECT id FROM information_schema.processlist WHERE user = 'reader' AND command LIKE 'Binlog Dump%'";
  for (const id of (await replica.sql(trace)).split("\n").filter(Boolean)) await replica.sql(`KILL ${id}`);
  await insert(1003);
  await arrives(1003);
  const status = await worker.getStatus(connector);
  expect(status?.tasks.map(({ state }) => state)).toEqual(["RUNNING"]);
  const guard = (await dockerLines("exec", `${checkout.prefix}-guard`, "cat", "/tmp/guard.json")).join("");
  expect(guard).not.toContain("not watched");
});

test("an account that may not read is refused by the privilege, and one for the pipeline's own database is not asked for", async () => {
  await source.sql("REVOKE SELECT ON products.* FROM reader");
  await hasAll(source, replica);
  const refused = failed(await checkout.pulumi("preview"));
  expect(refused).toContain("CDC-715");
  expect(refused).toContain("GRANT SELECT ON `products`.* TO 'reader'@'%'");
  expect(refused).not.toContain("`cdc`");
  await source.sql("GRANT SELECT ON products.* TO reader");
  await hasAll(source, replica);
});

test("destroy leaves the replica as it is", async () => {
  const theirs = await replica.everything();
  succeeded(await checkout.make("down"));
  expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
  expect(await replica.everything()).toBe(theirs);
});
