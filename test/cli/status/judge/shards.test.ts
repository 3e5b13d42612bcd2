/** What is wrong with a shard, its connector, a container, a topic or the guard, and what is not; figures and phases. */
import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../../../cli/commands/status.ts";
import { judge } from "../../../../cli/status/judge.ts";
import type { Observation } from "../../../../cli/status/observation.ts";
import type { GuardState } from "../../../../lib/guard-state.ts";
import { noAccess } from "../../../../clients/docker/access.ts";
import { planWith } from "../../../support/config.ts";
import { task } from "../../../support/fake-worker.ts";
import {
  atMs,
  messagesOf,
  mysql,
  news,
  offsetsAt,
  plan,
  problemsOf,
  secondsAgo,
  stopped,
  well,
  wellObserved,
  withConnector,
  withContainer,
  withGuard,
  withShard,
} from "../observed.ts";

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
    delayMs: 3041,
    binlogBehindBytes: 228,
    placeLastsMs: 864_000_000,
    lastChangeAt: "2026-11-21T09:48:00.000Z",
    tables: ["products.products", "products.stock"].map((table) => ({
      table,
      read: "read",
      readAt: "2026-11-21T09:00:00.000Z",
      why: null,
    })),
    guard: { condition: "healthy", since: secondsAgo(3600), restarts: 0, nextRestartAt: null },
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
      "shard0: inventory-connector-0 says RUNNING and brings nothing: no heartbeat arrives: the last one came 31 s ago",
    ],
    [
      "no heartbeat at all",
      withShard(well, 0, { news: news(undefined) }),
      "shard0: inventory-connector-0 says RUNNING and brings nothing: no heartbeat arrives: none is in the topic",
    ],
    [
      "a place that is lost",
      withShard(well, 0, { loss: { value: { code: "CDC-852", found: "its place is lost", remedy: "begin anew" } } }),
      "shard0: CDC-852: its place is lost",
    ],
    [
      "a place that only the guard knows to be lost, and stopped",
      withGuard(withConnector(well, 0, { state: "STOPPED", tasks: [] }), 0, {
        condition: "lost",
        reason: "its place is lost",
        remedy: "begin anew",
      }),
      "shard0: its place is lost",
    ],
    [
      "a place that cannot be judged",
      withShard(well, 0, { loss: { error: "no answer within 15 s" } }),
      "shard0: its place cannot be compared with the server's history: no answer within 15 s",
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
      "guard: at its last check, 1 s ago, it could not see everything: no broker answers",
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
    [
      "a worker that is away",
      { ...well, connectors: { error: "no answer" } },
      "connect: no answer; the guard saw 3 connectors 2 s ago: all healthy",
    ],
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
      withGuard(withShard(well, 0, { news: news(59) }), 0, { since: secondsAgo(4) }),
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

test("a user whom the engine does not let in is told how to be let in", () => {
  const { problems } = judge(plan, { ...well, containers: { error: noAccess.message } });
  expect(problems.find(({ part }) => part === "engine")).toMatchObject({
    message: expect.stringContaining("may not use it") as string,
    remedy: expect.stringMatching(/groups docker \$USER.*sudo/) as string,
  });
});

test.each([
  [5, 66],
  [600, 661],
  [3600, 3661],
])("a guard that looks every %i s is well until its next look is due, and not after %i s", (checkSeconds, late) => {
  const planned = planWith({ guard: { checkSeconds, stallSeconds: checkSeconds * 6 } }, "cdc-dev");
  const seen = (seconds: number): Observation => ({
    ...wellObserved(planned),
    guard: { value: { ...guardStateOf(wellObserved(planned)), checkedAt: secondsAgo(seconds) } },
  });
  expect(judge(planned, seen(checkSeconds + 10)).problems).toEqual([]);
  expect(judge(planned, seen(late)).problems).toMatchObject([{ part: "guard" }]);
});

function guardStateOf({ guard }: Observation): GuardState {
  if (guard === undefined || "error" in guard || guard.value === undefined) throw new Error("a guard without a state");
  return guard.value;
}

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
