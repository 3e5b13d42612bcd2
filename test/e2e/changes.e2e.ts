/** The commands about changes on a real stack: what `tail` shows, what `verify` times, what `doctor` names, what `snapshot` reads. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Result as DoctorResult } from "../../cli/doctor/walk.ts";
import { ConnectClient } from "../../clients/connect/client.ts";
import { stringifyExact } from "../../clients/debezium/events/json.ts";
import { RangeReader } from "../../clients/kafka/range.ts";
import { proveRead } from "../../snapshot/proof.ts";
import type { TablesTarget } from "../../snapshot/target.ts";
import { tutorialConnector } from "./support/by-hand.ts";
import { Cdc, cdc } from "./support/cdc.ts";
import { Checkout, committedConfig, dockerLines } from "./support/checkout.ts";
import { decode, decodeKey, readAll, recordsOn } from "./support/events.ts";
import { kafkaTopics } from "./support/kafka-topics.ts";
import { fillLateTable, foldedRows, lateTable, rowsOf, writeLateTable } from "./support/late-table.ts";
import { connectRoot } from "./support/mysql.ts";
import { failed, succeeded } from "./support/results.ts";
import { statusOf } from "./support/status.ts";
import { patient, until } from "./support/until.ts";
import { targetOf, type Kept } from "../../plan/endpoints.ts";

const portOffset = 1000;
const bootstrap = `localhost:${9092 + portOffset}`;
const checkout = new Checkout("e2e-changes");
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const connector = "inventory-connector-0";
const mysql1 = `${checkout.prefix}-mysql-3309`;
let root: Connection;

const tables = `
CREATE TABLE IF NOT EXISTS products.small (
  id BIGINT NOT NULL PRIMARY KEY,
  name VARCHAR(64),
  price DECIMAL(12, 3),
  flags BIT(12),
  raw_bytes VARBINARY(8),
  day DATE,
  opened TIME(6),
  planned DATETIME(6),
  seen TIMESTAMP NULL
);
CREATE TABLE IF NOT EXISTS products.bulk (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  sku VARCHAR(32) NOT NULL,
  price DECIMAL(10, 2) NOT NULL
);
`;

const config = {
  portOffset,
  shards: [
    { name: "shard0", port: 3308, connector },
    { name: "shard1", port: 3309, connector: "inventory-connector-1" },
  ],
  tables: ["products.products", "products.stock", "products.small", "products.bulk"],
};

beforeAll(async () => {
  await checkout.create(config);
  await writeFile(join(checkout.folder, "sql", "products", "30-tables.sql"), tables);
  succeeded(await checkout.make("up"));
  root = await connectRoot(checkout, 3308 + portOffset, {
    database: "products",
    timezone: "+09:00",
    supportBigNumbers: true,
    bigNumberStrings: true,
  });
});

afterAll(async () => {
  await root?.end();
  await checkout.remove();
});

/** A probe that was written last has arrived, and with it all that was written before. */
async function everythingHasPassed(): Promise<void> {
  succeeded(await cdc(checkout, "verify", "--count", "1"));
}

describe("tail", () => {
  const time = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z) {2}/;

  /** The lines, their times checked and taken away. */
  function linesOf(stdout: string): string[] {
    return stdout
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [, at = ""] = time.exec(line) ?? [];
        // A mistaken zone is half an hour at least.
        expect(Math.abs(Date.parse(at) - Date.now()), line).toBeLessThan(1_800_000);
        return line.replace(time, "");
      });
  }

  test("shows inserts, updates, deletes and tombstones decoded, then ends by itself", async () => {
    const tail = new Cdc(checkout, ["tail", "--table", "small", "-n", "6"]);
    await tail.says(/Ctrl-C ends it/);
    await root.query(
      "INSERT INTO small VALUES (9007199254740993, '방수 재킷', -12345.678, b'101000000011', X'00ff10', '2025-10-19', " +
        "'-12:34:56.000001', '2025-10-19 23:46:20.123456', '2025-10-19 23:46:20'), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
    );
    await root.query("UPDATE small SET price = 0.5, name = 'it''s', planned = '1000-01-01 00:00:00' WHERE id > 2");
    await root.query("UPDATE small SET seen = '2025-10-19 23:46:20' WHERE id = 2");
    await root.query("DELETE FROM small WHERE id = 2");
    const { code, stdout } = await tail.end();
    expect(linesOf(stdout)).toEqual([
      "shard0  insert     products.small     id=9007199254740993  name='방수 재킷' price=-12345.678 flags=b'101000000011' " +
        "raw_bytes=0x00ff10 day=2025-10-19 opened=-12:34:56.000001 planned='2025-10-19 23:46:20.123456' seen=2025-10-19T14:46:20Z",
      "shard0  insert     products.small     id=2  name=NULL price=NULL flags=NULL raw_bytes=NULL day=NULL opened=NULL planned=NULL seen=NULL",
      "shard0  update     products.small     id=9007199254740993  name '방수 재킷' → 'it\\'s', price -12345.678 → 0.500, " +
        "planned '2025-10-19 23:46:20.123456' → '1000-01-01 00:00:00'",
      "shard0  update     products.small     id=2  seen NULL → 2025-10-19T14:46:20Z",
      "shard0  delete     products.small     id=2",
      "shard0  tombstone  products.small     id=2",
    ]);
    expect(code).toBe(0);
  });

  test("shows the same from the beginning, as JSON with every digit", async () => {
    const { code, stdout } = await cdc(checkout, "--json", "tail", "--table", "small", "--from-beginning", "-n", "3");
    const lines = stdout.trimEnd().split("\n");
    expect(code).toBe(0);
    expect(lines.map((line) => /"key":\{"id":(\d+)\}/.exec(line)?.[1])).toEqual([
      "9007199254740993",
      "2",
      "9007199254740993",
    ]);
    expect(JSON.parse(lines[2] ?? "")).toMatchObject({
      shard: "shard0",
      what: "update",
      op: "u",
      changed: ["name", "price", "planned"],
      before: { price: "-12345.678" },
      after: { price: "0.500" },
      topic: "shard0.products.small",
      partition: 0,
    });
  });

  test("hides heartbeats and probes unless it is asked for them", async () => {
    const { code, stdout } = await cdc(
      checkout,
      "tail",
      "--all",
      "--table",
      "cdc.heartbeat",
      "--shard",
      "shard1",
      "-n",
      "1",
    );
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^\S+ {2}shard1 {2}\w+ +cdc\.heartbeat +id=1 {2}beat_at /),
    ]);
    expect((await cdc(checkout, "tail", "--table", "cdc.heartbeat")).code).toBe(2);
  });

  test("ends on Ctrl-C, with exit code 0", async () => {
    const tail = new Cdc(checkout, ["tail"]);
    await tail.says(/Ctrl-C ends it/);
    tail.interrupt();
    expect(await tail.end()).toMatchObject({ code: 0, stdout: "" });
  });
});

describe("verify", () => {
  test("times every stage of twenty probes through each shard", async () => {
    const { code, stdout } = await cdc(checkout, "verify", "--count", "20", "--json");
    const found = JSON.parse(stdout) as {
      healthy: boolean;
      shards: {
        shard: string;
        probes: number;
        stagesMs: Record<string, { p50: number; max: number } | null>;
        error: unknown;
      }[];
    };
    expect([code, found.healthy]).toEqual([0, true]);
    expect(found.shards.map(({ shard, probes, error }) => [shard, probes, error])).toEqual([
      ["shard0", 20, null],
      ["shard1", 20, null],
    ]);
    for (const { stagesMs } of found.shards) {
      expect(Object.keys(stagesMs)).toEqual(["commit", "capture", "produce", "deliver", "total"]);
      for (const [stage, figures] of Object.entries(stagesMs)) {
        expect(figures, stage).not.toBeNull();
        expect(figures?.p50, stage).toBeGreaterThanOrEqual(0);
        expect(figures?.max, stage).toBeGreaterThanOrEqual(figures?.p50 ?? NaN);
        expect(figures?.max, stage).toBeLessThanOrEqual((stagesMs["total"]?.max ?? NaN) + 1);
      }
    }
  });

  test("prints a table for a person", async () => {
    const { code, stdout } = await cdc(checkout, "verify");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^SHARD +COMMIT +CAPTURE +PRODUCE +DELIVER +TOTAL\nshard0 +(\d+\.\d ms +){4}\d+\.\d ms\nshard1/,
    );
    expect(stdout).toContain("2 of 2 probes arrived");
  });
});

describe("doctor", () => {
  interface Report {
    readonly healthy: boolean;
    readonly firstBroken: DoctorResult | null;
    readonly checks: readonly DoctorResult[];
  }

  async function doctor(): Promise<{ code: number | null; report: Report }> {
    const { code, stdout, stderr } = await cdc(checkout, "doctor", "--json");
    if (stdout === "") throw new Error(stderr);
    return { code, report: JSON.parse(stdout) as Report };
  }

  /** The guard and the worker take a moment to see that something is well again. */
  async function untilWell(): Promise<void> {
    await until("the doctor finds all well", doctor, ({ code }) => code === 0, 2000);
  }

  test("finds everything well", async () => {
    const { code, report } = await doctor();
    expect(report.firstBroken).toBeNull();
    expect([code, report.healthy]).toEqual([0, true]);
    expect(report.checks.length).toBeGreaterThan(25);
    expect(new Set(report.checks.map(({ verdict }) => verdict))).toEqual(new Set(["well"]));
  });

  test("names a changed property, and that the next `up` mends it", async () => {
    const config = (await worker.getConfig(connector)) ?? {};
    await worker.putConfig(connector, { ...config, "poll.interval.ms": "700" });
    const { code, report } = await doctor();
    expect(code).toBe(1);
    expect(report.firstBroken).toMatchObject({
      id: "shard0:config",
      found: `${connector} is not configured as planned: poll.interval.ms is 700, planned is 50`,
    });
    succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
    await untilWell();
  });

  test("names a connector that was deleted, and what could not be looked at because of it", async () => {
    const config = (await worker.getConfig(connector)) ?? {};
    await worker.deleteConnector(connector);
    const { code, report } = await doctor();
    expect(code).toBe(1);
    expect(report.firstBroken).toMatchObject({
      id: "shard0:connector",
      found: `connector ${connector} is not on the worker`,
    });
    const verdicts = new Map(report.checks.map(({ id, verdict }) => [id, verdict]));
    expect([verdicts.get("shard0:probe"), verdicts.get("shard1:probe")]).toEqual(["not-reached", "well"]);
    await worker.putConfig(connector, config);
    await untilWell();
  });

  test("names a server that was stopped, in words", async () => {
    // It ends by its own will, however long that takes.
    await dockerLines("stop", "--time", "300", mysql1);
    try {
      const { code, stdout } = await cdc(checkout, "doctor");
      expect(code).toBe(1);
      expect(stdout).toMatch(/✓ shard0 probe/);
      expect(stdout).toMatch(/– shard1 probe +not reached/);
      expect(stdout).toContain(`first broken link: databases, shard1 container: ${mysql1} is exited with exit code 0`);
      expect(stdout).toContain("what to do: make up starts it again");
    } finally {
      await dockerLines("start", mysql1);
    }
    // The guard restarts the connector as soon as the server answers again.
    await untilWell();
  });
});

describe("snapshot", () => {
  const rows = 200_000;

  test("a table that is not captured is refused, with those that are", async () => {
    const { code, stderr } = await cdc(checkout, "snapshot", "shard0", "nothing");
    expect(code).toBe(2);
    expect(stderr).toContain("captured are: products.products, products.stock, products.small, products.bulk");
  });

  test("a condition that does not fit is refused in the server's words, one that does is kept to", async () => {
    const refused = await cdc(checkout, "snapshot", "shard0", "products", "--where", "nothing > 1");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("Unknown column 'nothing'")]);
    const { code, stdout } = await cdc(checkout, "--json", "snapshot", "shard0", "products", "--where", "price > 100");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ table: "products.products", result: "SUCCEEDED", rows: 2 });
  });

  test("brings every row of a large table to its topic, visibly, while changes go on", async () => {
    // Without a binlog, as rows that were there before anything captured them: only the snapshot can bring them.
    await root.query("SET SESSION sql_log_bin = 0");
    await root.query("SET SESSION cte_max_recursion_depth = 1000000");
    await root.query(
      "INSERT INTO bulk (sku, price) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) " +
        "SELECT CONCAT('sku-', i), i / 100 FROM n",
      [rows],
    );
    await root.query("SET SESSION sql_log_bin = 1");

    const snapshot = new Cdc(checkout, ["snapshot", "shard0", "products.bulk"]);
    await snapshot.says(/[1-9][\d,]* rows/);
    const written = await writeUntil(snapshot.end());
    // Rows that came after its start are read as changes, those that went before their chunk not at all.
    const { code, stdout, stderr } = await snapshot.end();
    expect([code, stdout], stderr).toEqual([
      0,
      expect.stringMatching(/^shard0 products\.bulk: (199|200),\d{3} rows, .* all were read\n$/),
    ]);
    expect(written).toBeGreaterThan(10);
    const seen = [...stderr.matchAll(/: ([\d,]+) rows, (\d+) % of the key range, [\d,]+ rows\/s, [\d.]+ s$/gm)].map(
      ([, count = "", percent]) => [Number(count.replaceAll(",", "")), Number(percent)] as const,
    );
    expect(seen.length, stderr).toBeGreaterThanOrEqual(2);
    expect(seen.map(([count]) => count)).toEqual(seen.map(([count]) => count).toSorted((a, b) => a - b));

    const [found] = await root.query<RowDataPacket[]>("SELECT id, sku, price FROM bulk ORDER BY id");
    const inMysql = new Map(found.map((row) => [String(row["id"]), stringifyExact([row["sku"], row["price"]])]));
    expect(inMysql.size).toBeGreaterThan(rows);
    await everythingHasPassed();
    const onTopic = await foldTopic("shard0.products.bulk");
    // Sets of this size compared whole would take longer to print than to find the difference.
    const missing = [...inMysql].filter(([id, row]) => onTopic.get(id) !== row);
    const extra = [...onTopic.keys()].filter((id) => !inMysql.has(id));
    expect({ missing: missing.slice(0, 5), extra: extra.slice(0, 5) }).toEqual({ missing: [], extra: [] });
  });

  test("is ended by --stop, and refused while another runs", async () => {
    succeeded(await cdc(checkout, "snapshot", "shard0", "bulk", "--no-wait"));
    await untilRunning();
    const second = await cdc(checkout, "snapshot", "shard0", "stock");
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining("is reading products.bulk already")]);
    const stopped = await cdc(checkout, "snapshot", "shard0", "bulk", "--stop");
    expect([stopped.code, stopped.stdout], stopped.stderr).toEqual([
      0,
      expect.stringContaining("the snapshot was ended"),
    ]);
    expect((await cdc(checkout, "snapshot", "shard0", "bulk", "--stop")).code).toBe(1);
    expect((await cdc(checkout, "snapshot", "shard0", "stock")).code).toBe(0);
  });

  async function untilRunning(): Promise<void> {
    await until("the snapshot has begun", async () => {
      const [place] = (await worker.getOffsets(connector)) ?? [];
      return place?.offset?.["incremental_snapshot_collections"] !== undefined;
    });
  }

  /** Inserts, changes and deletes rows until the work is done. @returns how many rows were inserted. */
  async function writeUntil(work: Promise<unknown>): Promise<number> {
    let isDone = false;
    const done = work.finally(() => (isDone = true));
    let inserted = 0;
    while (!isDone) {
      inserted += 1;
      await root.query("INSERT INTO bulk (sku, price) VALUES (?, 1)", [`new-${inserted}`]);
      // Rows that were read, that are being read, and that are still to be read.
      await root.query("UPDATE bulk SET price = price + 1 WHERE id = ?", [1 + Math.floor(Math.random() * rows)]);
      if (inserted % 10 === 0)
        await root.query("DELETE FROM bulk WHERE id = ?", [1 + Math.floor(Math.random() * rows)]);
      await setTimeout(5);
    }
    await done;
    return inserted;
  }

  /** What a consumer knows of the table once it has read the whole topic: the last word on each key. */
  async function foldTopic(topic: string): Promise<Map<string, string>> {
    const known = new Map<string, string>();
    for await (const record of recordsOn(bootstrap, topic)) {
      const id = stringifyExact(decodeKey(record)["id"]);
      const after = decode(record)?.after;
      if (after === undefined || after === null) known.delete(id);
      else known.set(id, stringifyExact([after["sku"], after["price"]]));
    }
    return known;
  }
});

describe("a connector that somebody registers by hand", () => {
  const name = "inventory-connector";

  afterAll(async () => {
    await worker.deleteConnector(name);
  });

  test("hangs as no topic is created, and is told with what it waits for", async () => {
    await worker.create(name, tutorialConnector("schemahistory.inventory"), "running");
    const status = failed(
      await until(
        "status tells of it",
        async () => await cdc(checkout, "status"),
        ({ stdout }) => stdout.includes("it says RUNNING, but waits"),
      ),
    );
    expect(status).toMatch(
      /inventory-connector: connector inventory-connector \(io\.debezium\.connector\.mysql\.MySqlConnector\) is not in the plan; it says RUNNING, but waits for a topic that is not there, and nothing creates topics by itself: tutorial\n/,
    );
    expect(status).toMatch(/NOT IN THE PLAN .*\ninventory-connector +MySqlConnector +RUNNING/);
    const doctor = await cdc(checkout, "--json", "doctor");
    const { checks } = JSON.parse(doctor.stdout) as { checks: DoctorResult[] };
    expect(checks.filter(({ verdict }) => verdict !== "well").map(({ title }) => title)).toEqual(["other connectors"]);
  });

  test("is nobody's trouble once it is taken away", async () => {
    await worker.deleteConnector(name);
    await expect.poll(async () => (await statusOf(checkout)).unmanagedConnectors, patient).toEqual([]);
  });
});

describe("a table that is new to a running connector", () => {
  const rows = 20_000;
  const topic = "shard0.products.late";
  const tables = [...config.tables, "products.late"];
  const noChange = /Resources:\s+\d+ unchanged/;
  let root1: Connection;

  beforeAll(async () => {
    root1 = await connectRoot(checkout, 3309 + portOffset);
    await fillLateTable(root, rows);
    await fillLateTable(root1, 3);
    await writeFile(join(checkout.folder, "sql", "products", "40-late.sql"), lateTable);
  });

  afterAll(async () => {
    await root1.end();
  });

  async function lateIs(): Promise<{ healthy: boolean; read: (string | undefined)[] }> {
    const { healthy, shards } = await statusOf(checkout);
    return { healthy, read: shards.map(({ tables: of }) => of.find(({ table }) => table === "products.late")?.read) };
  }

  /** The topic says of every key what the table says, once what was committed has passed. */
  async function expectEqual(): Promise<void> {
    await everythingHasPassed();
    const [onTopic, inTable] = [await foldedRows(bootstrap, topic), await rowsOf(root)];
    expect(onTopic.size).toBe(inTable.size);
    expect([...inTable].filter(([key, amount]) => onTopic.get(key) !== amount)).toEqual([]);
  }

  test("is read by `up` while rows are written, every one of them, and status tells before and after", async () => {
    await checkout.writeConfig({ ...(await committedConfig("dev")), ...config, tables });
    expect(await lateIs()).toEqual({ healthy: false, read: ["never", "never"] });
    const up = checkout.make("up");
    const writes = await writeLateTable(root, rows, up);
    const output = succeeded(await up);
    expect(output).toMatch(/shard0: never read: products\.late; up has the connector read it while changes go on/);
    expect(output).toMatch(
      /shard0: products\.late was read while changes went on, [\d,]+ rows in [\d.]+ s; all [\d,]+ rows that there are have a record on shard0\.products\.late/,
    );
    expect(output).toMatch(/shard1: products\.late was read while changes went on, 3 rows in .* all 3 rows/);
    expect(writes).toBeGreaterThan(10);
    await expectEqual();
    await expect.poll(lateIs, patient).toEqual({ healthy: true, read: ["read", "read"] });
    expect((await checkout.pulumi("preview")).output).toMatch(noChange);
  });

  test("has no proof where records are missing: every row without one is counted", async () => {
    const { deployment } = JSON.parse(await checkout.state()) as {
      deployment: { resources: { urn: string; inputs?: { target: Kept<TablesTarget> } }[] };
    };
    const kept = deployment.resources.find(({ urn }) => /TablesRead::shard0/.test(urn))?.inputs?.target;
    if (kept === undefined) throw new Error("no TablesRead in the state");
    const target = targetOf(kept);
    const prove = async (from: readonly bigint[]) =>
      await proveRead({
        target,
        login: await checkout.cdcLogin(),
        table: "products.late",
        topic,
        from,
        expectedRows: rows,
        pass: async () => {},
      });
    const { size } = await rowsOf(root);
    expect(await prove([0n])).toMatchObject({ rows: size, missing: 0, by: "keys", oneIn: 1 });
    const reader = new RangeReader({ bootstrap });
    const facts = (await reader.facts([topic])).get(topic);
    await reader.close();
    const proof = await prove(facts?.ends ?? []);
    expect(proof).toMatchObject({ rows: size, missing: size, keys: 0 });
    expect("examples" in proof ? proof.examples : []).toHaveLength(3);
  });

  test("is read again when its topic was deleted", async () => {
    await kafkaTopics(checkout, "--delete", "--topic", topic);
    // The broker deletes it by and by.
    await expect.poll(async () => (await lateIs()).read, patient).toEqual(["never", "read"]);
    const output = succeeded(await checkout.pulumi("up", "--yes", "--refresh"));
    expect(output).toMatch(/shard0: products\.late was read while changes went on/);
    expect(output).not.toMatch(/shard1: products\.late was read/);
    await expectEqual();
    await expect.poll(lateIs, patient).toEqual({ healthy: true, read: ["read", "read"] });
  });

  test("is asked for once: what an `up` that was killed has begun is followed to its end", async () => {
    await kafkaTopics(checkout, "--delete", "--topic", topic);
    await expect.poll(async () => (await lateIs()).read, patient).toEqual(["never", "read"]);
    succeeded(await checkout.pulumi("up", "--yes", "--refresh", "--target", "**topic-shard0.products.late"));
    const asked = succeeded(await cdc(checkout, "snapshot", "shard0", "late", "--no-wait"));
    succeeded(await checkout.pulumi("up", "--yes"));
    await expectEqual();
    const signals = await rowsOnTopic("shard0.cdc.signal", /execute-snapshot/, asked);
    expect(signals).toEqual({ asked: 1, after: 0 });
    await expect.poll(lateIs, patient).toEqual({ healthy: true, read: ["read", "read"] });
  });

  /** How many records of the topic fit: with the id that was told, and behind that. */
  async function rowsOnTopic(name: string, pattern: RegExp, told: string): Promise<{ asked: number; after: number }> {
    const id = /cdc-[0-9a-f-]{36}/.exec(told)?.[0] ?? "";
    const records = (await readAll(bootstrap, name))
      .map(({ value }) => value ?? "")
      .filter((value) => /"op":"c"/.test(value));
    const first = records.findIndex((value) => value.includes(id));
    return {
      asked: first === -1 ? 0 : 1,
      after: records.slice(first + 1).filter((value) => pattern.test(value)).length,
    };
  }
});
