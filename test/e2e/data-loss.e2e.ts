/** What people have is not lost by an edit: a real stack, whose tables, shards, names and ports change, and which goes and comes back. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, dockerLines, execute, namesOwnedBy } from "./support/checkout.ts";
import { connectRoot } from "./support/mysql.ts";
import { failed, succeeded } from "./support/results.ts";
import { patient } from "./support/until.ts";

const checkout = new Checkout("keep");
const portOffset = 23_000;
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const east = { name: "east", port: 3308 };
const west = { name: "west", port: 3309 };
const products = ["products.products", "products.stock"];

/** The stack as it was brought up, with some fields set otherwise. */
async function write(fields: Record<string, unknown> = {}): Promise<void> {
  await checkout.writeConfig({
    shards: [east, west],
    // No file has to be applied again: these tests are not about schema files.
    schema: "",
    tables: products,
    timeZone: "Asia/Seoul",
    portOffset,
    readSide: { enabled: false },
    ...fields,
  });
}

async function sql(port: number, ...statements: string[]): Promise<unknown[]> {
  const connection = await connectRoot(checkout, port + portOffset);
  try {
    let rows: unknown = [];
    for (const statement of statements) [rows] = await connection.query(statement);
    return rows as unknown[];
  } finally {
    await connection.end();
  }
}

async function topics(): Promise<string[]> {
  const admin = new TopicAdmin({ bootstrap: `localhost:${9092 + portOffset}` });
  try {
    return (await admin.describe()).map(({ name }) => name);
  } finally {
    await admin.close();
  }
}

async function up(): Promise<string> {
  return succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
}

/** What stands in the way of both preview and up, which change nothing. */
async function refused(): Promise<string> {
  const before = await checkout.state();
  failed(await checkout.pulumi("preview"));
  const output = failed(await checkout.pulumi("up", "--yes", "--skip-preview"));
  // A line for a resource; those of the outputs name none.
  expect(output).not.toMatch(/^ +[-+~]+ +\w+:\w+:\w+ /m);
  expect(resourcesOf(await checkout.state())).toEqual(resourcesOf(before));
  return output;
}

/** Its task runs; the guard may be about to restart it once more. */
async function runs(connector: string): Promise<void> {
  const tasks = async () => (await worker.getStatus(connector))?.tasks.map(({ state }) => state);
  await expect.poll(tasks, patient).toEqual(["RUNNING"]);
}

function resourcesOf(state: string): string[] {
  return (JSON.parse(state) as { deployment: { resources: { urn: string }[] } }).deployment.resources
    .map(({ urn }) => urn)
    .toSorted();
}

const volumes = async () =>
  (await namesOwnedBy(checkout.prefix))
    .filter((name) => name.startsWith(`volume ${checkout.prefix}-mysql-`))
    .toSorted();
const both = [`volume ${checkout.prefix}-mysql-east-data`, `volume ${checkout.prefix}-mysql-west-data`];

/** What an application has made, beside the captured tables of the sample. */
const applications = [
  "CREATE TABLE products.uncaptured (id INT PRIMARY KEY, note INT)",
  "INSERT INTO products.uncaptured VALUES (1, 1)",
  "CREATE DATABASE shop",
  "CREATE TABLE shop.carts (id INT PRIMARY KEY, items INT)",
  "INSERT INTO shop.carts VALUES (1, 3)",
];

/** The rows of a server. */
async function rowsOn(port: number): Promise<Record<string, unknown[]>> {
  const tables = [...products, "products.uncaptured", "shop.carts"];
  const rows: Record<string, unknown[]> = {};
  for (const table of tables) rows[table] = await sql(port, `SELECT * FROM ${table} ORDER BY 1, 2`);
  return rows;
}

/** By the port that the server has at first. */
const rows = new Map<number, Record<string, unknown[]>>();

beforeAll(async () => {
  await checkout.create({ portOffset, shards: [east, west] });
  succeeded(await checkout.make("up"));
  for (const { port } of [east, west]) await sql(port, ...applications);
  for (const { port } of [east, west]) rows.set(port, await rowsOn(port));
  expect(rows.get(3308)?.["products.stock"]?.length).toBeGreaterThan(1);
  await write();
  await up();
});

afterAll(async () => {
  await checkout.remove();
});

describe("other tables", () => {
  const shop = { tables: ["shop.carts"] };
  const names = ["east", "west"].flatMap((prefix) => products.map((table) => `${prefix}.${table}`));

  test("are refused while the broker runs, with what would go and the word", async () => {
    await write(shop);
    const output = await refused();
    expect(output).toMatch(/CDC-804 topics east\.products\.products, east\.products\.stock, west/);
    expect(output).toMatch(/east\.products\.stock holds up to \d+ records \(less than 0\.1 MiB\)/);
    for (const name of names) expect(output).toContain(`topic:${name}`);
    expect(await topics()).toEqual(expect.arrayContaining(names));
  });

  test("and while it is stopped", async () => {
    const broker = `${checkout.prefix}-kafka`;
    await dockerLines("stop", broker);
    try {
      expect(await refused()).toMatch(/CDC-804 topics east[^]*unknown: the broker does not answer/);
    } finally {
      await dockerLines("start", broker);
    }
    expect(await rowsOn(3308)).toEqual(rows.get(3308));
  });

  test("go on with the word: topics go, databases and rows stay", async () => {
    await write({ ...shop, allowDelete: names.map((name) => `topic:${name}`) });
    expect(await up()).toContain("CDC-804");
    const left = await topics();
    for (const name of names) expect(left).not.toContain(name);
    for (const { port } of [east, west]) expect(await rowsOn(port)).toEqual(rows.get(port));
    const again = await checkout.pulumi("preview");
    expect(again.output).toMatch(/CDC-822 cdc:allowDelete: topic:east\.products\.products names nothing/);
    await write(shop);
  });
});

describe("a shard", () => {
  const shop = { tables: ["shop.carts"] };
  const before = async () => resourcesOf(await checkout.state());

  test("that is called otherwise is told from one that is taken out", async () => {
    await write({ ...shop, shards: [east, { ...west, name: "occident" }] });
    const output = await refused();
    expect(output).toMatch(/CDC-821 shard west: .* occident has its port/);
    expect(output).toContain("write formerName: west in the entry of occident");
  });

  test("is renamed with all that it has, and moved to another port", async () => {
    const urns = await before();
    await write({ ...shop, shards: [east, { ...west, name: "occident", formerName: "west" }] });
    const preview = await checkout.pulumi("preview");
    expect(preview.output).not.toMatch(/delete|replace|create/);
    await up();
    expect(await before()).toEqual(urns);
    await write({ ...shop, shards: [east, { name: "occident", formerName: "west", port: 3319 }] });
    await up();
    expect(await before()).toEqual(urns);
    expect(await rowsOn(3319)).toEqual(rows.get(3309));
    await runs("west-connector");
  });

  test("that is taken out is refused without the word; its volume stays, and is listed", async () => {
    await write({ ...shop, shards: [east] });
    expect(await refused()).toMatch(/CDC-820 shard occident: .*its rows stay in volume cdc-keep-mysql-west-data/);
    await write({ ...shop, shards: [east], allowDelete: ["shard:occident"] });
    expect(await up()).toMatch(/volume cdc-keep-mysql-west-data is released; its rows stay/);
    expect(await volumes()).toEqual(both);
    const status = await cdc(checkout, "status");
    expect(status.stdout).toContain("docker volume rm cdc-keep-mysql-west-data");
    const json = JSON.parse((await cdc(checkout, "status", "--json")).stdout) as { released: unknown };
    expect(json.released).toEqual([{ volume: "cdc-keep-mysql-west-data", shard: "west", mysqlVersion: "9.7" }]);
    expect((await cdc(checkout, "doctor")).stdout).toMatch(
      /rows of shards that are planned no longer: cdc-keep-mysql-west-data/,
    );
  });

  test("finds its rows when it comes back", async () => {
    await write({ ...shop, shards: [east, { name: "occident", formerName: "west", port: 3319 }] });
    expect(await up()).toMatch(
      /volume cdc-keep-mysql-west-data is taken up again, with the rows of west \(made by MySQL 9\.7\)/,
    );
    expect(await rowsOn(3319)).toEqual(rows.get(3309));
    await runs("west-connector");
  });

  test("whose volume is somebody else's is refused", async () => {
    const volume = `${checkout.prefix}-mysql-north-data`;
    await dockerLines("volume", "create", volume);
    try {
      await write({
        ...shop,
        shards: [east, { name: "occident", formerName: "west", port: 3319 }, { name: "north", port: 3320 }],
      });
      expect(failed(await checkout.pulumi("preview"))).toMatch(/CDC-721 stack cdc-keep: 1 volume on this engine/);
    } finally {
      await dockerLines("volume", "rm", volume);
    }
  });
});

describe("cdc:keepData", () => {
  const shop = { tables: ["shop.carts"], shards: [east, { name: "occident", formerName: "west", port: 3319 }] };

  test("leaves the volumes at a down, even one that comes before the next up", async () => {
    await write({ ...shop, keepData: true });
    expect(succeeded(await checkout.make("down"))).toContain("cdc-keep-mysql-east-data");
    expect((await namesOwnedBy(checkout.prefix)).toSorted()).toEqual(both);
  });

  test("and the next up finds rows, accounts and connectors working, by one snapshot", async () => {
    succeeded(await checkout.make("up"));
    expect(await rowsOn(3308)).toEqual(rows.get(3308));
    expect(await rowsOn(3319)).toEqual(rows.get(3309));
    for (const name of ["east-connector", "west-connector"]) await runs(name);
    const records = async () => {
      const admin = new TopicAdmin({ bootstrap: `localhost:${9092 + portOffset}` });
      try {
        return await admin.endOffsets(["east.shop.carts", "west.shop.carts"]);
      } finally {
        await admin.close();
      }
    };
    const first = await records();
    await up();
    expect(await records()).toEqual(first);
  });

  test("plain pulumi keeps them too, and takes them without it", async () => {
    succeeded(await checkout.pulumi("destroy", "--yes", "--skip-preview"));
    expect(await volumes()).toEqual(both);
    await write(shop);
    await up();
    expect(await rowsOn(3308)).toEqual(rows.get(3308));
    succeeded(await checkout.pulumi("destroy", "--yes", "--skip-preview"));
    expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
    expect((await execute(["docker", "volume", "inspect", "cdc-keep-mysql-east-data"])).code).not.toBe(0);
  });
});
