/**
 * Fault after fault on one running stack: each is told by the alert that belongs to it, by no other that stays, and so is its end.
 * How long that took is a table at the end, and never fails the test.
 */
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import { formatTable } from "../../lib/table.ts";
import { AlertWatch, type Expected, type Fault } from "./support/alert-watch.ts";
import { purgeBinlogs } from "./support/binlogs.ts";
import { cdc } from "./support/cdc.ts";
import { Checkout, dockerLines, namesOwnedBy } from "./support/checkout.ts";
import { sqlIn } from "./support/mysql.ts";
import { cutOff, rejoin, type Places } from "./support/networks.ts";
import { poison } from "./support/poison.ts";
import { succeeded } from "./support/results.ts";
import { untilHealthy } from "./support/status.ts";
import { WebhookReceiver } from "./support/webhook.ts";

const portOffset = 30_000;
const checkout = new Checkout("e2e-alert-faults");
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
const engine = `http://127.0.0.1:${9200 + portOffset}`;
const webhook = new WebhookReceiver(randomBytes(12).toString("hex"));
const alerts = new AlertWatch(`http://127.0.0.1:${9090 + portOffset}`, webhook, checkout.stack);
const container = (alias: string) => `${checkout.prefix}-${alias}`;
const sink = "read-side-sink";
let rootPassword: string;

/** Seconds. */
const [stall, look, beside, maxDelay] = [10, 2, 15, 60];

beforeAll(async () => {
  await checkout.create({
    portOffset,
    maxDelaySeconds: maxDelay,
    shards: [3308, 3309, 3310].map((port, index) => ({ name: `shard${index}`, port })),
    connect: { properties: { "offset.flush.interval.ms": "1000" } },
    connectors: { properties: { "heartbeat.interval.ms": "2000" } },
    guard: { checkSeconds: look, stallSeconds: stall, restartAfterSeconds: [0, 5, 10] },
    readSide: { enabled: true, page: { enabled: false } },
    monitoring: { enabled: true, prometheus: { enabled: true } },
  });
  succeeded(await checkout.make("toolchain"));
  succeeded(await checkout.pulumi("stack", "select", "--create"));
  const url = await webhook.start();
  succeeded(await checkout.pulumi("config", "set", "--secret", "--path", "cdc:monitoring.alertsTo", url));
  succeeded(await checkout.make("up"));
  rootPassword = await checkout.password("mysql-root-password");
  await untilHealthy(checkout);
});

afterAll(async () => {
  console.log(await written());
  await checkout.remove();
  await webhook.stop();
});

/** The table as it is by now, which is also written where CI collects it. */
async function written(): Promise<string> {
  const rows = alerts.table.map(({ fault, alert, bound, told, endTold }) => [
    fault,
    alert,
    `${bound} s`,
    `${told} s`,
    endTold === undefined ? "-" : `${endTold} s`,
  ]);
  const strays = [...alerts.strays].map(([alert, faults]) => `for a moment: ${alert} (${faults})`);
  const table = [formatTable(["FAULT", "ALERT", "BOUND", "TOLD AFTER", "END TOLD AFTER"], rows), ...strays].join("\n");
  const folder = join(import.meta.dirname, "..", "..", "test-results");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "alert-faults.txt"), `${table}\n`);
  return table;
}

const connectorOf = (shard: string) => `${shard}-connector`;
const serverOf = (shard: string) => container(`mysql-${3308 + Number(shard.slice(-1))}`);
const sql = async (shard: string, statements: string) => await sqlIn(serverOf(shard), rootPassword, statements);
const docker = (verb: string, alias: string) => async () => await dockerLines(verb, container(alias));
const resume = (connector: string) => async () => succeeded(await cdc(checkout, "resume", connector));
const resetOffsets = (shard: string) => async () => succeeded(await cdc(checkout, "offsets", "reset", shard, "--yes"));

const nextRow: Record<string, number> = {};
/** A row that the sink has to write. */
async function writeRow(shard: string): Promise<void> {
  const id = (nextRow[shard] ??= 1_000_000);
  nextRow[shard] = id + 1;
  await sql(shard, `INSERT INTO products.products (id, sku, name, price) VALUES (${id}, 'a-${id}', 'a', 1)`);
}

/** What the connector of the shard has to be named by. */
const of = (shard: string, alert: string, knownAfter = 0): Expected => ({
  alert,
  of: { connector: connectorOf(shard), shard },
  knownAfter,
});
const heartbeatOld = (shard: string) => of(shard, "CdcHeartbeatOld", maxDelay);
const ofSink = (alert: string, knownAfter = 0): Expected => ({ alert, of: { connector: sink }, knownAfter });

/** Of the index of products. */
async function document(method: "PUT" | "DELETE", id: string, body?: object): Promise<void> {
  const answer = await fetch(`${engine}/products-products/_doc/${id}?refresh=true`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(answer.ok, `${method} ${id}: ${answer.status}`).toBe(true);
}
const foreign = "shard9:1";

let places: Places = {};

/** Those of one round have nothing to do with each other, and are made at once. */
const rounds: readonly (readonly Fault[])[] = [
  [
    {
      fault: "connector paused by hand",
      alerts: [of("shard0", "CdcShardNotStreaming", look)],
      break: async () => await worker.pause(connectorOf("shard0")),
      mend: resume("shard0"),
    },
    {
      fault: "account locked",
      // All restarts, and a look after the last one has failed.
      alerts: [of("shard1", "CdcRestartsExhausted", 15 + 2 * look)],
      besides: [heartbeatOld("shard1")],
      break: async () => {
        await sql("shard1", "ALTER USER debezium@'%' ACCOUNT LOCK");
        await worker.restart(connectorOf("shard1"));
      },
      mend: async () => {
        await sql("shard1", "ALTER USER debezium@'%' ACCOUNT UNLOCK");
        succeeded(await cdc(checkout, "restart", "shard1"));
      },
    },
    {
      fault: "sink paused, a row waits",
      alerts: [ofSink("CdcSinkNotRunning", look), ofSink("CdcSinkBehind", maxDelay + beside)],
      break: async () => {
        await worker.pause(sink);
        await writeRow("shard2");
      },
      mend: resume(sink),
    },
  ],
  [
    {
      fault: "connector and index deleted",
      // The sink fills the index anew from the topics, and would refuse a poison record there once more.
      alerts: [
        { alert: "CdcConnectorMissing", of: { connector: connectorOf("shard0") }, knownAfter: look },
        { alert: "CdcIndexUnhealthy", knownAfter: beside },
      ],
      break: async () => {
        await worker.deleteConnector(connectorOf("shard0"));
        const answer = await fetch(`${engine}/_alias/products-stock`);
        const [index = ""] = Object.keys((await answer.json()) as object);
        await fetch(`${engine}/${index}`, { method: "DELETE" });
      },
      mend: async () => succeeded(await checkout.pulumi("up", "--yes", "--skip-preview")),
    },
  ],
  [
    {
      fault: "MySQL stopped",
      alerts: [of("shard0", "CdcShardNotStreaming", look), heartbeatOld("shard0")],
      break: docker("stop", "mysql-3308"),
      mend: docker("start", "mysql-3308"),
    },
    {
      fault: "MySQL paused",
      alerts: [of("shard1", "CdcShardStalled", stall + 2 * look), heartbeatOld("shard1")],
      break: docker("pause", "mysql-3309"),
      mend: docker("unpause", "mysql-3309"),
    },
    {
      fault: "poison record",
      alerts: [{ ...ofSink("CdcDeadLettersGrew", beside), lasts: true }],
      // Its key is a row's, which the replay reads anew.
      break: async () => await poison(`localhost:${9092 + portOffset}`, "shard2.products.products", '"id":101,'),
      mend: async () => succeeded(await cdc(checkout, "dlq", "replay", "--all")),
    },
  ],
  [
    {
      fault: "MySQL cut off from its network",
      alerts: [of("shard0", "CdcShardStalled", stall + 2 * look), heartbeatOld("shard0")],
      break: async () => (places = await cutOff(serverOf("shard0"))),
      mend: async () => await rejoin(serverOf("shard0"), places),
    },
    {
      fault: "binlog purged while the connector is stopped",
      alerts: [of("shard1", "CdcPlaceLost", stall + look)],
      besides: [of("shard1", "CdcShardNotStreaming")],
      break: async () => {
        await worker.stop(connectorOf("shard1"));
        await writeRow("shard1");
        await sql("shard1", "FLUSH BINARY LOGS");
        const files = async () => (await sql("shard1", "SHOW BINARY LOGS")).map((line) => line.split("\t")[0] ?? "");
        await purgeBinlogs(async (statement) => await sql("shard1", statement), files);
      },
      mend: resetOffsets("shard1"),
    },
    {
      fault: "search engine stopped, a row waits",
      alerts: [{ alert: "CdcEngineSilent", knownAfter: beside }, ofSink("CdcSinkBehind", maxDelay + beside)],
      break: async () => {
        await docker("stop", "opensearch")();
        await writeRow("shard2");
      },
      mend: docker("start", "opensearch"),
    },
  ],
  [
    {
      fault: "binlog kept for 10 s, and the connector rests",
      alerts: [of("shard0", "CdcPlaceAboutToBePurged", 10 + beside)],
      besides: [of("shard0", "CdcShardNotStreaming")],
      break: async () => {
        await worker.pause(connectorOf("shard0"));
        await sql("shard0", "SET GLOBAL binlog_expire_logs_seconds = 10; FLUSH BINARY LOGS");
        await writeRow("shard0");
      },
      mend: async () => {
        await sql("shard0", "SET GLOBAL binlog_expire_logs_seconds = 2592000");
        await resume("shard0")();
      },
    },
    {
      fault: "server's history reset",
      alerts: [of("shard1", "CdcPlaceLost", stall + look)],
      besides: [heartbeatOld("shard1"), of("shard1", "CdcShardNotStreaming")],
      break: async () => {
        await worker.pause(connectorOf("shard1"));
        await sql("shard1", "RESET BINARY LOGS AND GTIDS");
        await writeRow("shard1");
      },
      mend: resetOffsets("shard1"),
    },
  ],
  [
    {
      fault: "document deleted, and one of no shard put in; found by cdc reconcile",
      alerts: [of("shard2", "CdcIndexDiffers", beside), { alert: "CdcIndexHasForeignDocuments", knownAfter: beside }],
      break: async () => {
        await document("DELETE", "shard2:101");
        await document("PUT", foreign, { shard: "shard9" });
        expect((await cdc(checkout, "reconcile")).stdout).toContain("2 differences");
      },
      mend: async () => {
        await document("DELETE", foreign);
        succeeded(await cdc(checkout, "reconcile", "--repair"));
      },
    },
  ],
  ...(
    [
      ["worker stopped", "connect", "stop", "start", "CdcGuardCannotSee"],
      ["worker paused", "connect", "pause", "unpause", "CdcGuardCannotSee"],
      ["broker paused", "kafka", "pause", "unpause", "CdcGuardCannotSee"],
      ["guard stopped", "guard", "stop", "start", "CdcGuardSilent"],
      ["guard paused", "guard", "pause", "unpause", "CdcGuardSilent"],
    ] as const
  ).map(([fault, alias, verb, back, alert]): Fault[] => [
    {
      fault,
      alerts: [{ alert, knownAfter: alias === "guard" ? 0 : look }],
      break: docker(verb, alias),
      mend: docker(back, alias),
    },
  ]),
];

/** Two waits for an event, and the mend. */
const timeout = 3_600_000;

test.each(rounds.map((faults) => [faults.map(({ fault }) => fault).join("; "), faults] as const))(
  "%s",
  { timeout },
  async (_, faults) => {
    try {
      await alerts.areTold(faults);
    } finally {
      await written();
    }
  },
);

test("no alert is left, and all is well", { timeout }, async () => {
  await alerts.nothingIsLeft();
  await untilHealthy(checkout);
});

test("down leaves nothing", async () => {
  succeeded(await checkout.make("down"));
  expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
});
