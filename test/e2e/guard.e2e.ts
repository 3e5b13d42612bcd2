/** The guard on a real stack: what it sees when a database goes, a network is cut, a cause stays; what it leaves alone; its metrics and its page. */
import { randomUUID } from "node:crypto";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import type { Condition, GuardedConnector } from "../../lib/guard-state.ts";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { TopicReader } from "../../clients/kafka/topic.ts";
import { metrics, type MetricName } from "../../lib/metrics.ts";
import { Checkout, dockerLines, execute } from "./support/checkout.ts";
import { guardLines, guardState } from "./support/guard.ts";
import { askMetrics, seriesOf } from "./support/metrics.ts";
import { sqlIn } from "./support/mysql.ts";
import { describeOperatorPage } from "./support/operator-page.ts";
import { succeeded } from "./support/results.ts";
import { limitMs, until } from "./support/until.ts";

const portOffset = 4000;
const checkSeconds = 2;
/** Fifteen heartbeats: what is only slow misses fewer. */
const stallSeconds = 30;
const restartAfterSeconds = [0, 5, 10, 20];

const checkout = new Checkout("e2e-guard");
const guard = `${checkout.prefix}-guard`;
const network = `${checkout.prefix}-databases`;
const bootstrap = `localhost:${9092 + portOffset}`;
const worker = new ConnectClient({ url: `http://localhost:${8083 + portOffset}` });
/** All but what `cdc reconcile` found: nobody has compared here. */
const served = metrics.map(({ name }) => name).filter((name) => !name.startsWith("cdc_reconcile_"));
const metricsPort = 9108 + portOffset;
const sink = "read-side-sink";
const [shard0, shard1] = ["shard0-connector", "shard1-connector"] as const;
const mysql = `${checkout.prefix}-mysql-3308`;
const noAnswer = "MySQL at mysql-3308:3306 does not answer";
let rootPassword: string;

beforeAll(async () => {
  await checkout.create({
    portOffset,
    shards: [
      { name: "shard0", port: 3308 },
      { name: "shard1", port: 3309 },
    ],
    connectors: { properties: { "heartbeat.interval.ms": "2000" } },
    guard: { checkSeconds, stallSeconds, restartAfterSeconds },
    monitoring: { enabled: true },
    // For the metrics of a sink.
    readSide: { enabled: true, page: { enabled: false } },
  });
  succeeded(await checkout.make("up"));
  rootPassword = await checkout.password("mysql-root-password");
});

afterAll(async () => {
  await checkout.remove();
});

async function connectorState(name: string): Promise<GuardedConnector> {
  const found = (await guardState(checkout)).connectors[name];
  if (found === undefined) throw new Error(`the guard does not know ${name}`);
  return found;
}

/** Waits until the guard says so of a connector. */
async function guardSays(name: string, ...wanted: readonly Condition[]): Promise<GuardedConnector> {
  const look = async () => await connectorState(name);
  return await until(`${name} is ${wanted.join(" or ")}`, look, ({ condition }) => wanted.includes(condition));
}

const spoken = async (name: string) => await guardLines(checkout, name);

/** How often the worker has started the connector's task. */
async function starts(name: string): Promise<number> {
  const { output } = await execute(["docker", "logs", `${checkout.prefix}-connect`]);
  return output.split("\n").filter((line) => line.includes(`Creating task ${name}-0`)).length;
}

const sql = async (statement: string) => await sqlIn(mysql, rootPassword, statement);

/** Writes a row to shard0 and waits for it on its topic. */
async function expectFlow(): Promise<void> {
  const reader = new TopicReader({ bootstrap }, "shard0.cdc.probe");
  try {
    const stream = await reader.open(await reader.endOffsets());
    try {
      const token = randomUUID();
      await sql(`REPLACE INTO cdc.probe VALUES (1, '${token}', NOW(6))`);
      expect(await stream.find(({ value }) => value?.includes(token) === true, limitMs)).toBeDefined();
    } finally {
      await stream.close();
    }
  } finally {
    await reader.close();
  }
}

/** The metrics of one connector, by name; of its conditions the one that is 1. */
async function metricsOf(connector: string): Promise<Partial<Record<MetricName, number>> & { condition?: string }> {
  const own = seriesOf((await askMetrics(metricsPort)).body).filter(({ labels }) => labels["connector"] === connector);
  const now = own.find(({ name, value }) => name === "cdc_connector_condition" && value === 1);
  const condition = now?.labels["condition"];
  return {
    ...Object.fromEntries(own.map(({ name, value }) => [name, value])),
    ...(condition === undefined ? {} : { condition }),
  };
}

/** Whether somebody listens there. */
async function isReached(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    return await new Promise((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}

const seconds = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1000;

test("both connectors are watched, and a quiet shard stays healthy; who is paused is left alone", async () => {
  await guardSays(shard0, "healthy");
  await worker.pause(shard1);
  const { since } = await guardSays(shard1, "paused");
  await setTimeout(2 * stallSeconds * 1000 + 5000);
  expect(await connectorState(shard0)).toMatchObject({ condition: "healthy", restarts: 0 });
  expect(await connectorState(shard1)).toEqual({ condition: "paused", since, restarts: 0 });
  expect(await spoken(shard0)).toEqual(["watched"]);
  await worker.resume(shard1);
  await guardSays(shard1, "healthy");
  expect(await spoken(shard1)).toEqual([
    "watched",
    "paused, left alone",
    expect.stringMatching(/^watched again, was paused for \d+ s$/),
  ]);
});

describe("its metrics", () => {
  test("are all that are documented, of two shards and a sink that are well", async () => {
    const names = async () => [...new Set(seriesOf((await askMetrics(metricsPort)).body).map(({ name }) => name))];
    await until("every metric is there", names, (found) => found.length >= served.length);
    expect((await names()).toSorted()).toEqual(served.toSorted());
    for (const connector of [shard0, shard1]) {
      expect(await metricsOf(connector)).toMatchObject({
        condition: "healthy",
        cdc_connector_gave_up: 0,
        cdc_connector_restarts_total: 0,
        cdc_connector_place_lost: 0,
      });
    }
    const beat = (await metricsOf(shard0)).cdc_connector_heartbeat_topic_end_offset!;
    await until(
      "a heartbeat arrives",
      async () => await metricsOf(shard0),
      ({ cdc_connector_heartbeat_topic_end_offset: end }) => end! > beat,
    );
    // What was written before is indexed, and committed every five seconds.
    const caughtUp = await until(
      "the sink has caught up",
      async () => await metricsOf(sink),
      ({ cdc_sink_lag_records: records }) => records === 0,
    );
    expect(caughtUp).toMatchObject({ condition: "healthy", cdc_sink_lag_seconds: 0, cdc_sink_dead_letters_total: 0 });
  });

  test("are served on 127.0.0.1 alone, and in the network of brokers and workers, by the guard's own names", async () => {
    expect(await dockerLines("port", guard)).toEqual([`9108/tcp -> 127.0.0.1:${metricsPort}`]);
    expect(await isReached("127.0.0.1", metricsPort)).toBe(true);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses = []) => addresses)
      .filter(({ family, internal }) => family === "IPv4" && !internal);
    expect(others).not.toEqual([]);
    for (const { address } of others) expect(await isReached(address, metricsPort), address).toBe(false);

    const addressIn = async (name: string) =>
      (
        await dockerLines("inspect", "--format", `{{(index .NetworkSettings.Networks "${name}").IPAddress}}`, guard)
      )[0] ?? "";
    expect(await isReached(await addressIn(checkout.prefix), 9108)).toBe(true);
    expect(await isReached(await addressIn(network), 9108)).toBe(false);

    expect((await askMetrics(metricsPort, `localhost:${metricsPort}`)).status).toBe(200);
    const foreign = await askMetrics(metricsPort, "evil.example");
    expect(foreign.status).toBe(403);
    expect(foreign.body).not.toContain("cdc_");
  });
});

test("a database that is stopped for a minute: named, waited for, and its connector brought back without a person", async () => {
  const [before, startsBefore] = [await connectorState(shard1), await starts(shard1)];
  await dockerLines("stop", mysql);
  const away = await guardSays(shard0, "waiting", "stalled");
  expect(away.reason).toContain(noAnswer);
  await setTimeout(40_000);
  // Stalled first, where its task is slow to fail.
  const still = await connectorState(shard0);
  expect(["waiting", "stalled"]).toContain(still.condition);
  expect(still.restarts).toBe(0);
  const told = await metricsOf(shard0);
  expect(["waiting", "stalled"]).toContain(told.condition);
  // Its last heartbeat came before the 40 s that were waited here.
  expect(told.cdc_connector_heartbeat_age_seconds).toBeGreaterThan(40);
  await dockerLines("start", mysql);
  await guardSays(shard0, "healthy");
  await expectFlow();
  expect(await connectorState(shard1)).toEqual(before);
  expect(await starts(shard1)).toBe(startsBefore);
});

test("a network that is cut: RUNNING, but stalled when the bound is over; flows again when it is mended", async () => {
  await dockerLines("network", "disconnect", network, mysql);
  try {
    const stalled = await guardSays(shard0, "stalled");
    expect(stalled.reason).toContain(noAnswer);
    // Not before; how soon after it a busy machine lets it look is not the guard's to say.
    const [, lastBeat = ""] = /^RUNNING, but no heartbeat since (\S+Z)/.exec(stalled.reason ?? "") ?? [];
    expect(seconds(lastBeat, stalled.since)).toBeGreaterThanOrEqual(stallSeconds);
  } finally {
    await dockerLines("network", "connect", "--alias", "mysql-3308", network, mysql);
  }
  await guardSays(shard0, "healthy");
  await expectFlow();
});

describe("a cause that stays", () => {
  test("is answered by restarts with growing pauses, and given up loudly", async () => {
    // A restart that mended what was before counts until it has been well for a minute.
    await until(
      "nothing is owed",
      async () => await connectorState(shard0),
      ({ restarts }) => restarts === 0,
    );
    const spoke = (await spoken(shard0)).length;
    const { cdc_connector_restarts_total: restartsBefore } = await metricsOf(shard0);
    await sql("ALTER USER debezium@'%' ACCOUNT LOCK");
    await worker.restart(shard0);
    const gaveUp = await guardSays(shard0, "gave-up");
    expect(gaveUp).toMatchObject({ restarts: restartAfterSeconds.length });
    const lines = (await dockerLines("logs", guard)).filter((line) => line.includes(` ${shard0}: `)).slice(spoke);
    const restarts = lines.filter((line) => / restart \d of 4 now/.test(line)).map((line) => line.slice(0, 24));
    expect(restarts).toHaveLength(restartAfterSeconds.length);
    for (const [i, at] of restarts.slice(1).entries()) {
      expect(seconds(restarts[i]!, at)).toBeGreaterThanOrEqual(restartAfterSeconds[i + 1]!);
    }
    expect(lines.at(-1)).toMatch(/GAVE UP after 4 restarts: task 0 FAILED \(.*locked.*\); mend the cause/);
    expect(lines.filter((line) => line.includes("GAVE UP"))).toHaveLength(1);
    expect(await metricsOf(shard0)).toMatchObject({
      condition: "gave-up",
      cdc_connector_gave_up: 1,
      cdc_connector_restarts_total: restartsBefore! + restartAfterSeconds.length,
    });
    expect(await metricsOf(shard1)).toMatchObject({ condition: "healthy", cdc_connector_gave_up: 0 });
  });

  test("once mended, a person's restart makes it healthy", async () => {
    await sql("ALTER USER debezium@'%' ACCOUNT UNLOCK");
    await worker.restart(shard0);
    await guardSays(shard0, "healthy");
    expect(await metricsOf(shard0)).toMatchObject({ condition: "healthy", cdc_connector_gave_up: 0 });
    await expectFlow();
  });
});

test("a database that was killed: its connector says RUNNING, has lost its heartbeats for good, and is restarted", async () => {
  const spoke = (await spoken(shard0)).length;
  await dockerLines("kill", mysql);
  expect((await guardSays(shard0, "stalled")).reason).toContain(noAnswer);
  await dockerLines("start", mysql);
  await guardSays(shard0, "healthy");
  // That its earlier restarts are forgiven may be said at any moment.
  const said = (await spoken(shard0)).slice(spoke).filter((line) => !line.startsWith("steady again"));
  await expectFlow();
  expect(said[0]).toMatch(/^STALLED: RUNNING, but no heartbeat since \S+Z; MySQL at mysql-3308:3306 does not answer/);
  expect(said[1]).toMatch(/^restart 1 of 4 now/);
  expect(said.at(-1)).toMatch(/^healthy again, was stalled for \d+ s$/);
});

test("what a topic holds is told and deleted by the broker's admin API", async () => {
  const topic = "shard0.cdc.heartbeat";
  const admin = new TopicAdmin({ bootstrap });
  try {
    const described = await admin.describe([topic, "no-such-topic"]);
    expect(described).toMatchObject([
      { name: topic, partitions: 1, replicas: 1, config: { "cleanup.policy": "delete" } },
    ]);
    expect(described[0]?.sizeBytes).toBeGreaterThan(0);
    const before = await admin.endOffsets([topic, "no-such-topic"]);
    expect([...before.keys()]).toEqual([topic]);
    expect(await admin.startOffsets([topic])).toEqual(new Map([[topic, 0n]]));
    await admin.deleteRecords(topic);
    await admin.deleteRecords("no-such-topic");
    expect((await admin.startOffsets([topic])).get(topic)).toBeGreaterThanOrEqual(before.get(topic)!);
  } finally {
    await admin.close();
  }
});

test("of a worker that does not answer the metrics tell no more than that", async () => {
  await dockerLines("pause", `${checkout.prefix}-connect`);
  try {
    const body = async () => (await askMetrics(metricsPort)).body;
    const blind = await until("the guard is blind", body, (text) => text.includes("cdc_guard_last_check_complete 0"));
    expect(blind).not.toContain("cdc_connector");
  } finally {
    await dockerLines("unpause", `${checkout.prefix}-connect`);
  }
  await until(
    "the guard sees again",
    async () => await metricsOf(shard0),
    ({ condition }) => condition === "healthy",
  );
});

test("of a broker that is away they tell neither heartbeats nor how far the sink is; with the broker all come back", async () => {
  const kafka = `${checkout.prefix}-kafka`;
  const names = async () => [...new Set(seriesOf((await askMetrics(metricsPort)).body).map(({ name }) => name))];
  const broker: readonly MetricName[] = [
    "cdc_connector_heartbeat_age_seconds",
    "cdc_connector_heartbeat_topic_end_offset",
    "cdc_sink_lag_records",
    "cdc_sink_lag_seconds",
    "cdc_sink_dead_letters_total",
  ];
  await dockerLines("stop", kafka);
  try {
    await until("what the broker tells is gone", names, (found) => !broker.some((name) => found.includes(name)));
  } finally {
    await dockerLines("start", kafka);
  }
  await until("every metric is there", names, (found) => found.length >= served.length);
  await until(
    "the sink has caught up",
    async () => await metricsOf(sink),
    ({ cdc_sink_lag_records: records }) => records === 0,
  );
});

const server = `${checkout.prefix}-mysql-3309`;
describeOperatorPage({ port: metricsPort, guard, worker, connectors: [shard0, shard1, sink], server });

test("docker stop ends the guard by its own will", async () => {
  await dockerLines("stop", "--time", "300", guard);
  expect(await dockerLines("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", guard)).toEqual([
    "exited 0",
  ]);
  expect((await dockerLines("logs", "--tail", "1", guard))[0]).toMatch(/ guard: ended by SIGTERM$/);
});
