/**
 * A stack with one server of its own and one that somebody else runs, in another network, with TLS by an authority of its own and an
 * account of least privileges: brought up, watched, hurt, moved to a replica, and removed. Nothing of theirs is changed.
 * The tests go through the life of that one stack in their order.
 */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { cdcPrivileges } from "../../lib/cdc-privileges.ts";
import { grantStatements } from "../../clients/mysql/grants.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, committedConfig, execute, namesOwnedBy } from "./support/checkout.ts";
import {
  addressForContainers,
  hasAll,
  ownAuthority,
  replicate,
  ServerElsewhere,
  serversOf,
  type Authority,
} from "./support/elsewhere.ts";
import { decode, readAll } from "./support/events.ts";
import { ForwardedAddress } from "./support/forwarded.ts";
import { failed, succeeded } from "./support/results.ts";
import { placesOf } from "./support/secret-places.ts";
import { secretsIn } from "./support/secrets.ts";
import { until } from "./support/until.ts";

const portOffset = 14_000;
const kafka = `localhost:${9092 + portOffset}`;
const connect = `http://localhost:${8083 + portOffset}`;
const engine = `http://127.0.0.1:${9200 + portOffset}`;
const checkout = new Checkout("e2e-elsewhere");
const worker = new ConnectClient({ url: connect });
const connector = "theirs-connector";
const startedMs = Date.now();
const unchanged = /Resources:\s+\d+ unchanged/;
/** Of the account that captures; what a person may have made up, not only what we would. */
const password = String.raw`s3 cret=\"ü#!:$1${randomBytes(6).toString("hex")}`;

let authority: Authority;
let source: ServerElsewhere;
let replica: ServerElsewhere;
let before: string;
/** Everything of their server, before an account was made on it. */
let theirs: string;

type Address = Pick<ServerElsewhere, "host" | "port">;

function configWith({ host, port }: Address): Record<string, unknown> {
  const mysql = { host, port, user: "capture", tls: { caFile: "theirs.pem" } };
  return {
    portOffset,
    timeZone: "UTC",
    shards: [
      { name: "ours", port: 3308 },
      { name: "theirs", mysql },
    ],
    readSide: { enabled: true },
  };
}

/** As a person does: the file, and then the secret by the command that the refusal names. */
async function writeStack(server: Address): Promise<void> {
  await checkout.writeConfig({ ...(await committedConfig("dev")), ...configWith(server) });
  await setPassword(password);
}

async function setPassword(value: string): Promise<void> {
  succeeded(await checkout.pulumi("config", "set", "--secret", "--path", "cdc:shards[1].mysql.password", value));
}

/** Ids of products of their server, in the order of their events; with operations. */
async function eventsOfTheirs(): Promise<{ id: number; op: string | undefined }[]> {
  return (await readAll(kafka, "theirs.products.products")).flatMap((record) => {
    const event = decode(record);
    const row = event?.after ?? event?.before;
    return row === undefined || row === null ? [] : [{ id: Number(row["id"]), op: event?.op }];
  });
}

function insertion(id: number): string {
  return `INSERT INTO products.products (id, sku, name, price) VALUES (${id}, 'sku-${id}', 'n', 1)`;
}

async function insert(server: ServerElsewhere, id: number): Promise<void> {
  await server.sql(insertion(id));
}

async function uuidOf(server: ServerElsewhere): Promise<string> {
  return await server.sql("SELECT @@GLOBAL.server_uuid");
}

async function arrives(id: number): Promise<void> {
  await until(`the event of row ${id} arrives`, eventsOfTheirs, (events) => events.some((event) => event.id === id));
}

/** What the administrator of the server does: tables, rows, the account with its privileges, and nothing of the pipeline's. */
async function administer(server: ServerElsewhere): Promise<void> {
  const folder = join(import.meta.dirname, "..", "..", "sql", "products");
  await server.sql("CREATE DATABASE products; CREATE DATABASE cdc");
  for (const file of ["10-tables.sql", "20-rows.sql"]) await server.source(await readFile(join(folder, file), "utf8"));
  const secret = password.replaceAll(/['\\]/g, String.raw`\$&`);
  await server.source(`CREATE USER 'capture'@'%' IDENTIFIED BY '${secret}' REQUIRE SSL;`);
  const privileges = new Map(Object.entries(cdcPrivileges(["products"])));
  for (const grant of grantStatements(privileges, "capture@%")) await server.sql(grant);
}

beforeAll(async () => {
  const host = await addressForContainers();
  authority = await ownAuthority();
  source = new ServerElsewhere(authority, host, 4711);
  replica = new ServerElsewhere(authority, host, 4712);
  await source.start();
  await administer(source);
  await checkout.create(configWith(source));
  await writeFile(join(checkout.folder, "theirs.pem"), authority.certificate);
});

afterAll(async () => {
  await checkout.remove();
  await source?.remove();
  await replica?.remove();
});

describe("before anything is made", () => {
  test("a password that is missing, or stands in clear, is refused with the command that encrypts it", async () => {
    const command = `make toolchain && . .cdc/env && pulumi stack select --create ${checkout.stack} && pulumi config set --secret --path 'cdc:shards[1].mysql.password'`;
    expect(failed(await checkout.make("up"))).toContain(command);
    const [ours, theirs] = configWith(source)["shards"] as [unknown, { mysql: Record<string, unknown> }];
    const inClear = { ...theirs, mysql: { ...theirs.mysql, password } };
    await checkout.writeConfig({
      ...(await committedConfig("dev")),
      ...configWith(source),
      shards: [ours, inClear],
    });
    const refused = failed(await checkout.make("up"));
    expect(refused).toContain("CDC-112");
    expect(refused).toContain(command);
    expect(refused).not.toContain(password);
    await checkout.writeConfig({ ...(await committedConfig("dev")), ...configWith(source) });
    const options = { cwd: checkout.folder, env: { ...checkout.environment(), ANSWER: password } };
    succeeded(await execute(["sh", "-c", `${command} -- "$ANSWER"`], options));
    expect(await readFile(join(checkout.folder, `Pulumi.${checkout.stack}.yaml`), "utf8")).not.toContain(password);
  });

  test("a server without the pipeline's own tables is refused until its administrator has run the file that is named", async () => {
    const refused = failed(await checkout.make("up"));
    expect(refused).toContain("CDC-719");
    const [, file = ""] = /run (sql\/cdc\/\S+\.sql)/.exec(refused) ?? [];
    expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
    await source.source(await readFile(join(checkout.folder, file), "utf8"));
    before = await source.everything();
  });

  test("another password, and another authority, are refused as CDC-711", async () => {
    await setPassword("another");
    const denied = failed(await checkout.make("up"));
    expect(denied).toContain("CDC-711 theirs: capture cannot log in to the MySQL server at");
    await setPassword(password);
    const { certificate } = await ownAuthority();
    await writeFile(join(checkout.folder, "theirs.pem"), certificate);
    expect(failed(await checkout.make("up"))).toContain("has a certificate that is not trusted");
    await writeFile(join(checkout.folder, "theirs.pem"), authority.certificate);
    expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
  });
});

describe("up", () => {
  test("both shards run, a change of each was seen on its topic and in the index", async () => {
    const output = succeeded(await checkout.make("up"));
    for (const name of ["ours", "theirs"])
      expect(output).toMatch(new RegExp(`${name} .*${name}-connector .*RUNNING .*RUNNING .*\\d+ ms`));
    expect(output).toContain(`${source.host}:${source.port}`);
    expect(await source.everything()).toBe(before);
    expect(await serversOf(checkout.prefix)).toEqual([`container ${checkout.prefix}-mysql-3308`]);
  });

  test("the second preview, by plain pulumi, is empty", async () => {
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
  });

  test("rows of before and changes arrive, each once", async () => {
    await insert(source, 1001);
    await arrives(1001);
    const events = await eventsOfTheirs();
    expect(await source.everything()).not.toBe(before);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(events.filter(({ op }) => op === "r").length).toBeGreaterThan(0);
  });

  test("status, doctor and verify know the server as somebody else's, and find nothing wrong", async () => {
    const status = succeeded(await cdc(checkout, "status"));
    expect(status).toMatch(/theirs .*RUNNING/);
    const doctor = succeeded(await cdc(checkout, "doctor"));
    expect(doctor).toContain("capture may log in");
    expect(doctor).not.toContain("theirs container");
    expect(succeeded(await cdc(checkout, "verify"))).toContain("theirs");
    expect(succeeded(await cdc(checkout, "graph"))).toContain(`${source.host}:${source.port}`);
  });

  test("index and tables agree, and a table is read again on demand", async () => {
    succeeded(await cdc(checkout, "reconcile"));
    succeeded(await cdc(checkout, "snapshot", "theirs", "products.stock"));
  });

  test("its password stands nowhere in clear", async () => {
    const places = await placesOf(checkout, { kafka, connect, engine }, startedMs);
    expect(await secretsIn(places, { "the account's password": password })).toEqual([]);
  });
});

describe("what goes wrong", () => {
  test("drift of its connector is shown by a preview, and brought back by up", async () => {
    const config = await worker.getConfig(connector);
    await worker.putConfig(connector, { ...config, "poll.interval.ms": "777" });
    expect(succeeded(await checkout.pulumi("preview", "--refresh"))).toContain("theirs-connector");
    succeeded(await checkout.pulumi("up", "--yes", "--skip-preview", "--refresh"));
    expect((await worker.getConfig(connector))?.["poll.interval.ms"]).toBe("50");
  });

  test("a server that was away comes back, and so does the flow, by retries or the guard", async () => {
    await source.restart();
    await insert(source, 1002);
    await arrives(1002);
  });
});

async function promote(server: ServerElsewhere): Promise<void> {
  await server.sql("STOP REPLICA; RESET REPLICA ALL");
}

async function up(): Promise<string> {
  return succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
}

/** Rows of the writer, one after the other, on whichever server is the source, until the moment when it goes. */
async function writeRows(server: ServerElsewhere, from: number, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => from + index);
  for (let at = 0; at < count; at += 50)
    await server.source(
      rows
        .slice(at, at + 50)
        .map((id) => `${insertion(id)};`)
        .join("\n"),
    );
}

const eventsOf = async (from: number) => (await eventsOfTheirs()).filter(({ id }) => id >= from).map(({ id }) => id);
const snapshotsRead = async () => (await eventsOfTheirs()).filter(({ op }) => op === "r").length;

describe("the source moves", () => {
  test("to a replica that lacks what was read: refused and named, nothing is changed, and the old one goes on", async () => {
    await replica.start();
    await source.sql(
      "CREATE USER replica IDENTIFIED BY 'replica' REQUIRE SSL; GRANT REPLICATION SLAVE ON *.* TO replica",
    );
    await replicate(source, replica);
    await replica.sql("STOP REPLICA");
    await insert(source, 1003);
    await arrives(1003);

    await writeStack(replica);
    const uuid = await uuidOf(source);
    const refused = failed(await checkout.pulumi("up", "--yes", "--skip-preview"));
    expect(refused).toContain("CDC-851");
    // A preview tells it too, where worker and server answer in time: it waits for neither. By numbers, once a heartbeat has come.
    const preview = async () => (await checkout.pulumi("preview")).output;
    await until("a preview refuses it", preview, (text) => text.includes("CDC-851") && text.includes(uuid));
    await insert(source, 1004);
    await arrives(1004);
  });

  test("to that replica, when the source dies right after a row was read: refused, though the row's number was not counted yet", async () => {
    await insert(source, 1005);
    await arrives(1005);
    await source.docker("kill", source.name);
    expect(failed(await checkout.pulumi("up", "--yes", "--skip-preview"))).toContain("CDC-851");
    await source.docker("start", source.name);
    await source.answers();
    await insert(source, 1006);
    await arrives(1006);
  });

  test("to a replica that has everything, under a writer: it goes on by GTID, every row once, no snapshot", async () => {
    await replica.sql("START REPLICA");
    const read = await snapshotsRead();
    await writeRows(source, 10_000, 500);
    await hasAll(source, replica);
    // The failover: the source is gone in the middle of the reading, the replica is promoted, written to, and told to the stack.
    await source.docker("kill", source.name);
    await promote(replica);
    await writeRows(replica, 10_500, 250);
    const written = writeRows(replica, 10_750, 250);
    await up();
    await written;
    await until("all rows arrive", async () => (await eventsOf(10_000)).length >= 1000);
    expect(await eventsOf(10_000)).toEqual(Array.from({ length: 1000 }, (_, index) => 10_000 + index));
    expect(await snapshotsRead()).toBe(read);
    expect(JSON.stringify(await worker.getOffsets(connector))).toContain(await uuidOf(replica));
    expect(succeeded(await cdc(checkout, "status"))).toMatch(/theirs .*RUNNING/);
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
  });

  test("to another server behind the same address, unannounced: the same, without an up", async () => {
    const address = new ForwardedAddress(replica.host, replica);
    try {
      await address.listen();
      await writeStack(address);
      await up();
      const read = await snapshotsRead();
      await source.docker("start", source.name);
      await source.answers();
      await replicate(replica, source);
      await writeRows(replica, 20_000, 250);
      await hasAll(replica, source);
      await promote(source);
      address.leadTo(source);
      await writeRows(source, 20_250, 250);
      await until("all rows arrive", async () => (await eventsOf(20_000)).length >= 500);
      expect(await eventsOf(20_000)).toEqual(Array.from({ length: 500 }, (_, index) => 20_000 + index));
      expect(await snapshotsRead()).toBe(read);
      await until("status is healthy again", async () => (await cdc(checkout, "status")).code === 0);
      succeeded(await cdc(checkout, "reconcile"));
    } finally {
      await writeStack(source);
      await up();
      await address.close();
    }
  });
});

describe("an account that an administrator lends its login for", () => {
  const admin = `4dm in\\'${randomBytes(6).toString("hex")}`;

  test("is made by up, and its connector goes on with it where it stood", async () => {
    await source.source(
      `CREATE USER 'admin'@'%' IDENTIFIED BY '${admin.replaceAll(/['\\]/g, String.raw`\$&`)}' REQUIRE SSL; GRANT ALL ON *.* TO 'admin'@'%' WITH GRANT OPTION;`,
    );
    theirs = await source.everything();
    const read = await snapshotsRead();
    const { shards } = configWith(source) as { shards: [object, { name: string; mysql: object }] };
    const [ours, { name, mysql }] = shards;
    const made = { ...mysql, user: "made", createAccount: { user: "admin" } };
    await checkout.writeConfig({
      ...(await committedConfig("dev")),
      ...configWith(source),
      shards: [ours, { name, mysql: made }],
    });
    await setPassword(password);
    const key = "cdc:shards[1].mysql.createAccount.password";
    succeeded(await checkout.pulumi("config", "set", "--secret", "--path", key, admin));
    await up();
    await insert(source, 30_000);
    await arrives(30_000);
    await source.sql("DELETE FROM products.products WHERE id = 30000");
    expect(await snapshotsRead()).toBe(read);
    const users =
      "SELECT DISTINCT user FROM performance_schema.threads t JOIN mysql.user u ON t.PROCESSLIST_USER = u.user";
    expect((await source.sql(users)).split("\n")).toContain("made");
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
  });

  test("gets back what was taken from it by a plain up, and shows no password", async () => {
    await source.sql("REVOKE SELECT ON products.* FROM 'made'@'%'");
    expect(succeeded(await checkout.pulumi("preview"))).toContain("made@% lacks SELECT ON `products`.*");
    await up();
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
    const places = Object.entries(await placesOf(checkout, { kafka, connect, engine }, startedMs));
    // It is in no container and in no topic: the account's own was looked for everywhere.
    const wanted = places.filter(([place]) => /Pulumi|checkout|inspect/.test(place));
    expect(wanted.length).toBeGreaterThan(4);
    expect(await secretsIn(Object.fromEntries(wanted), { "the administrator's password": admin })).toEqual([]);
  });
});

test("destroy removes what the stack has made, and changes nothing of theirs", async () => {
  succeeded(await checkout.make("down"));
  expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
  expect(await source.everything()).toBe(theirs);
});
