/**
 * A server whose history is another one: found at resume, at `up` and by the guard, named, and mended by what the message
 * says; and no alarm for what is none. `cdc offsets reset` that was broken off, and causes that no restart heals.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import type { Condition, GuardedConnector } from "../../lib/guard-state.ts";
import { stringifyExact } from "../../clients/debezium/events/json.ts";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { purgeBinlogs } from "./support/binlogs.ts";
import { cdc, Cdc, type Ran } from "./support/cdc.ts";
import { Checkout, dockerLines } from "./support/checkout.ts";
import { decode, decodeKey, readAll } from "./support/events.ts";
import * as guards from "./support/guard.ts";
import { sqlIn } from "./support/mysql.ts";
import { failed, succeeded } from "./support/results.ts";
import { until, untilSucceeds } from "./support/until.ts";

const portOffset = 15_000;
const bootstrap = `localhost:${9092 + portOffset}`;
const checkout = new Checkout("e2e-history");
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const connector = "shard0-connector";
const mysql = `${checkout.prefix}-mysql-3308`;
const stallSeconds = 15;
const backup = `${checkout.prefix}-backup`;
let rootPassword: string;

beforeAll(async () => {
  await checkout.create({
    portOffset,
    shards: [{ name: "shard0", port: 3308 }],
    connectors: { properties: { "heartbeat.interval.ms": "2000" } },
    guard: { checkSeconds: 2, stallSeconds, restartAfterSeconds: [0, 5, 10, 20] },
  });
  succeeded(await checkout.make("up"));
  rootPassword = await checkout.password("mysql-root-password");
  await sql("CREATE DATABASE other; CREATE TABLE other.t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)");
});

afterAll(async () => {
  await checkout.remove();
  await dockerLines("volume", "rm", "--force", backup);
});

async function sql(statement: string): Promise<string[]> {
  return await sqlIn(mysql, rootPassword, statement);
}

async function binlogs(): Promise<string[]> {
  return (await sql("SHOW BINARY LOGS")).map((line) => line.split("\t")[0] ?? "");
}

/** Each in a transaction of its own. */
async function insert(count: number): Promise<void> {
  const rows = Array.from(
    { length: count },
    () => `INSERT INTO products.products (sku, name, price) VALUES ('${randomUUID().slice(0, 30)}', 'x', 1);`,
  );
  await sql(rows.join(" "));
}

async function guarded(): Promise<GuardedConnector | undefined> {
  return (await guards.guardState(checkout)).connectors[connector];
}

async function guardSays(...wanted: readonly Condition[]): Promise<GuardedConnector> {
  const isSaid = (one: GuardedConnector | undefined) => one !== undefined && wanted.includes(one.condition);
  return (await until(`${wanted.join(" or ")} for the guard`, guarded, isSaid)) as GuardedConnector;
}

const guardLines = async () => await guards.guardLines(checkout, connector);

/** Since this call it has compared the connector's place with the server's history, which it does every `stallSeconds`. */
async function guardHasJudged(): Promise<void> {
  const due = Date.now() + stallSeconds * 1000;
  const look = async () => Date.parse((await guards.guardState(checkout)).seenAt ?? "");
  const first = await until("a check that ended when it was due", look, (seenAt) => seenAt > due);
  await until("one that began then", look, (seenAt) => seenAt > first);
}

async function states(): Promise<string[]> {
  const status = await worker.getStatus(connector);
  return [status?.connector.state ?? "none", ...(status?.tasks ?? []).map(({ state }) => state)];
}

async function isIn(...wanted: string[]): Promise<void> {
  await until(wanted.join(", "), states, (found) => found.join() === wanted.join());
}

async function serverAnswers(): Promise<void> {
  await untilSucceeds("the server answers", async () => await sql("SELECT 1"));
}

/** Keys of the table's rows that are not in the topic as they are in the table. */
async function rowsNotInTopic(): Promise<string[]> {
  const newest = new Map<string, string | undefined>();
  for (const record of await readAll(bootstrap, "shard0.products.products")) {
    newest.set(stringifyExact(decodeKey(record)["id"]), decode(record)?.after?.["sku"] as string | undefined);
  }
  const rows = (await sql("SELECT id, sku FROM products.products")).map((line) => line.split("\t"));
  return rows.flatMap(([id = "", sku]) => (newest.get(id) === sku ? [] : [id]));
}

async function expectAgreement(): Promise<void> {
  await until("in the topic as in the table", rowsNotInTopic, (keys) => keys.length === 0);
}

/** Runs the command that a message names, and expects that it helps. */
async function mendBy(message: string): Promise<Ran> {
  const [, name = ""] = /`cdc offsets reset (\S+)`/.exec(message) ?? [];
  expect(name, message).not.toBe("");
  const done = await cdc(checkout, "offsets", "reset", name, "--yes");
  expect(done.code, done.stderr).toBe(0);
  expect(done.stdout).toMatch(
    /: running; a new snapshot follows.*\nrows deleted since the old place stay in compacted topics/,
  );
  await isIn("RUNNING", "RUNNING");
  await guardSays("healthy");
  await expectAgreement();
  return done;
}

/** What a container of the server's image does with the data and their backup. */
async function withData(script: string): Promise<void> {
  const [image = ""] = await dockerLines("inspect", "--format", "{{.Image}}", mysql);
  const [volume = ""] = await dockerLines("inspect", "--format", "{{range .Mounts}}{{.Name}}{{end}}", mysql);
  const mounts = ["-v", `${volume}:/data`, "-v", `${backup}:/backup`];
  await dockerLines("run", "--rm", "--user", "0", "--entrypoint", "sh", ...mounts, image, "-ec", script);
}

const putAside = "rm -rf /backup/* && cp -a /data/. /backup/";
const putBack = "find /data -mindepth 1 -delete && cp -a /backup/. /data/";

/** Takes a backup of the stopped server, and starts it again. */
async function takeBackup(): Promise<void> {
  await dockerLines("stop", mysql);
  await withData(putAside);
  await dockerLines("start", mysql);
  await serverAnswers();
  await guardSays("healthy");
}

describe("no alarm", () => {
  test("for new files of the binlog, tables that are not captured, and a restart of the server", async () => {
    expect((await cdc(checkout, "pause", "shard0")).code).toBe(0);
    await sql(
      "FLUSH BINARY LOGS; INSERT INTO other.t (v) VALUES (1); FLUSH BINARY LOGS; INSERT INTO other.t (v) VALUES (2)",
    );
    await insert(2);
    await dockerLines("restart", mysql);
    await serverAnswers();
    const { code, stderr } = await cdc(checkout, "resume", "shard0");
    expect(code, stderr).toBe(0);
    await expectAgreement();
  });

  test("for a binlog that was purged after it was read", async () => {
    await guardSays("healthy");
    await sql("FLUSH BINARY LOGS");
    await insert(1);
    await expectAgreement();
    const before = (await worker.getOffsets(connector))?.[0]?.offset?.["pos"];
    await until(
      "a newer place",
      async () => (await worker.getOffsets(connector))?.[0]?.offset?.["pos"],
      (pos) => pos !== before,
    );
    await purgeBinlogs(sql, binlogs);
    expect((await cdc(checkout, "restart", "shard0")).code).toBe(0);
    await insert(1);
    await expectAgreement();
  });

  test("for an identical copy of the server", async () => {
    expect((await cdc(checkout, "stop", "shard0")).code).toBe(0);
    await dockerLines("stop", mysql);
    await withData(`${putAside} && ${putBack}`);
    await dockerLines("start", mysql);
    await serverAnswers();
    const { code, stderr } = await cdc(checkout, "resume", "shard0");
    expect(code, stderr).toBe(0);
    await insert(1);
    await expectAgreement();
    expect((await guardLines()).filter((line) => /LOST|stopped$/.test(line))).toEqual([]);
  });

  test("a server that does not answer is unknown: the connector is not let go on", async () => {
    expect((await cdc(checkout, "stop", "shard0")).code).toBe(0);
    await dockerLines("stop", mysql);
    const { code, stderr } = await cdc(checkout, "resume", "shard0");
    expect([code, stderr]).toEqual([3, expect.stringContaining("CDC-854")]);
    expect(await states()).toEqual(["STOPPED"]);
    await dockerLines("start", mysql);
    await serverAnswers();
    expect((await cdc(checkout, "resume", "shard0")).code).toBe(0);
  });
});

describe("a history that began anew", () => {
  test("is found at resume, restart and preview, and by the guard when somebody goes past all of them", async () => {
    await insert(42);
    await expectAgreement();
    const spoke = (await guardLines()).length;
    expect((await cdc(checkout, "pause", "shard0")).code).toBe(0);
    await sql("RESET BINARY LOGS AND GTIDS");
    await insert(250);
    for (const verb of ["resume", "restart"]) {
      const { code, stderr } = await cdc(checkout, verb, "shard0");
      expect([code, stderr]).toEqual([1, expect.stringMatching(/CDC-85[02]: .* is lost: /)]);
    }
    expect(await states()).toEqual(["PAUSED", "PAUSED"]);
    expect(failed(await checkout.pulumi("preview"))).toMatch(/CDC-85[02] connector shard0-connector: .* is lost/);
    await guardSays("lost");
    const status = await cdc(checkout, "status");
    expect([status.code, status.stdout]).toEqual([
      1,
      expect.stringMatching(/shard0: CDC-85[02]: .*\n.*cdc offsets reset shard0/),
    ]);
    await worker.resume(connector);
    await isIn("STOPPED");
    expect((await guardLines()).slice(spoke).filter((line) => line.startsWith("restart "))).toEqual([]);
    await mendBy(status.stdout);
  });

  test("under a running connector costs no restart, and is said at once", async () => {
    const spoke = (await guardLines()).length;
    await sql("RESET BINARY LOGS AND GTIDS");
    await insert(300);
    const { restarts, remedy } = await guardSays("lost", "lasting");
    expect(restarts).toBe(0);
    await mendBy(remedy ?? "");
    expect((await guardLines()).slice(spoke).filter((line) => line.startsWith("restart "))).toEqual([]);
  });

  test("without a single transaction yet, can be begun on", async () => {
    expect((await cdc(checkout, "stop", "shard0")).code).toBe(0);
    await sql("RESET BINARY LOGS AND GTIDS");
    const { stderr } = await cdc(checkout, "resume", "shard0");
    expect(stderr).toContain("CDC-850");
    await mendBy(stderr);
  });
});

describe("an older backup that was put back", () => {
  test("and written to beyond the old numbers is found by the guard before it restarts the connector", async () => {
    await takeBackup();
    await insert(5);
    await expectAgreement();
    await dockerLines("stop", mysql);
    await withData(putBack);
    await dockerLines("start", mysql);
    await serverAnswers();
    await insert(60);
    const { remedy, restarts } = await guardSays("lost");
    expect(restarts).toBe(0);
    expect(failed(await checkout.make("up"))).toMatch(/CDC-85[02] connector shard0-connector/);
    await mendBy(remedy ?? "");
    succeeded(await checkout.make("up"));
  });

  test("under a connector that has gone on from there: it is stopped, and put back so that all others find it too", async () => {
    await insert(20);
    await expectAgreement();
    await guardHasJudged();
    await dockerLines("kill", mysql);
    await withData(putBack);
    // Nobody but us reaches it until it has overtaken the old numbers.
    await dockerLines("network", "disconnect", `${checkout.prefix}-databases`, mysql);
    await dockerLines("start", mysql);
    await serverAnswers();
    await insert(400);
    await dockerLines("network", "connect", "--alias", "mysql-3308", `${checkout.prefix}-databases`, mysql);
    const { remedy } = await guardSays("lost");
    await isIn("STOPPED");
    await until(
      "refused at resume",
      async () => (await cdc(checkout, "resume", "shard0")).stderr,
      (said) => said.includes("CDC-852"),
    );
    expect(await states()).toEqual(["STOPPED"]);
    await mendBy(remedy ?? "");
  });
});

test("another server at the same address, which lacks transactions, is found and named as that", async () => {
  await insert(5);
  await expectAgreement();
  expect((await cdc(checkout, "stop", "shard0")).code).toBe(0);
  await dockerLines("stop", mysql);
  await withData(`${putBack} && rm -f /data/auto.cnf`);
  await dockerLines("start", mysql);
  await serverAnswers();
  await insert(100);
  const { code, stderr } = await cdc(checkout, "resume", "shard0");
  expect([code, stderr]).toEqual([1, expect.stringContaining("CDC-851")]);
  await mendBy(stderr);
});

describe("what no restart heals", () => {
  test("a binlog purged unread: refused by resume; past that, the guard spends no restart and says what helps", async () => {
    await worker.stop(connector);
    await isIn("STOPPED");
    await insert(3);
    await sql("FLUSH BINARY LOGS");
    await purgeBinlogs(sql, binlogs);
    const { stderr } = await cdc(checkout, "resume", "shard0");
    expect(stderr).toContain("CDC-853");
    await worker.resume(connector);
    expect(await guardSays("lasting")).toMatchObject({
      restarts: 0,
      remedy: expect.stringContaining("cdc offsets reset"),
    });
    await mendBy(stderr);
  });

  test("a schema history that is gone: the same", async () => {
    await worker.stop(connector);
    await isIn("STOPPED");
    const admin = new TopicAdmin({ bootstrap });
    try {
      await admin.deleteRecords("schemahistory.shard0");
    } finally {
      await admin.close();
    }
    await worker.resume(connector);
    const { restarts, remedy = "" } = await guardSays("lasting");
    expect(restarts).toBe(0);
    await mendBy(remedy.replace("SHARD", "shard0"));
  });
});

test("cdc offsets reset that was broken off is brought to its end by the same command", async () => {
  const first = new Cdc(checkout, ["offsets", "reset", "shard0", "--yes"]);
  await first.says(/forgetting its offsets/);
  first.interrupt();
  await first.end();
  // As a run leaves it that ended between two steps.
  await worker.stop(connector);
  await isIn("STOPPED");
  const before = (await readAll(bootstrap, "shard0.products.products")).length;
  await mendBy("`cdc offsets reset shard0`");
  const since = async () => (await readAll(bootstrap, "shard0.products.products")).slice(before).map(decode);
  await until("rows of a new snapshot", async () => (await since()).some((event) => event?.op === "r"));
});
