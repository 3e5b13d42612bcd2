/** Passwords made anew while a writer writes on both shards: nothing lost, nothing twice, the old ones refused; also after a kill. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { isLetIn } from "../../clients/mysql/passwords.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, dockerLines, execute } from "./support/checkout.ts";
import { connectRoot } from "./support/mysql.ts";
import { succeeded } from "./support/results.ts";
import { patient } from "./support/until.ts";
import { arrived, firstRow, letWriterIn, Writer } from "./support/writer.ts";

const portOffset = 12_000;
const bootstrap = `localhost:${9092 + portOffset}`;
const checkout = new Checkout("e2e-rotate");
const worker = new ConnectClient({ url: `http://127.0.0.1:${8083 + portOffset}` });
const shards = [3308, 3309].map((port, number) => ({
  name: `shard${number}`,
  port: port + portOffset,
  connector: `shard${number}-connector`,
  container: `${checkout.prefix}-mysql-${port}`,
}));
const unchanged = /Resources:\s+\d+ unchanged/;
const writers: Writer[] = [];
/** All that was ever a password, for the search at the end. */
const secrets = new Set<string>();
/** All that pulumi printed. */
let printed = "";

async function passwords() {
  const [root, account] = [await checkout.password("mysql-root-password"), await checkout.password("cdc-password")];
  secrets.add(root).add(account);
  return { root, account };
}

/** Whether each shard lets that account in. */
async function letIn(user: string, password: string): Promise<boolean[]> {
  const tls = { ca: await checkout.authority() };
  return await Promise.all(
    shards.map(async ({ port }) => await isLetIn({ host: "127.0.0.1", port, tls, user, password })),
  );
}

const everywhere = [true, true];
const nowhere = [false, false];

/** As the documentation says. */
async function rotate(field: string, word: string): Promise<void> {
  succeeded(await checkout.pulumi("config", "set", "--path", `cdc:rotation.${field}`, word));
}

async function pulumi(...args: string[]): Promise<string> {
  const result = await checkout.pulumi(...args);
  printed += result.output;
  return succeeded(result);
}

const startedAt = async (...containers: string[]) =>
  await dockerLines("container", "inspect", "--format", "{{.State.StartedAt}}", ...containers);

beforeAll(async () => {
  await checkout.create({ portOffset, shards: 2 });
  succeeded(await checkout.make("up"));
  const { root } = await passwords();
  for (const { port } of shards) {
    const connection = await connectRoot(checkout, port, { password: root });
    await letWriterIn(connection);
    await connection.end();
    writers.push(new Writer(port));
  }
});

afterAll(async () => {
  await Promise.all(writers.map(async (writer) => await writer.end()));
  await checkout.remove();
});

test("the connectors' password: no server is restarted, the old one is refused, and then there is nothing left", async () => {
  const old = await passwords();
  const servers = await startedAt(...shards.map(({ container }) => container));
  await rotate("cdcAccount", "first");
  const preview = await pulumi("preview");
  expect(preview).toMatch(/~ +cdc:index:RandomPassword +cdc-password +update/);
  expect(preview).toMatch(/~ +cdc:index:AcceptedPassword +shard1-cdc-password +update/);
  expect(preview).toMatch(/connect-container +replace/);
  expect(preview).not.toMatch(/shard\d-container +replace/);

  const output = await pulumi("up", "--yes", "--skip-preview");
  for (const { name } of shards) {
    expect(output).toContain(`${name}: the new password of debezium@% is in use, and the old one is refused`);
    expect(output).toMatch(new RegExp(`${name}: a change was seen on`));
  }
  const { account, root } = await passwords();
  expect(root).toBe(old.root);
  expect(await letIn("debezium", old.account)).toEqual(nowhere);
  expect(await letIn("debezium", account)).toEqual(everywhere);
  expect(await startedAt(...shards.map(({ container }) => container))).toEqual(servers);
  expect(await pulumi("preview")).toMatch(unchanged);
  succeeded(await cdc(checkout, "doctor"));
});

describe("killed in the middle", () => {
  let old: Awaited<ReturnType<typeof passwords>>;

  test("when a server has the new one: the old one is still good for the connectors", async () => {
    old = await passwords();
    await rotate("cdcAccount", "second");
    await killedWhen(/shard\d-cdc-password updated/);
    // Left alone like this, a connector that is started anew is let in.
    expect(await letIn("debezium", old.account)).toEqual(everywhere);
    for (const { connector } of shards) await worker.restart(connector);
    for (const { connector } of shards) {
      const states = async () => (await worker.getStatus(connector))?.tasks.map(({ state }) => state);
      await expect.poll(states, patient).toEqual(["RUNNING"]);
    }
    succeeded(await cdc(checkout, "verify", "--count", "1"));
  });

  test("the next `up` ends what was begun, and gives root a new one as well", async () => {
    await rotate("mysqlRoot", "second");
    const result = await checkout.make("up");
    printed += result.output;
    succeeded(result);
    const { account, root } = await passwords();
    expect(await letIn("debezium", old.account)).toEqual(nowhere);
    expect(await letIn("root", old.root)).toEqual(nowhere);
    expect(await letIn("debezium", account)).toEqual(everywhere);
    expect(await letIn("root", root)).toEqual(everywhere);
    expect(await pulumi("preview")).toMatch(unchanged);
    // Never two servers at a time.
    const [first, second] = await startedAt(...shards.map(({ container }) => container));
    expect(Math.abs(Date.parse(first ?? "") - Date.parse(second ?? ""))).toBeGreaterThan(500);
  });
});

test("every row that was written meanwhile has one event", async () => {
  for (const [number, { name, port }] of shards.entries()) {
    const written = (await writers[number]?.end()) ?? 0;
    expect(written).toBeGreaterThan(100);
    await expect.poll(async () => new Set((await arrived(bootstrap, name)).ids).size, patient).toBe(written);
    const { ids, pauseMs } = await arrived(bootstrap, name);
    expect(ids).toHaveLength(written);
    const connection = await connectRoot(checkout, port);
    const [rows] = await connection.query<RowDataPacket[]>(
      "SELECT COUNT(*) AS rows_ FROM products.products WHERE id >= ?",
      [firstRow],
    );
    await connection.end();
    expect(Number(rows[0]?.["rows_"])).toBe(written);
    console.log(`${name}: ${written} rows, the longest time without an event was ${pauseMs} ms`);
  }
});

test("none of the passwords, old or new, stands in clear anywhere", async () => {
  await passwords();
  expect(secrets.size).toBe(5);
  const names = await dockerLines("ps", "--filter", `label=cdc.stack=${checkout.prefix}`, "--format", "{{.Names}}");
  const shown: Record<string, string> = {
    printed,
    state: await checkout.state(),
    inspect: (await dockerLines("container", "inspect", ...names)).join("\n"),
    status: (await cdc(checkout, "status", "--json")).stdout,
  };
  for (const name of names) {
    shown[`log of ${name}`] = (await execute(["docker", "logs", name])).output;
    shown[`processes of ${name}`] = (await dockerLines("top", name, "-eo", "pid,args")).join("\n");
  }
  for (const [where, text] of Object.entries(shown)) {
    expect(text.length, where).toBeGreaterThan(20);
    for (const secret of secrets) expect(text.includes(secret), where).toBe(false);
  }
});

/** Starts `pulumi up`, and kills it and all that it started once it says so. */
async function killedWhen(pattern: RegExp): Promise<void> {
  const line = `. .cdc/env && exec pulumi up --yes --skip-preview --non-interactive --color never --stack ${checkout.stack}`;
  const child = spawn("sh", ["-c", line], {
    cwd: checkout.folder,
    env: checkout.environment(),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += String(chunk);
      if (pattern.test(output) && child.exitCode === null && child.signalCode === null)
        process.kill(-Number(child.pid), "SIGKILL");
    });
  }
  await ended;
  printed += output;
  expect(child.signalCode, output).toBe("SIGKILL");
}
