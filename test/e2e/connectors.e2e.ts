/** The connector resource on a real worker: drift and its repair, states, offsets, and connectors that cannot work. */
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RowDataPacket } from "mysql2/promise";
import { stringify } from "yaml";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { purgeBinlogs } from "./support/binlogs.ts";
import { Checkout, committedConfig, execute } from "./support/checkout.ts";
import { decode, readAll } from "./support/events.ts";
import { connectRoot } from "./support/mysql.ts";
import { failed, succeeded } from "./support/results.ts";
import { patient } from "./support/until.ts";

const portOffset = 10_000;
const checkout = new Checkout("e2e-connectors");
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const name = "shard0-connector";
const shard = { name: "shard0", port: 3308 };
const unchanged = /Resources:\s+\d+ unchanged/;
async function configure(fields: Record<string, unknown>, ofShard: Record<string, unknown> = {}): Promise<void> {
  const config = await committedConfig("dev");
  await checkout.writeConfig({ ...config, portOffset, shards: [{ ...shard, ...ofShard }], ...fields });
}

const up = async (...args: string[]) => await checkout.pulumi("up", "--yes", "--skip-preview", ...args);

/** Deletes the connector and creates it again, in one update. */
async function recreate(): Promise<string> {
  return succeeded(await up("--replace", await urnOfConnector()));
}

async function urnOfConnector(): Promise<string> {
  const { deployment } = JSON.parse(await checkout.state()) as { deployment: { resources: { urn: string }[] } };
  return deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`))?.urn ?? "";
}

async function states(): Promise<string[]> {
  const status = await worker.getStatus(name);
  return [status?.connector.state ?? "missing", ...(status?.tasks ?? []).map(({ state }) => state)];
}

/** The guard may be about to restart it once more. */
async function isIn(...wanted: string[]): Promise<void> {
  await expect.poll(states, patient).toEqual(wanted);
}

async function query(sql: string): Promise<RowDataPacket[]> {
  const connection = await connectRoot(checkout, shard.port + portOffset);
  try {
    return (await connection.query<RowDataPacket[]>(sql))[0];
  } finally {
    await connection.end();
  }
}

/** The operations of all events that a product has on its topic: c, u, d, r. */
async function operationsOf(productId: number): Promise<(string | undefined)[]> {
  const events = (await readAll(`localhost:${9092 + portOffset}`, "shard0.products.products")).map(decode);
  return events.filter((event) => event?.after?.["id"] === productId).map((event) => event?.op);
}

beforeAll(async () => {
  await checkout.create({ portOffset, shards: [shard] });
  succeeded(await checkout.make("up"));
});

afterAll(async () => {
  await checkout.remove();
});

describe("what is done behind our back", () => {
  test("a changed key and a pause: shown key by key, mended by a plain `up`, and then there is nothing left", async () => {
    const config = (await worker.getConfig(name)) as Record<string, string>;
    await worker.putConfig(name, { ...config, "poll.interval.ms": "999" });
    await worker.pause(name);
    await isIn("PAUSED", "PAUSED");

    const message = `${name} on the worker: poll.interval.ms 999 → 50, paused → running`;
    expect(succeeded(await checkout.pulumi("preview"))).toContain(message);
    const refreshed = succeeded(await checkout.pulumi("preview", "--refresh", "--diff"));
    expect(refreshed).toMatch(/~ poll\.interval\.ms +: "999" => "50"/);
    expect(refreshed).toMatch(/~ desiredState +: "paused" => "running"/);

    expect(succeeded(await up())).toMatch(/a change was seen on shard0\.cdc\.probe/);
    expect(await worker.getConfig(name)).toEqual(config);
    await isIn("RUNNING", "RUNNING");
    expect(succeeded(await checkout.pulumi("preview", "--refresh"))).toMatch(unchanged);
  });

  test("a deletion: shown, mended by `up --refresh`, with a word about the offsets; then there is nothing left", async () => {
    await worker.deleteConnector(name);
    expect(succeeded(await checkout.pulumi("preview", "--refresh"))).toMatch(
      /\+ +cdc:index:Connector +shard0-connector +create/,
    );
    const output = succeeded(await up("--refresh"));
    expect(output).toMatch(/offsets of an earlier connector of this name exist \(mysql-bin\.\d+ at \d+, GTIDs /);
    expect(output).toMatch(/a change was seen on shard0\.cdc\.probe/);
    await isIn("RUNNING", "RUNNING");
    expect(succeeded(await checkout.pulumi("preview", "--refresh"))).toMatch(unchanged);
  });

  test("a deletion is mended by a plain `up` too", async () => {
    await worker.deleteConnector(name);
    expect(succeeded(await checkout.pulumi("preview"))).toContain(`${name} on the worker: missing → created`);
    succeeded(await up());
    await isIn("RUNNING", "RUNNING");
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(unchanged);
  });
});

describe("states, by configuration", () => {
  test.each([
    ["paused", ["PAUSED", "PAUSED"]],
    ["stopped", ["STOPPED"]],
    ["running", ["RUNNING", "RUNNING"]],
  ])("%s, in place", async (state, expected) => {
    await configure({}, { state });
    expect(succeeded(await checkout.pulumi("preview", "--diff"))).toMatch(/~ desiredState *: "\w+" => "\w+"/);
    succeeded(await checkout.make("up"));
    await isIn(...expected);
    expect(succeeded(await checkout.pulumi("preview", "--refresh"))).toMatch(unchanged);
  });
});

describe("offsets", () => {
  const snapshotted = async () => (await operationsOf(9001)).filter((op) => op === "r").length;

  test("kept, a connector of the same name goes on, and says so", async () => {
    await query("INSERT INTO products.products (id, sku, name, price) VALUES (9001, 'e2e', 'e2e', 1.00)");
    await configure({ connectors: { onDelete: "keep" } });
    succeeded(await up());
    expect(await recreate()).toMatch(/offsets of an earlier connector of this name exist/);
    expect(await snapshotted()).toBe(0);
  });

  test("reset, it begins anew with a snapshot, and its schema history too", async () => {
    await configure({});
    succeeded(await up());
    expect(await recreate()).not.toMatch(/offsets of an earlier connector/);
    await expect.poll(snapshotted, patient).toBe(1);
  });

  test("given at creation, it begins there", async () => {
    const [place] = await query("SHOW BINARY LOG STATUS");
    await query("INSERT INTO products.products (id, sku, name, price) VALUES (9002, 'e2e-2', 'e2e', 1.00)");
    await expect.poll(async () => await operationsOf(9002), patient).toEqual(["c"]);
    const gtids = String(place?.["Executed_Gtid_Set"]).replaceAll("\n", "");
    const initialOffset = { file: String(place?.["File"]), position: Number(place?.["Position"]), gtids };
    await configure({}, { snapshotMode: "recovery", initialOffset });
    await recreate();
    await expect.poll(async () => await operationsOf(9002), patient).toEqual(["c", "c"]);
    expect(await snapshotted()).toBe(1);
  });

  test("that the server has purged: `up` refuses to go on from there, with what to do; a new connector begins anew", async () => {
    const [server] = await query("SELECT @@server_uuid AS uuid");
    await query("FLUSH BINARY LOGS");
    await purgeBinlogs(query, async () => (await query("SHOW BINARY LOGS")).map((row) => String(row["Log_name"])));
    const initialOffset = { file: "mysql-bin.000001", position: 4, gtids: `${String(server?.["uuid"])}:1-1` };
    await configure({}, { snapshotMode: "recovery", initialOffset });
    expect(failed(await up("--replace", await urnOfConnector()))).toMatch(
      /CDC-853 connector shard0-connector: the place of the connector .* is lost: the server has purged .*\n.*what to do: `cdc offsets reset/,
    );
    await configure({});
    await recreate();
    await isIn("RUNNING", "RUNNING");
  });
});

describe("connectors that cannot work, checked by the worker at preview", () => {
  const folder = join(checkout.folder, "test", "e2e", "support", "connectors");
  let good: Record<string, string>;

  const pulumi = async (...args: string[]) => {
    const line = '. .cdc/env && cd test/e2e/support/connectors && exec pulumi "$@" --non-interactive --color never';
    return await execute(["sh", "-c", line, "pulumi", ...args, "--stack", "bad"], { cwd: checkout.folder });
  };
  const previewOf = async (change: Record<string, string | undefined>) => {
    const config = Object.fromEntries(
      Object.entries({ ...good, ...change }).filter(([, value]) => value !== undefined),
    );
    const values = { "connectors:worker": worker.url, "connectors:connectors": { bad: { config } } };
    await writeFile(join(folder, "Pulumi.bad.yaml"), stringify({ config: values }));
    return await pulumi("preview");
  };

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    await cp(join(import.meta.dirname, "support", "connectors"), folder, { recursive: true });
    const config = await worker.getConfig(name);
    if (config === undefined) throw new Error(`${name} is not on the worker`);
    good = { ...config, "database.server.id": "6001", "topic.prefix": "bad" };
    succeeded(await pulumi("stack", "init"));
  });

  test("a good one passes", async () => {
    expect(succeeded(await previewOf({}))).toMatch(/\+ +cdc:index:Connector +bad +create/);
  });

  test.each<[string, Record<string, string | undefined>, RegExp]>([
    [
      "a wrong password",
      { "database.password": "wrong" },
      /database\.hostname: Unable to connect: Access denied for user 'debezium'.*\n\s+what to do: account or password is wrong/,
    ],
    [
      "a bad transform class",
      { transforms: "t", "transforms.t.type": "com.example.Nope" },
      /transforms\.t\.type: .*Class com\.example\.Nope could not be found.*\n\s+what to do: .*plugin\.path/,
    ],
    [
      "Debezium's 1.x keys",
      { "topic.prefix": undefined, "database.server.name": "bad" },
      /topic\.prefix: .*A value is required\n\s+what to do: .*Debezium 1\.x called it database\.server\.name/,
    ],
    [
      "a server that is not there",
      { "database.hostname": "nowhere" },
      /database\.hostname: .*\n\s+what to do: the database does not answer/,
    ],
    [
      "a connector that the worker does not have",
      { "connector.class": "com.example.Nope" },
      /connector\.class: the worker has no connector com\.example\.Nope/,
    ],
  ])("%s", async (_what, change, error) => {
    expect(failed(await previewOf(change))).toMatch(error);
    expect(await worker.getStatus("bad")).toBeUndefined();
  });
});

test("a worker at another address: the connector goes on where it was", async () => {
  const before = await worker.getOffsets(name);
  await configure({ connect: { port: 8093 } });
  expect(succeeded(await up())).toMatch(/a change was seen on shard0\.cdc\.probe/);
  const moved = new ConnectClient({ url: `http://localhost:${8093 + portOffset}` });
  const after = await moved.getOffsets(name);
  const gtids = (offsets: typeof after) => Number(/:1-(\d+)$/.exec(String(offsets?.[0]?.offset?.["gtids"]))?.[1]);
  expect(gtids(after)).toBeGreaterThanOrEqual(gtids(before));
  expect(succeeded(await checkout.pulumi("preview", "--refresh"))).toMatch(unchanged);
});

describe("pipelines that cannot work", () => {
  beforeEach(async () => {
    await configure({});
  });

  test("Debezium's 1.x keys are refused by the plan", async () => {
    await configure({}, { connectorProperties: { "database.server.name": "x" } });
    expect(failed(await checkout.pulumi("preview"))).toMatch(/CDC-301 .*database\.server\.name/);
  });

  test("a missing table is refused by the plan where it knows the schema, and by `up` where it does not", async () => {
    const tables = ["products.products", "products.stock", "products.nope"];
    await configure({ tables });
    expect(failed(await checkout.pulumi("preview"))).toMatch(/CDC-213 /);

    await configure({ tables, schema: "" });
    expect(failed(await up())).toMatch(
      /shard0: .*products\.nope: to be captured, but not on the server; make the table/,
    );

    await query("CREATE TABLE products.nope (id INT PRIMARY KEY)");
    succeeded(await up());
  });

  // The last one: a producer that waits for ever is ended by force, which takes the worker a minute.
  test("a topic that is not there, and that nothing creates: `up` fails with its name", async () => {
    const route = {
      transforms: "route",
      "transforms.route.type": "org.apache.kafka.connect.transforms.RegexRouter",
      "transforms.route.regex": "shard0\\.cdc\\.probe",
      "transforms.route.replacement": "elsewhere",
    };
    const tables = ["products.products", "products.stock", "products.nope"];
    await configure({ tables, schema: "" }, { connectorProperties: route });
    expect(failed(await up())).toMatch(
      /waits for ever: there is no topic elsewhere, and nothing creates topics by itself/,
    );
  });
});
