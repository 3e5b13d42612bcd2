/** The guard on a real stack: what it sees when a database goes, a network is cut, a cause stays; and what it leaves alone. */
import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectClient } from "../../clients/connect/client.ts";
import type { Condition, GuardedConnector } from "../../lib/guard-state.ts";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { TopicReader } from "../../clients/kafka/topic.ts";
import { Checkout, dockerLines, execute } from "./support/checkout.ts";
import { guardLines, guardState } from "./support/guard.ts";
import { sqlIn } from "./support/mysql.ts";
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
  });

  test("once mended, a person's restart makes it healthy", async () => {
    await sql("ALTER USER debezium@'%' ACCOUNT UNLOCK");
    await worker.restart(shard0);
    await guardSays(shard0, "healthy");
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

test("docker stop ends the guard by its own will", async () => {
  await dockerLines("stop", "--time", "300", guard);
  expect(await dockerLines("inspect", "--format", "{{.State.Status}} {{.State.ExitCode}}", guard)).toEqual([
    "exited 0",
  ]);
  expect((await dockerLines("logs", "--tail", "1", guard))[0]).toMatch(/ guard: ended by SIGTERM$/);
});
