import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../../cli/commands/status.ts";
import { judge } from "../../../cli/status/judge.ts";
import type { Observation } from "../../../cli/status/observation.ts";
import { task } from "../../support/fake-worker.ts";
import {
  atMs,
  news,
  offsetsAt,
  plan,
  secondsAgo,
  shardAt,
  wellObserved,
  lagOf,
  withConnector,
  withContainer,
  withDeadLetters,
  withGuard,
  withReadSide,
  withShard,
  withSink,
} from "./observed.ts";

const well = wellObserved();
const problemsOf = (seen: Observation) => judge(plan, seen).problems;
const messagesOf = (seen: Observation) => problemsOf(seen).map(({ part, message }) => `${part}: ${message}`);
const mysql = shardAt(0).container;
const stopped = { state: "exited", status: "Exited (0) 5 seconds ago" };

test("a stack in which all is as planned has no problem, and figures", () => {
  const status = judge(plan, well);
  expect(status).toMatchObject({ healthy: true, problems: [], checkedAt: "2026-11-21T10:00:00.000Z" });
  expect(exitCodeOf(status)).toBe(0);
  expect(status.shards[0]).toEqual({
    name: "shard0",
    connector: "inventory-connector-0",
    declared: "running",
    state: "RUNNING",
    task: "RUNNING",
    phase: "streaming",
    lagMs: 41,
    heartbeatAgeMs: 3000,
    binlogBehindBytes: 228,
    lastChangeAt: "2026-11-21T09:48:00.000Z",
    guard: { condition: "healthy", since: secondsAgo(3600), restarts: 0, nextRestartAt: null },
  });
});

describe("the read side", () => {
  test("has its figures", () => {
    const seen = withReadSide(well, { lag: { value: [lagOf(3), lagOf(4)] } });
    expect(judge(plan, seen).readSide).toEqual({
      sink: { connector: "read-side-sink", state: "RUNNING", tasks: ["RUNNING"], lagRecords: 7, isLagExact: true },
      deadLetters: 0,
      engine: "green",
      indices: [
        { alias: "products-products", table: "products.products", documents: 24 },
        { alias: "products-stock", table: "products.stock", documents: 24 },
      ],
    });
  });

  test.each<[string, Observation, string | RegExp]>([
    ["a sink that is gone", withSink(well, undefined), "read side: connector read-side-sink is not on the worker"],
    [
      "a sink whose task failed",
      withSink(well, { tasks: [task("RUNNING"), { ...task("FAILED", "java.lang.X: it broke"), id: 1 }] }),
      "read side: task 1 of read-side-sink has FAILED: java.lang.X: it broke",
    ],
    [
      "a sink that rests",
      withSink(well, { state: "PAUSED", tasks: [task("PAUSED")] }),
      "read side: connector read-side-sink is PAUSED, and declared running",
    ],
    [
      "a sink without a task",
      withSink(well, { tasks: [] }),
      "read side: read-side-sink: connector RUNNING, tasks none",
    ],
    [
      "a sink that is configured otherwise",
      withSink(well, { config: { "tasks.max": "7" } }),
      'read side: the configuration of read-side-sink is not the plan\'s: tasks.max is "7", declared "1"',
    ],
    [
      "an engine that does not answer",
      withReadSide(well, { engine: { error: "the search engine is out of reach" } }),
      "read side: the search engine is out of reach",
    ],
    [
      "an engine that lost data",
      withReadSide(well, {
        engine: {
          value: {
            status: "red",
            documents: new Map([
              ["products-products", 1],
              ["products-stock", 1],
            ]),
          },
        },
      }),
      /^read side: the search engine's health is red/,
    ],
    [
      "an index that is gone",
      withReadSide(well, { engine: { value: { status: "green", documents: new Map([["products-products", 1]]) } } }),
      "read side: there is no index products-stock for products.stock",
    ],
    [
      "a dead letter: it waits for a person",
      withDeadLetters(well, 1),
      "read side: 1 dead letter in dlq.read-side: what the sink could not take",
    ],
    [
      "a lag that cannot be told",
      withReadSide(well, { lag: { error: "no group" } }),
      "read side: how far the sink is behind cannot be told: no group",
    ],
  ])("%s is one problem", (_, seen, expected) => {
    expect(messagesOf(seen)).toEqual([expected instanceof RegExp ? expect.stringMatching(expected) : expected]);
  });

  test("an engine whose container is down is told by the container alone", () => {
    const { readSide } = plan;
    const container = readSide?.engine?.container ?? "";
    const seen = withReadSide(withContainer(well, container, stopped), { engine: { error: "ECONNREFUSED" } });
    expect(messagesOf(seen)).toEqual([`opensearch: container ${container} is exited (Exited (0) 5 seconds ago)`]);
  });

  test("a plan without one has no figures and no problem", () => {
    const without = { ...plan, readSide: undefined };
    expect(judge(without, wellObserved(without))).toMatchObject({ healthy: true, readSide: null });
  });
});

describe("each of these is one problem", () => {
  const failedTrace = "java.lang.X: it broke\n\tat a.B.c(B.java:1)\nCaused by: java.io.EOFException: the end";
  test.each<[string, Observation, string | RegExp]>([
    [
      "a connector that is gone",
      withConnector(well, 0, undefined),
      "shard0: connector inventory-connector-0 is not on the worker",
    ],
    [
      "a failed task, by its root cause",
      withConnector(well, 0, { tasks: [task("FAILED", failedTrace)] }),
      /^shard0: task 0 of inventory-connector-0 has FAILED: java.lang.X: it broke\n\s+Caused by: java.io.EOFException/,
    ],
    [
      "a failed connector",
      withConnector(well, 0, { state: "FAILED", trace: "java.lang.X: no", tasks: [] }),
      "shard0: connector inventory-connector-0 has FAILED: java.lang.X: no",
    ],
    [
      "a paused connector that is declared running",
      withConnector(well, 0, { state: "PAUSED", tasks: [task("PAUSED")] }),
      "shard0: connector inventory-connector-0 is PAUSED, and declared running",
    ],
    [
      "a stopped connector that is declared running",
      withConnector(well, 0, { state: "STOPPED", tasks: [] }),
      "shard0: connector inventory-connector-0 is STOPPED, and declared running",
    ],
    [
      "a connector without a task",
      withConnector(well, 0, { tasks: [] }),
      "shard0: connector inventory-connector-0 is RUNNING, tasks: none",
    ],
    [
      "a task that nobody has",
      withConnector(well, 0, { state: "UNASSIGNED", tasks: [task("UNASSIGNED")] }),
      "shard0: connector inventory-connector-0 is UNASSIGNED, tasks: UNASSIGNED",
    ],
    [
      "a configuration that somebody changed",
      withConnector(well, 0, { config: { "poll.interval.ms": "500", "x.password": "hush" } }),
      'shard0: the configuration of inventory-connector-0 is not the plan\'s: poll.interval.ms is "500", declared "50"; ' +
        "x.password (not shown)",
    ],
    [
      "heartbeats that stopped",
      withShard(well, 0, { news: news(31) }),
      "shard0: inventory-connector-0 says RUNNING, but no heartbeat arrives: the last one came 31 s ago",
    ],
    [
      "no heartbeat at all",
      withShard(well, 0, { news: news(undefined) }),
      "shard0: inventory-connector-0 says RUNNING, but no heartbeat arrives: none is in the topic",
    ],
    [
      "a purged binlog",
      withShard(well, 0, { offsets: offsetsAt("mysql-bin.000001", 4) }),
      "shard0: the connector's place mysql-bin.000001:4 is not in the server's binlog any more, " +
        "which goes from mysql-bin.000002 to mysql-bin.000003",
    ],
    [
      "a server that answers the engine, but not us",
      withShard(well, 0, { binlogs: { error: "Access denied" } }),
      "shard0: its binlog cannot be looked at: Access denied",
    ],
    [
      "a guard that gave up",
      withGuard(well, 0, { condition: "gave-up", restarts: 8, reason: "task 0 FAILED" }),
      "shard0: the guard gave up after 8 restarts: task 0 FAILED",
    ],
    [
      "a guard that does not check",
      { ...well, guard: { value: { checkedAt: secondsAgo(90), connectors: {} } } },
      "guard: its last check was 90 s ago",
    ],
    [
      "a guard that could not see everything",
      { ...well, guard: { value: { checkedAt: secondsAgo(1), connectors: {}, error: "no broker answers" } } },
      "guard: no broker answers",
    ],
    ["a guard that has written nothing", { ...well, guard: { value: undefined } }, "guard: it has checked nothing yet"],
    [
      "a stopped container",
      withContainer(well, mysql, stopped),
      "shard0: container cdc-dev-mysql-3308 is exited (Exited (0) 5 seconds ago)",
    ],
    ["a missing container", withContainer(well, mysql, undefined), "shard0: there is no container cdc-dev-mysql-3308"],
    [
      "an unhealthy container",
      withContainer(well, "cdc-dev-kafka", {
        state: "running",
        health: "unhealthy",
        status: "Up 1 hour (unhealthy)",
      }),
      "kafka: container cdc-dev-kafka is unhealthy (Up 1 hour (unhealthy))",
    ],
    [
      "a container that starts and does not answer yet",
      withContainer({ ...well, connectors: { error: "refused" } }, "cdc-dev-connect", {
        state: "running",
        health: "starting",
        status: "Up 3 seconds (health: starting)",
      }),
      "connect: container cdc-dev-connect is starting (Up 3 seconds (health: starting))",
    ],
    ["an engine that is away", { ...well, containers: { error: "no docker" } }, "engine: no docker"],
    ["a worker that is away", { ...well, connectors: { error: "no answer" } }, "connect: no answer"],
    ["a broker that is away", { ...well, topics: { error: "no broker" } }, "kafka: no broker"],
  ])("%s", (_, seen, expected) => {
    const status = judge(plan, seen);
    expect(status.healthy).toBe(false);
    expect(exitCodeOf(status)).toBe("error" in seen.containers ? 3 : 1);
    expect(messagesOf(seen)).toEqual([typeof expected === "string" ? expected : expect.stringMatching(expected)]);
    for (const { remedy } of status.problems) expect(remedy).not.toBe("");
  });
});

describe("none of these is a problem", () => {
  test.each<[string, Observation]>([
    [
      "no heartbeat during the first snapshot",
      withShard(well, 0, { news: news(600), offsets: offsetsAt("mysql-bin.000003", 1000, { snapshot: "INITIAL" }) }),
    ],
    [
      "an old heartbeat of a connector that reads something recent",
      withShard(well, 0, { news: news(40), offsets: offsetsAt("mysql-bin.000003", 1000, { ts_sec: atMs / 1000 - 5 }) }),
    ],
    [
      "an old heartbeat of a connector that the guard has seen come back just now",
      withGuard(withShard(well, 0, { news: news(600) }), 0, { since: secondsAgo(4) }),
    ],
    ...["cdc-dev-guard", "cdc-dev-connect", "cdc-dev-kafka", mysql].map((name): [string, Observation] => [
      `${name}, which answers already, though the engine has not asked yet`,
      withContainer(well, name, { state: "running", health: "starting", status: "Up 3 seconds (health: starting)" }),
    ]),
    [
      "a topic that nobody declared",
      { ...well, topics: { value: [...topicsOf(well), { ...firstTopic(), name: "mine", remark: "undeclared" }] } },
    ],
  ])("%s", (_, seen) => {
    expect(problemsOf(seen)).toEqual([]);
  });
});

test("a state is judged by what the shard's entry declares", () => {
  const paused = {
    ...plan,
    shards: plan.shards.map((shard, index) =>
      index === 0 ? { ...shard, connector: { ...shard.connector, state: "paused" as const } } : shard,
    ),
  };
  const resting = withShard(withConnector(well, 0, { state: "PAUSED", tasks: [task("PAUSED")] }), 0, {
    news: news(3600),
  });
  expect(judge(paused, resting)).toMatchObject({ healthy: true, shards: [{ phase: "paused" }, {}, {}] });
  expect(judge(paused, well).problems).toMatchObject([
    { message: "connector inventory-connector-0 is RUNNING, and declared paused" },
  ]);
});

test("what cannot be asked because a container is down has no line of its own", () => {
  const noBinlog = withShard(well, 0, { binlogs: { error: "ECONNREFUSED" } });
  expect(messagesOf(withContainer(noBinlog, mysql, stopped))).toEqual([
    "shard0: container cdc-dev-mysql-3308 is exited (Exited (0) 5 seconds ago)",
  ]);
  const noWorker = { ...well, connectors: { error: "no answer" } };
  expect(messagesOf(withContainer(noWorker, "cdc-dev-connect", undefined))).toEqual([
    "connect: there is no container cdc-dev-connect",
  ]);
});

test("one part that is away leaves the figures of the others", () => {
  const seen = { ...withShard(well, 0, { binlogs: { error: "refused" } }), connectors: { error: "no answer" } };
  const [first, second] = judge(plan, seen).shards;
  expect(first).toMatchObject({ state: null, phase: null, binlogBehindBytes: null, lagMs: 41 });
  expect(second).toMatchObject({ state: null, phase: null, binlogBehindBytes: 228, lagMs: 41 });
});

test("when nothing of the stack is there, that is another exit code", () => {
  expect(exitCodeOf(judge(plan, { ...well, containers: { value: [] } }))).toBe(3);
});

test("what the guard is about to do is told with the failure, and a known cause with its hint", () => {
  const failed = withConnector(well, 0, {
    tasks: [task("FAILED", "java.sql.X: Communications link failure")],
  });
  const due = withGuard(failed, 0, { condition: "failed", nextRestartAt: secondsAgo(-120) });
  expect(problemsOf(due)).toMatchObject(
    [{ hint: /database does not answer/, remedy: /^the guard restarts it in 2 min; cdc restart shard0 / }].map(
      ({ hint, remedy }) => ({ hint: expect.stringMatching(hint), remedy: expect.stringMatching(remedy) }),
    ),
  );
  const waiting = withGuard(failed, 0, { condition: "waiting", reason: "MySQL is away" });
  expect(problemsOf(waiting)[0]?.remedy).toMatch(/^the guard restarts it as soon as what it needs answers again; /);
});

describe("the phase", () => {
  const notified = (aggregate: string, type: string) =>
    withShard(well, 0, {
      news: {
        value: {
          heartbeat: { arrivedMs: atMs, committedMs: undefined },
          notification: { aggregate, type },
          lastChangeMs: undefined,
        },
      },
    });
  test.each<[string, Observation, string | null]>([
    ["first snapshot, as told", notified("Initial Snapshot", "IN_PROGRESS"), "snapshot"],
    ["first snapshot, skipped", notified("Initial Snapshot", "SKIPPED"), "streaming"],
    ["ad-hoc snapshot", notified("Incremental Snapshot", "IN_PROGRESS"), "incremental snapshot"],
    ["ad-hoc snapshot, done", notified("Incremental Snapshot", "COMPLETED"), "streaming"],
    ["failed task", withConnector(well, 0, { tasks: [task("FAILED")] }), "failed"],
    ["stopped", withConnector(well, 0, { state: "STOPPED", tasks: [] }), "stopped"],
    ["nothing stored yet", withShard(well, 0, { offsets: { value: [] } }), "starting"],
    ["offsets not known", withShard(well, 0, { offsets: { error: "HTTP 500" } }), null],
    ["no connector", withConnector(well, 0, undefined), null],
  ])("of %s", (_, seen, expected) => {
    expect(judge(plan, seen).shards[0]?.phase).toBe(expected);
  });
});

function topicsOf(seen: Observation) {
  return "value" in seen.topics ? seen.topics.value : [];
}

function firstTopic() {
  const [first] = topicsOf(well);
  if (first === undefined) throw new Error("no topics");
  return first;
}

test("a missing topic and one that differs are problems", () => {
  const [first, second, ...others] = topicsOf(well);
  const seen: Observation = {
    ...well,
    topics: {
      value: [
        { ...firstTopic(), ...first, remark: "missing" },
        { ...firstTopic(), ...second, remark: "partitions 3, declared 1" },
        ...others,
      ],
    },
  };
  expect(messagesOf(seen)).toEqual([
    "topics: schemahistory.shard0 is missing",
    "topics: shard0: partitions 3, declared 1",
  ]);
});
