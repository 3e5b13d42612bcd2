import { describe, expect, test } from "vitest";
import type { ConnectorStatus } from "../../../clients/connect/client.ts";
import { lossWords } from "../../../clients/debezium/history/words.ts";
import type { GuardState } from "../../../lib/guard-state.ts";
import {
  judgeConfig,
  judgeGuard,
  judgeGuarded,
  judgePlugins,
  judgePresence,
  judgeState,
  judgeTasks,
} from "../../../cli/doctor/connector.ts";
import { judgeLoss, judgeProblems, judgeTables } from "../../../cli/doctor/database.ts";
import { judgeContainer, judgeDisk, judgeReleased, type JudgedState } from "../../../cli/doctor/machine.ts";
import { judgeTargets, judgeTold } from "../../../cli/doctor/monitoring.ts";
import { judgeHeartbeat, judgeHistory, judgeTopics } from "../../../cli/doctor/topics.ts";
import type { Problem } from "../../../lib/problem.ts";
import type { ShardPlan } from "../../../plan/types.ts";
import { planWith } from "../../support/config.ts";

const [shard] = planWith({}).shards as [ShardPlan];
const name = shard.connector.name;
const place = {
  file: "mysql-bin.000003",
  position: 157,
  gtids: undefined,
  committedAt: undefined,
  snapshot: undefined,
  isWithin: false,
};

describe("Prometheus", () => {
  const up = { job: "cdc-dev", health: "up", lastError: "" };

  test("is well when it reads everything, whatever fires", () => {
    expect(judgeTargets([up, up], [])).toEqual({ isWell: true, found: "2 read, no alert fires" });
    expect(judgeTargets([up], ["CdcPlaceLost"])).toEqual({ isWell: true, found: "1 read, firing: CdcPlaceLost" });
  });

  test.each([
    [{ ...up, health: "down", lastError: "connection refused" }, "connection refused"],
    [{ ...up, health: "unknown" }, "it has not looked yet"],
  ])("is broken when it does not read: %j", (target, why) => {
    expect(judgeTargets([up, target], [])).toMatchObject({
      isWell: false,
      found: `Prometheus does not read cdc-dev: ${why}`,
      remedy: expect.stringContaining("cdc logs prometheus guard") as string,
    });
  });

  test("tells of messages that failed, and of nothing that it does not know", () => {
    expect(judgeTold(undefined).isWell).toBe(true);
    expect(judgeTold(0).isWell).toBe(true);
    expect(judgeTold(1.2)).toMatchObject({
      isWell: false,
      found: "2 message(s) about alerts failed within 15 minutes",
    });
  });
});

describe("a container", () => {
  const running: JudgedState = {
    status: "running",
    health: "healthy",
    exitCode: 0,
    isOutOfMemory: false,
    restarts: 0,
  };

  test.each<[string, JudgedState | undefined, boolean, RegExp]>([
    ["runs", running, true, /^x runs and is healthy$/],
    ["runs again", { ...running, restarts: 2 }, true, /started again 2 times/],
    ["is not there", undefined, false, /no container x/],
    ["was stopped", { ...running, status: "exited", exitCode: 143 }, false, /exited with exit code 143/],
    ["was killed", { ...running, status: "exited", exitCode: 137, isOutOfMemory: true }, false, /want of memory/],
    ["was paused", { ...running, status: "paused" }, false, /^x is paused$/],
    ["is ill", { ...running, health: "unhealthy" }, false, /health check says unhealthy/],
  ])("that %s", (_, state, isWell, found) => {
    const outcome = judgeContainer("x", state);
    expect([outcome.isWell, outcome.found]).toEqual([isWell, expect.stringMatching(found)]);
    expect(outcome.remedy === undefined).toBe(isWell);
  });

  test("needs room to write", () => {
    expect(judgeDisk("/var/lib/docker", 100)).toMatchObject({
      isWell: false,
      found: expect.stringMatching(/only 0.1 GiB/),
    });
    expect(judgeDisk("/var/lib/docker", 100_000).isWell).toBe(true);
    expect(judgeDisk(undefined, undefined).isWell).toBe(true);
  });

  test("may hold the rows of a shard that is planned no longer", () => {
    expect(judgeReleased([]).isWell).toBe(true);
    const released = judgeReleased([{ name: "cdc-dev-mysql-west-data", shard: "west", mysqlVersion: undefined }]);
    expect(released.isWell).toBe(true);
    expect(released.found).toContain("west, MySQL unknown); docker volume rm cdc-dev-mysql-west-data");
  });
});

describe("a server", () => {
  test("that breaks a rule is broken by its first problem", () => {
    const problem: Problem = {
      code: "CDC-712",
      path: "shard0",
      message: "log_bin=OFF",
      remedy: "start mysqld with --log-bin",
    };
    expect(judgeProblems(shard, [problem, { ...problem, code: "CDC-713" }])).toEqual({
      isWell: false,
      found: "CDC-712: log_bin=OFF (and CDC-713)",
      remedy: "start mysqld with --log-bin",
    });
    expect(judgeProblems(shard, []).isWell).toBe(true);
  });

  test("that somebody else runs is mended there, and by no up", () => {
    const { server: _, ...elsewhere } = shard;
    const theirs = { ...elsewhere, server: undefined };
    const lacking: Problem = { code: "CDC-715", path: "a", message: "lacks SELECT", remedy: "GRANT SELECT …" };
    expect(judgeProblems(shard, [lacking])).toMatchObject({ remedy: "pulumi up, or on the server: GRANT SELECT …" });
    expect(judgeProblems(theirs, [lacking])).toMatchObject({ remedy: "GRANT SELECT …" });
    expect(judgeTables(theirs, ["a.b"], new Set())).toMatchObject({
      isWell: false,
      remedy: expect.stringContaining("have them made"),
    });
  });

  test("that lacks a table is told which", () => {
    expect(judgeTables(shard, ["a.b", "a.c"], new Set(["a.b"]))).toMatchObject({ isWell: false, found: /./ });
    expect(judgeTables(shard, ["a.b", "a.c"], new Set(["a.b"])).found).toContain("missing: a.c;");
    expect(judgeTables(shard, ["a.b"], new Set(["a.b", "x.y"])).isWell).toBe(true);
  });

  test("with a place that is lost is told by its code, with the way back", () => {
    const loss = lossWords({ kind: "purged", what: "u:5-9" }, place, shard.name);
    const { isWell, found, remedy } = judgeLoss(shard, place, loss);
    expect({ isWell, found }).toEqual({ isWell: false, found: expect.stringMatching(/^CDC-853: .*purged u:5-9/) });
    expect(remedy).toMatch(/cdc offsets reset shard0.*cdc reconcile --repair/);
    expect(judgeLoss(shard, place, undefined).found).toContain("from mysql-bin.000003:157 on");
    expect(judgeLoss(shard, undefined, undefined).found).toContain("no place stored yet");
  });
});

describe("topics", () => {
  const topic = { name: "t", partitions: 1, replicationFactor: 1, config: { "cleanup.policy": "compact" } };
  const found = { name: "t", partitions: 1, replicas: 1, config: { "cleanup.policy": "compact" }, sizeBytes: 0 };

  test.each([
    ["as declared", [found], true, "all 1 declared topics"],
    ["missing", [], false, "missing: t;"],
    ["other partitions", [{ ...found, partitions: 3 }], false, "t has 3 partitions, declared are 1"],
    ["another policy", [{ ...found, config: {} }], false, "declared is compact"],
  ])("%s", (_, living, isWell, text) => {
    const outcome = judgeTopics([topic], living, (name) => `bring ${name}`);
    expect(outcome.isWell).toBe(isWell);
    expect(outcome.found).toContain(text);
  });

  test("an empty schema history is only right for a connector without offsets", () => {
    expect(judgeHistory(shard, place, 3n).isWell).toBe(true);
    expect(judgeHistory(shard, undefined, 0n).isWell).toBe(true);
    expect(judgeHistory(shard, place, 0n)).toMatchObject({ isWell: false });
  });

  test("a heartbeat is fresh up to the bound", () => {
    expect(judgeHeartbeat(shard, 10_000, 40_000, 30).isWell).toBe(true);
    expect(judgeHeartbeat(shard, 10_000, 40_001, 30)).toMatchObject({ isWell: false });
    expect(judgeHeartbeat(shard, 10_000, 9_000, 30).found).toContain("0 ms ago");
    expect(judgeHeartbeat(shard, undefined, 0, 30).isWell).toBe(false);
  });
});

function status(state: string, tasks: readonly string[], trace?: string): ConnectorStatus {
  const worker_id = "connect:8083";
  return {
    name,
    connector: { state, worker_id },
    tasks: tasks.map((one, id) => ({ id, state: one, worker_id, ...(trace === undefined ? {} : { trace }) })),
  } as ConnectorStatus;
}

describe("a connector", () => {
  const planned = shard.connector.config;

  test("as planned is well", () => {
    expect(judgeConfig(shard, { ...planned })).toMatchObject({ isWell: true });
    expect(judgePresence(shard, status("RUNNING", ["RUNNING"])).isWell).toBe(true);
  });

  test("that is gone says how it comes back", () => {
    for (const outcome of [judgeConfig(shard, undefined), judgePresence(shard, undefined)])
      expect(outcome).toMatchObject({ isWell: false, remedy: expect.stringContaining("pulumi up creates it again") });
  });

  test("differs key by key: changed, added, taken away", () => {
    const { "tasks.max": _, ...rest } = planned;
    const found = { ...rest, "poll.interval.ms": "700", "errors.max.retries": "1" };
    expect(judgeConfig(shard, found).found).toBe(
      `${name} is not configured as planned: errors.max.retries is 1, planned is not set; ` +
        "poll.interval.ms is 700, planned is 50; tasks.max is not set, planned is 1",
    );
  });

  test("shows no secret that somebody wrote into it", () => {
    const found = judgeConfig(shard, { ...planned, "database.password": "hunter2" }).found;
    expect(found).toContain("database.password is (secret), planned is ${file:");
    expect(found).not.toContain("hunter2");
  });

  test.each([
    ["RUNNING", true],
    ["FAILED", true],
    ["PAUSED", false],
    ["STOPPED", false],
    ["UNASSIGNED", false],
  ])("that is planned running and %s", (state, isWell) => {
    expect(judgeState(shard, status(state, [])).isWell).toBe(isWell);
  });

  test("whose task failed shows the telling lines and a hint", () => {
    const trace =
      "org.apache.kafka.connect.errors.ConnectException: x\n\tat a.b(C.java)\nCaused by: Communications link failure";
    const { isWell, found } = judgeTasks(shard, status("RUNNING", ["FAILED"], trace));
    expect(isWell).toBe(false);
    expect(found).toContain(`task 0 of connector ${name} has FAILED`);
    expect(found).toContain("Communications link failure");
    expect(found).toContain("the database does not answer");
    expect(found).not.toContain("C.java");
  });

  test("needs a task that runs", () => {
    expect(judgeTasks(shard, status("RUNNING", ["RUNNING"])).isWell).toBe(true);
    expect(judgeTasks(shard, status("RUNNING", []))).toMatchObject({ isWell: false });
    const stopped = { ...shard, connector: { ...shard.connector, state: "stopped" } } as const;
    expect(judgeTasks(stopped, status("STOPPED", [])).isWell).toBe(true);
  });

  test("needs its plugin in the planned version", () => {
    const plugin = { class: "io.debezium.connector.mysql.MySqlConnector", type: "source", version: "3.0.0.Final" };
    expect(judgePlugins([shard], [plugin]).found).toContain("it has 3.0.0.Final");
    expect(judgePlugins([shard], []).found).toContain("it has no version of it");
    expect(judgePlugins([shard], [plugin, { ...plugin, version: shard.connector.debeziumVersion }]).isWell).toBe(true);
  });
});

describe("the guard", () => {
  const checkedAt = "2026-11-21T10:00:00.000Z";
  const now = Date.parse(checkedAt);
  const state = (condition: string): GuardState =>
    ({ checkedAt, connectors: { [name]: { condition, since: checkedAt, restarts: 2, reason: "why" } } }) as GuardState;

  test("has to have checked a moment ago, and to see everything", () => {
    const often = { checkSeconds: 5 };
    expect(judgeGuard(often, state("healthy"), now + 5000).isWell).toBe(true);
    expect(judgeGuard(often, state("healthy"), now + 66_000)).toMatchObject({ isWell: false });
    expect(judgeGuard(often, { ...state("healthy"), error: "no broker" }, now).found).toContain("no broker");
    expect(judgeGuard(often, undefined, now).isWell).toBe(false);
  });

  test("may be silent until its next look, whatever the time between two", () => {
    const seldom = { checkSeconds: 600 };
    expect(judgeGuard(seldom, state("healthy"), now + 610_000).isWell).toBe(true);
    expect(judgeGuard(seldom, state("healthy"), now + 661_000).isWell).toBe(false);
  });

  test.each([
    ["healthy", true],
    ["snapshotting", true],
    ["paused", true],
    ["waiting", false],
    ["stalled", false],
    ["gave-up", false],
  ])("that calls a connector %s", (condition, isWell) => {
    expect(judgeGuarded(shard, state(condition), now)).toMatchObject({
      isWell,
      found: `${condition} since ${checkedAt} (why), 2 restarts`,
    });
  });

  test("that has not seen a connector for a while says how old its word is", () => {
    const seenAt = new Date(now - 90_000).toISOString();
    const { found } = judgeGuarded(shard, { ...state("failed"), seenAt, error: "no answer" }, now);
    expect(found).toBe(`as seen 90 s ago: failed since ${checkedAt} (why), 2 restarts`);
  });

  test("that does not know a connector says so", () => {
    expect(judgeGuarded(shard, { checkedAt, connectors: {} }, now)).toMatchObject({ isWell: false });
  });
});
