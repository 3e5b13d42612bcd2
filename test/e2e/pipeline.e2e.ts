/**
 * The whole product on a stack of its own: brought up by `make up`, watched, changed, hurt, repaired and removed.
 * The tests go through the life of that one stack in their order.
 */
import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { request, type IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { TopicReader } from "../../clients/kafka/topic.ts";
import { connectMysql } from "../../clients/mysql/client.ts";
import { makeAuthority, makeCertificate } from "../../provider/certificates.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, committedConfig, dockerLines, execute, namesOwnedBy } from "./support/checkout.ts";
import { decode, decodeKey, readAll, recordsOf } from "./support/events.ts";
import { kafkaTopics } from "./support/kafka-topics.ts";
import { connectRoot } from "./support/mysql.ts";
import { succeeded } from "./support/results.ts";
import { logEverything, placesOf, processesDuring, secretsOf } from "./support/secret-places.ts";
import { secretsIn } from "./support/secrets.ts";
import {
  type Consumed,
  documentedEvent,
  ExampleConsumer,
  giveUpAndCommit,
  shapeOf,
  shellLines,
} from "./support/terms.ts";
import { patient, until } from "./support/until.ts";

const portOffset = 20_000;
const kafka = `localhost:${9092 + portOffset}`;
const connectUrl = `http://localhost:${8083 + portOffset}`;
const shards = [0, 1, 2].map((index) => ({
  name: `shard${index}`,
  port: 3308 + portOffset + index,
  container: `cdc-e2e-main-mysql-${3308 + index}`,
  connector: `inventory-connector-${index}`,
}));
const noChange = /Resources:\s+\d+ unchanged/;

const checkout = new Checkout("e2e-main");
const worker = new ConnectClient({ url: connectUrl });
const startedMs = Date.now();
let rootPassword: string;
let outputOfUp: string;
let processesOfUp: string[];

async function onShard<T>(shard: { readonly port: number }, work: (sql: Connection) => Promise<T>): Promise<T> {
  // Text as MySQL shows it, not JavaScript's idea of a date.
  const options = { password: rootPassword, database: "products", dateStrings: true };
  const connection = await connectRoot(checkout, shard.port, options);
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

async function mountedVolumes(): Promise<string[]> {
  const names = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}}{{println}}{{end}}{{end}}';
  return await dockerLines("container", "inspect", "--format", names, ...(await containers()));
}

async function containers(): Promise<string[]> {
  const kind = "container ";
  return (await namesOwnedBy(checkout.prefix)).flatMap((line) =>
    line.startsWith(kind) ? [line.slice(kind.length)] : [],
  );
}

/** Connector and task; the guard may be about to restart them once more. */
async function runs(connector: string): Promise<void> {
  const states = async () => {
    const status = await worker.getStatus(connector);
    return [status?.connector.state, ...(status?.tasks ?? []).map(({ state }) => state)];
  };
  await expect.poll(states, patient).toEqual(["RUNNING", "RUNNING"]);
}

beforeAll(async () => {
  await checkout.create({ portOffset });
});

afterAll(async () => {
  await checkout.remove();
});

describe("first up", () => {
  test("`make up` ends with a table of running shards on which a change was seen", async () => {
    const { result, seen } = await processesDuring(async () => await checkout.make("up"));
    processesOfUp = seen;
    const output = succeeded(result);
    outputOfUp = output;
    for (const { name, connector } of shards) {
      expect(output).toMatch(new RegExp(`${name} .*${connector} .*RUNNING .*RUNNING .*\\d+ ms`));
    }
    rootPassword = await checkout.password("mysql-root-password");
  });

  test("the checkout is as clean as it was cloned", async () => {
    expect(await checkout.gitStatus()).toBe("");
  });

  test("a second preview, by plain pulumi, is empty", async () => {
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(noChange);
    expect(await checkout.gitStatus()).toBe("");
  });

  test("`make up` again rebuilds nothing and changes nothing", async () => {
    const output = succeeded(await checkout.make("up"));
    expect(output).toMatch(noChange);
    expect(output).not.toMatch(/building|installing/);
  });
});

describe("what runs", () => {
  test("every connector and its task say RUNNING", async () => {
    for (const { connector } of shards) await runs(connector);
  });

  test("the declared topics are there, and no others but Kafka's own", async () => {
    const topics = await kafkaTopics(checkout, "--list");
    const ofShard = (name: string) => [
      `__debezium-heartbeat.${name}`,
      `schemahistory.${name}`,
      name,
      ...["heartbeat", "notifications", "probe", "signal"].map((table) => `${name}.cdc.${table}`),
      ...["products.products", "products.stock"].map((table) => `${name}.${table}`),
    ];
    const declared = [
      "connect-configs",
      "connect-offsets",
      "connect-status",
      ...shards.flatMap(({ name }) => ofShard(name)),
    ];
    expect(topics.filter((topic) => !/^__(consumer_offsets|transaction_state)$/.test(topic)).toSorted()).toEqual(
      declared.toSorted(),
    );
  });

  test("a producer cannot make a topic by a typing error", async () => {
    const reader = new TopicReader({ bootstrap: kafka }, "shard0.products.prodcuts");
    await expect(reader.endOffsets()).rejects.toThrow(/unknown topic/i);
    await reader.close();
  });
});

describe("secrets", () => {
  test("are repeated by no answer of the worker, wherever a request puts their placeholder", async () => {
    const config = (await worker.getConfig(shards[0]?.connector ?? "")) ?? {};
    const placeholder = config["database.password"] ?? "";
    expect(await worker.validate({ ...config, name: "e2e" })).toEqual([]);
    // Each of these would be repeated as `Invalid value`, or as the connector's name.
    const repeated = ["tasks.max", "name", "errors.tolerance", "key.converter", "transforms", "producer.override.acks"];
    for (const property of repeated) {
      await expect(worker.validate({ ...config, [property]: placeholder })).rejects.toThrow(
        `${property} holds a placeholder of a secret`,
      );
    }
  });

  test("are put into no name that stands in a path, and a text that Kafka's pattern would take minutes for is refused", async () => {
    const put = async (path: string, config: object) => {
      const headers = { "content-type": "application/json" };
      return (await fetch(`${connectUrl}${path}`, { method: "PUT", headers, body: JSON.stringify(config) })).status;
    };
    const named = (name: string) => `/connectors/${encodeURIComponent(name)}/config`;
    const config = { "connector.class": "io.debezium.connector.mysql.MySqlConnector", "topic.prefix": "e2e" };
    expect(await put(named("${env:PATH}"), config)).toBe(403);
    // The worker's server takes no encoded slash.
    expect(await put(named("${file:/run/secrets/connectors.properties:debezium.password}"), config)).toBe(400);
    const colons = { ...config, "topic.prefix": `\${${":".repeat(10_000)}` };
    expect(await put("/connector-plugins/MySqlConnector/config/validate", colons)).toBe(403);
  });

  test("and everything else are out of reach of pages of other sites, which restart nothing either", async () => {
    const restart = `/connectors/${shards[0]?.connector}/restart?includeTasks=true`;
    const status = async (headers: Record<string, string>) => {
      const asked = request(`${connectUrl}${restart}`, { method: "POST", headers }).end();
      const [response] = (await once(asked, "response")) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    expect(await status({ host: "evil.example" })).toBe(403);
    expect(await status({ origin: "http://evil.example" })).toBe(403);
    expect(await status({ "sec-fetch-site": "cross-site" })).toBe(403);
  });

  test("the CDC account may not write to the users' tables, nor read those of other databases", async () => {
    const [shard = { port: 0 }] = shards;
    await onShard(shard, (sql) => sql.query("CREATE DATABASE salaries"));
    await onShard(shard, (sql) => sql.query("CREATE TABLE salaries.t (id INT PRIMARY KEY)"));
    const connection = await connectMysql({ host: "127.0.0.1", port: shard.port, ...(await checkout.cdcLogin()) });
    await expect(connection.query("DELETE FROM products.stock")).rejects.toThrow(/denied/);
    await connection.query("SELECT 1 FROM products.stock");
    for (const table of ["salaries.t", "mysql.user"])
      await expect(connection.query(`SELECT 1 FROM ${table}`), table).rejects.toThrow(/denied/);
    await connection.end();
    await onShard(shard, (sql) => sql.query("DROP DATABASE salaries"));
  });

  test("nobody logs in to MySQL by the network without TLS, the right password or not", async () => {
    const login = { host: "127.0.0.1", port: 3308 + portOffset };
    const { password } = await checkout.cdcLogin();
    for (const account of [
      { user: "debezium", password },
      { user: "root", password: rootPassword },
    ]) {
      await expect(createConnection({ ...login, ...account }), account.user).rejects.toThrow(/Access denied/);
      const encrypted = await createConnection({ ...login, ...account, ssl: { ca: await checkout.authority() } });
      await encrypted.end();
    }
  });
});

describe("what docs/terms.md gives to copy", () => {
  const topic = "shard0.products.products";
  const onFirst = async (statement: string) =>
    await onShard(shards[0] ?? { port: 0 }, async (sql) => await sql.query(statement));

  /** Reads on with the consumer until `isEnough`, then ends it as Ctrl-C does. */
  async function consumedBy(from: string, isEnough: (consumed: readonly Consumed[]) => boolean): Promise<Consumed[]> {
    const consumer = new ExampleConsumer(kafka, "terms", [from]);
    try {
      await expect.poll(() => isEnough(consumer.consumed), patient).toBe(true);
    } finally {
      expect(await consumer.stop()).toEqual({ code: 0, errors: "" });
    }
    return consumer.consumed;
  }

  test("the lines for a shell work as they stand, whatever the portOffset", async () => {
    const lines = shellLines().replaceAll("cdc-dev-", `${checkout.prefix}-`);
    const output = succeeded(await execute(["bash", "-euo", "pipefail", "-c", lines]));
    expect(output).toMatch(new RegExp(`^${topic.replaceAll(".", String.raw`\.`)}$`, "m"));
    expect(output.match(/"op":"r"/g)).toHaveLength(2);
    expect(output).toMatch(/^key1\s+hello$/m);
    expect(output).not.toMatch(/deprecated|unrecognized|WARN|ERROR/i);
  });

  test("the event has the fields that one of today has, with values of the same types", async () => {
    const { statement, key, payload } = documentedEvent();
    const [record] = await recordsOf(kafka, topic, 1, async () => await onFirst(statement));
    expect(shapeOf(JSON.parse(record?.key ?? ""))).toEqual(shapeOf(key));
    const event = JSON.parse(record?.value ?? "") as { payload: unknown };
    expect(Object.keys(event)).toEqual(["schema", "payload"]);
    expect(shapeOf(event.payload)).toEqual(shapeOf(payload));
  });

  test("the consumer reads in order, and goes on where it stopped", async () => {
    const weigh = async (...weights: number[]) => {
      for (const weight of weights) await onFirst(`UPDATE products SET weight_kg = ${weight} WHERE id = 102`);
    };
    const weightsUpTo = async (last: number) => {
      const consumed = await consumedBy(topic, (all) => all.some(({ after }) => after?.["weight_kg"] === last));
      const changes = consumed.filter(({ op, key }) => op === "u" && key?.["id"] === 102);
      return changes.map(({ after }) => after?.["weight_kg"]);
    };
    await weigh(101, 102, 103);
    expect(await weightsUpTo(103)).toEqual([101, 102, 103]);
    await weigh(104, 105);
    expect(await weightsUpTo(105)).toEqual([104, 105]);
  });

  test("the consumer reads no event of a transaction that was not committed", async () => {
    const event = (op: string) => JSON.stringify({ op, before: null, after: null, source: { ts_us: 1 } });
    await giveUpAndCommit(kafka, "terms-given-up", [event("given up"), event("committed")]);
    const consumed = await consumedBy("terms-given-up", (all) => all.length > 0);
    expect(consumed.map(({ op }) => op)).toEqual(["committed"]);
    await kafkaTopics(checkout, "--delete", "--topic", "terms-given-up");
  });
});

describe.each(shards)("changes on $name", (shard) => {
  const topic = `${shard.name}.products.products`;

  test("one inserted row is one `c` event, decimal and timestamp decoded", async () => {
    const records = await recordsOf(kafka, topic, 1, () =>
      onShard(shard, (sql) =>
        sql.query(
          "INSERT INTO products (id, sku, name, price, attributes, created_at) VALUES (9001, 'e2e-1', '텐트', -12345.67, '{\"a\": 1}', '2025-10-19 23:46:20')",
        ),
      ),
    );
    const [event] = records.map(decode);
    expect(records).toHaveLength(1);
    expect([event?.op, event?.before]).toEqual(["c", null]);
    expect(event?.after).toMatchObject({ id: 9001, sku: "e2e-1", name: "텐트", created_at: "2025-10-19T14:46:20Z" });
    expect(event?.after?.["price"]).toBe("-12345.67");
  });

  test("three updated rows are three `u` events with before and after, told apart by source.row", async () => {
    await recordsOf(kafka, topic, 2, () =>
      onShard(shard, (sql) =>
        sql.query(
          "INSERT INTO products (id, sku, name, price) VALUES (9002, 'e2e-2', 'b', 2.00), (9003, 'e2e-3', 'c', 3.00)",
        ),
      ),
    );
    const records = await recordsOf(kafka, topic, 3, () =>
      onShard(shard, (sql) =>
        sql.query("UPDATE products SET price = price + 1 WHERE id BETWEEN 9001 AND 9003 ORDER BY id"),
      ),
    );
    const events = records.map(decode);
    expect(events.map((event) => event?.op)).toEqual(["u", "u", "u"]);
    expect(events.map((event) => event?.source.row)).toEqual([0, 1, 2]);
    expect(events.map((event) => [event?.before?.["price"], event?.after?.["price"]])).toEqual([
      ["-12345.67", "-12344.67"],
      ["2.00", "3.00"],
      ["3.00", "4.00"],
    ]);
  });

  test("deleted rows are `d` events, each followed by the tombstone of its key", async () => {
    const records = await recordsOf(kafka, topic, 6, () =>
      onShard(shard, (sql) => sql.query("DELETE FROM products WHERE id BETWEEN 9001 AND 9003")),
    );
    expect(records.map((record) => [decodeKey(record)["id"], decode(record)?.op ?? "tombstone"])).toEqual(
      [9001, 9002, 9003].flatMap((id) => [
        [id, "d"],
        [id, "tombstone"],
      ]),
    );
    expect(decode(records[0] ?? { partition: 0, offset: 0n, key: null, value: null })).toMatchObject({ after: null });
  });

  test("a TIMESTAMP is the same instant in MySQL, in a snapshot row and in a streamed row", async () => {
    const read = async (sql: Connection, where: string) => {
      const [rows] = await sql.query<RowDataPacket[]>(
        `SELECT id, UNIX_TIMESTAMP(created_at) AS seconds FROM products WHERE ${where}`,
      );
      return new Map(rows.map((row) => [Number(row["id"]), Number(row["seconds"]) * 1000]));
    };
    const instant = (after: Record<string, unknown> | null | undefined) => Date.parse(String(after?.["created_at"]));

    const snapshot = (await readAll(kafka, topic)).map(decode).filter((event) => event?.op === "r");
    const inMysql = await onShard(shard, (sql) => read(sql, "id < 9000"));
    expect(snapshot).toHaveLength(5);
    for (const event of snapshot) expect(instant(event?.after)).toBe(inMysql.get(Number(event?.after?.["id"])));

    const streamed = await recordsOf(kafka, topic, 1, () =>
      onShard(shard, (sql) =>
        sql.query(
          "INSERT INTO products (id, sku, name, price, created_at) SELECT 9100, 'e2e-copy', name, price, created_at FROM products WHERE id = 101",
        ),
      ),
    );
    expect(instant(decode(streamed[0] ?? { partition: 0, offset: 0n, key: null, value: null })?.after)).toBe(
      inMysql.get(101),
    );
  });
});

describe("the day after", () => {
  test("tasks that were restarted once go on capturing", async () => {
    for (const { connector } of shards) {
      await worker.restart(connector);
    }
    for (const shard of shards) {
      const records = await recordsOf(kafka, `${shard.name}.products.stock`, 1, () =>
        onShard(shard, (sql) =>
          sql.query("UPDATE stock SET quantity = quantity + 1 WHERE product_id = 101 AND warehouse = 'seoul'"),
        ),
      );
      expect(records.map((record) => decode(record)?.op)).toEqual(["u"]);
    }
  });

  test("refresh finds no difference", async () => {
    expect(succeeded(await checkout.pulumi("refresh", "--yes", "--skip-preview"))).toMatch(noChange);
  });

  test("a connector changed and another deleted behind our back are seen by refresh and repaired by `up`", async () => {
    const [changed = shards[0], deleted = shards[1]] = shards;
    const config = await worker.getConfig(String(changed?.connector));
    await worker.putConfig(String(changed?.connector), { ...config, "poll.interval.ms": "999" });
    await worker.deleteConnector(String(deleted?.connector));
    expect(succeeded(await checkout.pulumi("preview", "--refresh", "--diff"))).toMatch(
      /poll\.interval\.ms.*"999" => "50"/,
    );

    const output = succeeded(await checkout.pulumi("up", "--yes", "--skip-preview", "--refresh"));
    expect(output).toMatch(/\+ 1 created/);
    expect((await worker.getConfig(String(changed?.connector)))?.["poll.interval.ms"]).toBe("50");
    await runs(String(deleted?.connector));
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(noChange);
  });

  test("a privilege that somebody revoked is told by preview and given back by a plain `up`", async () => {
    const [shard = { port: 0 }] = shards;
    await onShard(shard, (sql) => sql.query("REVOKE SHOW VIEW ON *.* FROM debezium@'%'"));
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(/CDC-715 shard0: .*SHOW VIEW/);
    expect(succeeded(await checkout.pulumi("up", "--yes"))).toMatch(/shard0-cdc-grants/);
    const [rows] = await onShard(shard, (sql) => sql.query<RowDataPacket[]>("SHOW GRANTS FOR debezium@'%'"));
    expect(JSON.stringify(rows)).toMatch(/SHOW VIEW/);
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(noChange);
  });

  test("a server with a certificate of another authority is refused by connector and cdc, and told", async () => {
    const [shard = { port: 0, container: "", connector: "" }] = shards;
    const other = await makeAuthority("another", Date.now());
    const pair = await makeCertificate(other, ["mysql-3308", "localhost", "127.0.0.1"], Date.now());
    const files = { authority: other.certificate, certificate: pair.certificate, key: pair.privateKey };
    const folder = await mkdtemp(join(tmpdir(), "cdc-authority-"));
    for (const [name, content] of Object.entries(files)) {
      const file = join(folder, `mysql-${name}.pem`);
      await writeFile(file, content);
      await dockerLines("cp", "--quiet", file, `${shard.container}:/run/secrets/mysql-${name}.pem`);
    }
    await rm(folder, { recursive: true });
    await onShard(shard, (sql) => sql.query("ALTER INSTANCE RELOAD TLS"));
    await fetch(`${connectUrl}/connectors/${shard.connector}/restart?includeTasks=true`, { method: "POST" });
    await expect
      .poll(async () => (await worker.getStatus(shard.connector))?.tasks[0]?.trace ?? "", patient)
      .toMatch(/CertPathValidatorException|PKIX path/);
    expect((await cdc(checkout, "doctor", "--shard", "shard0")).stdout).toMatch(
      /CDC-711: .*has a certificate that is not trusted/,
    );
    // The stack's own server takes its place, on the same volume.
    await dockerLines("rm", "--force", shard.container);
    succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
    await runs(shard.connector);
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(noChange);
  });

  test("a killed shard is started again by the next `up`, and its flow is proven anew", async () => {
    await dockerLines("kill", String(shards[2]?.container));
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(/shard2-ready/);
    const output = succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
    expect(output).toMatch(/shard2: a change was seen on shard2\.cdc\.probe after \d+ ms/);
    expect(output).not.toMatch(/shard[01]: a change was seen/);
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(noChange);
  });
});

describe("three shards, four, three", () => {
  const fourth = { name: "shard3", port: 3311 };
  /** What a restart of a task would leave: its start in the worker's log. */
  const taskStarts = async (connector: string) => {
    const { output } = await execute(["docker", "logs", `${checkout.prefix}-connect`]);
    return output
      .split("\n")
      .filter((line) => line.includes(connector) && /Starting MySqlConnectorTask|Creating task/.test(line)).length;
  };
  let startsBefore: number[];
  let written = 0;

  /** Writes to the first shard all the while, so that a lost event would show. */
  async function whileWriting<T>(work: () => Promise<T>): Promise<T> {
    let done = false;
    const writing = onShard(shards[0] ?? { port: 0 }, async (sql) => {
      for (let rows = 0; rows < 2000 && !done; rows += 1) {
        written += 1;
        await sql.query("INSERT INTO products (sku, name, price) VALUES (?, 'while', 1.00)", [`while-${written}`]);
        await setTimeout(50);
      }
    });
    try {
      return await work();
    } finally {
      done = true;
      await writing;
    }
  }

  /** A killed server leaves its connector's heartbeats dead until the guard restarts it: that has to be over. */
  async function untilAllBeat(): Promise<void> {
    const beats = async () =>
      await Promise.all(
        shards.map(async ({ name }) => {
          const reader = new TopicReader({ bootstrap: kafka }, `${name}.cdc.heartbeat`);
          try {
            return (await reader.endOffsets())[0];
          } finally {
            await reader.close();
          }
        }),
      );
    const before = await beats();
    await until("every shard sends heartbeats", async () => (await beats()).every((end, at) => end !== before[at]));
  }

  test("a fourth shard brings its own resources and touches no other", async () => {
    await untilAllBeat();
    startsBefore = await Promise.all(shards.map(async ({ connector }) => await taskStarts(connector)));
    expect(Math.min(...startsBefore)).toBeGreaterThan(0);
    const committed = await committedConfig("dev");
    await checkout.writeConfig({ ...committed, portOffset, shards: [...(committed["shards"] as unknown[]), fourth] });
    const output = await whileWriting(async () => succeeded(await checkout.pulumi("up", "--yes", "--skip-preview")));
    expect(output).toMatch(/shard3: a change was seen/);
    // What there is, is in the state too.
    expect(output).toMatch(/Resources:\s+\+ \d+ created\s+~ 1 updated\s+\d+ changes\. \d+ unchanged/);
    await runs("shard3-connector");
  });

  test("it goes again, alone, with the word; its rows stay until somebody removes them", async () => {
    const committed = await committedConfig("dev");
    await checkout.writeConfig({ ...committed, portOffset, allowDelete: ["shard:shard3"] });
    const output = await whileWriting(async () => succeeded(await checkout.pulumi("up", "--yes", "--skip-preview")));
    expect(output).toMatch(/Resources:\s+~ 1 updated\s+- \d+ deleted\s+\d+ changes\. \d+ unchanged/);
    expect(await worker.getStatus("shard3-connector")).toBeUndefined();
    const volume = `${checkout.prefix}-mysql-shard3-data`;
    expect((await namesOwnedBy(checkout.prefix)).filter((line) => /3311|shard3/.test(line))).toEqual([
      `volume ${volume}`,
    ]);
    await dockerLines("volume", "rm", volume);
    await checkout.writeConfig({ ...committed, portOffset });
    succeeded(await checkout.pulumi("up", "--yes", "--skip-preview"));
  });

  test("the other connectors' tasks were never restarted, and no event was lost or doubled meanwhile", async () => {
    expect(await Promise.all(shards.map(async ({ connector }) => await taskStarts(connector)))).toEqual(startsBefore);
    const seen = async () => {
      const events = (await readAll(kafka, "shard0.products.products")).map(decode);
      const skus = events.map((event) => event?.after?.["sku"] as string | undefined);
      return skus.filter((sku) => sku?.startsWith("while-"));
    };
    expect(written).toBeGreaterThan(20);
    await until("the last one has come", async () => (await seen()).includes(`while-${written}`));
    expect(await seen()).toEqual(Array.from({ length: written }, (_, index) => `while-${index + 1}`));
    expect(succeeded(await checkout.pulumi("preview"))).toMatch(noChange);
  });
});

describe("at the end of its life", () => {
  test("no secret came to light anywhere, in any form, though the workers wrote all that they can say", async () => {
    await logEverything(connectUrl);
    for (const { connector } of shards) await runs(connector);
    const name = String(shards[0]?.connector);
    expect(await worker.validate({ name, ...(await worker.getConfig(name)) })).toEqual([]);
    const places = {
      "what the first up said": async () => outputOfUp,
      "processes during the first up": async () => processesOfUp,
      ...(await placesOf(checkout, { kafka, connect: connectUrl }, startedMs)),
    };
    expect(await secretsIn(places, await secretsOf(checkout))).toEqual([]);
    expect(JSON.stringify(await worker.getConfig(shards[0]?.connector ?? ""))).toContain(
      "${file:/run/secrets/connectors.properties:debezium.password}",
    );
  });

  test("nobody else may open what holds them, and no worker would write them into a dump", async () => {
    const mode = async (path: string) => ((await stat(join(checkout.folder, path))).mode & 0o777).toString(8);
    expect([await mode(".cdc"), await mode(".cdc/passphrase"), await mode(".cdc/state")]).toEqual([
      "700",
      "600",
      "700",
    ]);
    for (const name of [`${checkout.prefix}-connect`, String(shards[0]?.container)]) {
      const files = await dockerLines("exec", name, "sh", "-c", "stat -c %a /run/secrets/*");
      expect(files.length, name).toBeGreaterThan(0);
      // Readable by one user or all of the container's, and written by none.
      for (const file of files) expect(file, name).toMatch(/^4[04][04]$/);
    }
    for (const name of ["connect", "kafka"]) {
      const args = await dockerLines(
        "exec",
        `${checkout.prefix}-${name}`,
        "sh",
        "-c",
        "tr '\\0' '\\n' < /proc/1/cmdline",
      );
      expect(args.join(" ")).toMatch(/java/);
      expect(args.join(" ")).not.toMatch(/HeapDumpOnOutOfMemoryError|jmxremote|agentlib|javaagent/);
    }
  });
});

describe("down", () => {
  test("`make down` leaves nothing on the engine, no stack with resources, and a clean checkout", async () => {
    const volumes = await mountedVolumes();
    expect(volumes.length).toBeGreaterThan(5);
    succeeded(await checkout.make("down"));
    expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
    // Images declare volumes of their own, which carry no label.
    const left = await dockerLines("volume", "ls", "--quiet");
    expect(volumes.filter((volume) => left.includes(volume))).toEqual([]);
    expect(await checkout.gitStatus()).toBe("");
  });

  test("a second `make down` succeeds and says that there was nothing", async () => {
    expect(succeeded(await checkout.make("down"))).toMatch(/nothing to do/);
  });
});
