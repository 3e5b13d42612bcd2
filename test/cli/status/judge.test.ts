import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../../cli/commands/status.ts";
import { judge } from "../../../cli/status/judge.ts";
import type { Observation, ShardObservation } from "../../../cli/status/observation.ts";
import type { ExpandedConnector } from "../../../clients/connect/client.ts";
import type { GuardedConnector, GuardState } from "../../../lib/guard-state.ts";
import { noAccess } from "../../../clients/docker/access.ts";
import type { TableState } from "../../../snapshot/state.ts";
import { planWith } from "../../support/config.ts";
import { statusOf, task } from "../../support/fake-worker.ts";
import {
  atMs,
  guarded,
  news,
  offsetsAt,
  plan,
  secondsAgo,
  shardAt,
  tablesRead,
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

describe("a captured table", () => {
  const never = { read: undefined };
  const stock = (changes: Partial<TableState>) => tablesRead(shardAt(0), { "products.stock": changes });
  const readOf = (seen: Observation) =>
    judge(plan, seen).shards[0]?.tables.find(({ table }) => table === "products.stock");

  test("that was never read is told, with what reads it", () => {
    const seen = withShard(well, 0, { tables: stock(never) });
    expect(problemsOf(seen)).toEqual([
      {
        part: "shard0",
        message:
          "products.stock was never read: rows that were there before it was captured are not on shard0.products.stock",
        hint: null,
        remedy: "pulumi up has the connector read it while changes go on; so does cdc snapshot shard0 products.stock",
        isUnknown: false,
      },
    ]);
    expect(readOf(seen)).toEqual({ table: "products.stock", read: "never", readAt: null, why: null });
  });

  test("that is being read now is to be waited for", () => {
    const offsets = offsetsAt("mysql-bin.000003", 1000, {
      incremental_snapshot_collections: '[{"incremental_snapshot_collections_id":"products.stock"}]',
    });
    const [problem] = problemsOf(withShard(well, 0, { tables: stock(never), offsets }));
    expect(problem?.message).toContain("it is being read now");
    expect(problem?.remedy).toContain("wait for its end");
  });

  test.each<[string, Partial<ShardObservation>, string, number]>([
    [
      "left out by the configuration",
      { tables: stock({ ...never, unreadByWish: "snapshotMode: no_data" }) },
      "left out",
      0,
    ],
    ["to come with the first snapshot", { tables: stock(never), offsets: { value: [] } }, "to come", 0],
    [
      "to come while the first snapshot runs",
      { tables: stock(never), offsets: offsetsAt("mysql-bin.000003", 1000, { snapshot: "INITIAL" }) },
      "to come",
      0,
    ],
    ["not known where another converter writes", { tables: { value: { tables: [], isKnown: false } } }, "", 0],
    // The missing topic has a line of its own; read into none it helps nobody.
    ["never read, and without a topic", { tables: stock({ ...never, topicId: undefined }) }, "never", 0],
  ])("is %s", (_, changes, read, count) => {
    const seen = withShard(well, 0, changes);
    expect(problemsOf(seen)).toHaveLength(count);
    if (read !== "") expect(readOf(seen)?.read).toBe(read);
  });

  test("of which nothing can be told is not taken for read", () => {
    const seen = withShard(well, 0, { tables: { error: "boom" } });
    expect(messagesOf(seen)).toEqual(["shard0: which of its tables were read is not known: boom"]);
    // Where the broker is away, that has a line already.
    expect(messagesOf({ ...seen, topics: { error: "no answer" } })).toEqual(["kafka: no answer"]);
  });
});

describe("a connector that the plan does not know", () => {
  const tutorial = (
    state: "RUNNING" | "FAILED" = "RUNNING",
    config: Record<string, string> = {},
  ): ExpandedConnector => ({
    info: {
      name: "inventory-connector",
      type: "source",
      config: {
        "connector.class": "io.debezium.connector.mysql.MySqlConnector",
        "topic.prefix": "tutorial",
        ...config,
      },
    },
    status: statusOf("inventory-connector", "RUNNING", [task(state, "Access denied for user")]),
  });
  const withUnmanaged = (one: ExpandedConnector, waited: readonly string[] = []): Observation => ({
    ...well,
    connectors: { value: { ...("value" in well.connectors ? well.connectors.value : {}), [one.info.name]: one } },
    waitedFor: new Map([[one.info.name, waited]]),
  });

  test("waits for ever, and is told with its topics", () => {
    const seen = withUnmanaged(tutorial("RUNNING", { "table.include.list": "inventory\\.orders" }), ["tutorial"]);
    const [problem, ...others] = problemsOf(seen);
    expect(others).toEqual([]);
    expect(problem?.message).toContain(
      "inventory-connector (io.debezium.connector.mysql.MySqlConnector) is not in the plan; it says RUNNING, but waits for topics that are not there",
    );
    expect(problem?.message).toContain("tutorial, tutorial.inventory.orders");
    expect(problem?.remedy).toContain("curl -X DELETE http://localhost:8083/connectors/inventory-connector");
    expect(judge(plan, seen).unmanagedConnectors).toMatchObject([
      { waitsFor: ["tutorial", "tutorial.inventory.orders"] },
    ]);
  });

  test("has failed", () => {
    expect(messagesOf(withUnmanaged(tutorial("FAILED"))).join()).toContain("is not in the plan, and has FAILED");
  });

  test("works, and is somebody's", () => {
    const seen = withUnmanaged(tutorial("RUNNING", { "topic.prefix": "shard0" }));
    expect(judge(plan, seen)).toMatchObject({
      healthy: true,
      unmanagedConnectors: [{ name: "inventory-connector", waitsFor: [] }],
    });
  });

  test.each(["read-side-reindex-products-stock", "read-side-reindex-cdc-probe"])(
    "is not %s, the pipeline's own",
    (name) => {
      const one = tutorial("FAILED");
      const own = { info: { ...one.info, name }, status: { ...one.status, name } };
      expect(judge(plan, withUnmanaged(own)).unmanagedConnectors).toEqual([]);
    },
  );
});

describe("the read side", () => {
  test("has its figures", () => {
    const seen = withReadSide(well, { lag: { value: [lagOf(3, 2), lagOf(4)] } });
    expect(judge(plan, seen).readSide).toEqual({
      sink: {
        connector: "read-side-sink",
        state: "RUNNING",
        tasks: ["RUNNING"],
        lagRecords: 7,
        lagMs: 2000,
        isLagExact: true,
      },
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
      "read side: how far the sink is behind is not known: no group",
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

describe("a change that does not come", () => {
  const { maxDelaySeconds: bound } = plan;
  const { retryTopic = "" } = plan.readSide ?? {};
  const streaming = (heartbeatSeconds: number, lateSeconds: number, further: Record<string, unknown> = {}) => {
    const arrivedMs = atMs - heartbeatSeconds * 1000;
    const heartbeat = { arrivedMs, committedMs: arrivedMs - lateSeconds * 1000 };
    return withShard(well, 0, {
      news: { value: { heartbeat, notification: undefined, lastChangeMs: undefined } },
      offsets: offsetsAt("mysql-bin.000003", 1000, further),
    });
  };
  const indexed = (...lag: ReturnType<typeof lagOf>[]) => withReadSide(well, { lag: { value: lag } });

  test.each<[string, Observation, string | undefined]>([
    ["heartbeats that arrive as late as is allowed", streaming(2, bound - 2), undefined],
    ["heartbeats that arrive later", streaming(2, bound), "shard0: its topics are behind: the newest change that is"],
    ["late heartbeats, of a place that is ahead of them", streaming(2, 300, { ts_sec: atMs / 1000 - 8 }), undefined],
    [
      "late heartbeats, of a place at the end of the binlog",
      withShard(streaming(2, 300), 0, {
        ...streaming(2, 300).shards.get("shard0"),
        offsets: offsetsAt("mysql-bin.000003", 1228),
      }),
      undefined,
    ],
    ["a first snapshot, which holds changes back", streaming(2, 300, { snapshot: "INITIAL" }), undefined],
    ["a record that waits for the sink as long as is allowed", indexed(lagOf(2, bound)), undefined],
    ["a record that waits longer", indexed(lagOf(0), lagOf(2, 125)), "read side: the index is behind: a change on"],
    ["a single record, and many that are young", indexed(lagOf(9000, 2), lagOf(1, 125)), "read side: the index is"],
    ["a dead letter of old that is given to the sink once more", indexed(lagOf(1, 86_400, retryTopic)), undefined],
  ])("%s", (_, seen, expected) => {
    expect(messagesOf(seen)).toEqual(expected === undefined ? [] : [expect.stringContaining(expected) as string]);
  });

  test("is told with its age and the bound, and is in the figures", () => {
    const status = judge(plan, indexed(lagOf(3, 10), lagOf(2, 125, "shard1.products.stock")));
    expect(status.problems[0]?.message).toBe(
      "the index is behind: a change on shard1.products.stock that is 2 min old is not in it yet; " +
        "at most 60 s are allowed (cdc:maxDelaySeconds)",
    );
    expect(status.readSide?.sink).toMatchObject({ lagRecords: 5, lagMs: 125_000 });
    expect(judge(plan, streaming(2, 125)).shards[0]?.delayMs).toBe(127_000);
  });

  test("is judged by the bound of the configuration", () => {
    const planned = planWith({ maxDelaySeconds: 200, guard: { stallSeconds: 900 } }, "cdc-dev");
    const observed = wellObserved(planned);
    const late = (seconds: number) => ({
      ...observed,
      shards: new Map([...observed.shards].map(([name, one]) => [name, { ...one, news: news(seconds) }])),
    });
    expect(judge(planned, late(190)).problems).toEqual([]);
    expect(judge(planned, late(210)).problems).toMatchObject([{ part: "shard0" }]);
  });
});

describe("a worker that does not answer, and a guard that has seen it before", () => {
  const names = [...plan.shards.map(({ connector }) => connector.name), "read-side-sink"];
  const reason = "task 0 FAILED (java.io.EOFException: end)";
  const remembering = (
    state: Partial<GuardState>,
    condition: GuardedConnector["condition"] = "failed",
  ): Observation => ({
    ...well,
    connectors: { error: "no answer from Kafka Connect" },
    guard: {
      value: {
        checkedAt: secondsAgo(2),
        connectors: Object.fromEntries(
          names.map((name, at) => [name, guarded(at < 2 ? {} : { condition, since: secondsAgo(60), reason })]),
        ),
        ...state,
      },
    },
  });

  test("tells what failed, and how old that is", () => {
    const seen = remembering({ seenAt: secondsAgo(12), error: "no answer from Kafka Connect" });
    const { problems, verdict } = judge(plan, seen);
    expect(verdict).toBe("unhealthy");
    expect(problems.map(({ part, message }) => `${part}: ${message}`)).toEqual([
      "connect: no answer from Kafka Connect; the guard saw 4 connectors 12 s ago: 2 failed",
      `shard2: inventory-connector-2 is failed since ${secondsAgo(60)}, as the guard saw it 12 s ago: ${reason}`,
      `read side: read-side-sink is failed since ${secondsAgo(60)}, as the guard saw it 12 s ago: ${reason}`,
    ]);
  });

  test.each<[string, Partial<GuardState>, string]>([
    ["at its last check, before it told when", {}, "2 s ago"],
    ["at a check that it did not tell of", { error: "no answer" }, "some time ago"],
    ["a minute and a half ago", { error: "no answer", seenAt: secondsAgo(90) }, "90 s ago"],
  ])("that saw it %s", (_, state, when) => {
    expect(messagesOf(remembering(state))).toContainEqual(expect.stringContaining(`as the guard saw it ${when}: `));
  });

  test.each(["paused", "stopped", "snapshotting", "healthy"] as const)(
    "that saw it %s tells no problem",
    (condition) => {
      expect(problemsOf(remembering({}, condition)).map(({ part }) => part)).toEqual(["connect"]);
    },
  );

  test("is not asked while the worker answers", () => {
    const seen = { ...remembering({}), connectors: well.connectors };
    expect(problemsOf(seen)).toEqual([]);
  });
});

test("a place that is about to be purged is told ahead, with how long the connector may still lag", () => {
  const day = 86_400;
  const at = (daysAgo: number): Observation =>
    withShard(withConnector(well, 0, { state: "PAUSED", tasks: [task("PAUSED")] }), 0, {
      offsets: offsetsAt("mysql-bin.000002", 500, { ts_sec: atMs / 1000 - daysAgo * day }),
    });
  const retention = (seen: Observation) =>
    messagesOf(seen).filter((message) => message.includes("its place in the binlog"));
  expect(retention(at(7))).toEqual([]);
  expect(retention(at(8))).toEqual([
    "shard0: its place in the binlog (mysql-bin.000002) is purged in about 2 d, if it goes on as since (1.2 KiB): " +
      "the server keeps a file for 10 d; what was not read by then is lost to the topics",
  ]);
  expect(retention(at(11))[0]).toContain("may be purged at any moment");
  expect(judge(plan, at(7)).shards[0]?.placeLastsMs).toBe(3 * day * 1000);
});

describe("what could not be read", () => {
  const silent = { error: "no answer within 10 s" };
  const everyShard = (changes: Partial<ShardObservation>): Observation =>
    plan.shards.reduce((seen, _, index) => withShard(seen, index, changes), well);

  test.each<[string, Observation, number]>([
    ["the places of all connectors", everyShard({ offsets: silent, loss: silent }), plan.shards.length],
    ["the newest records of a shard", withShard(well, 0, { news: silent }), 1],
    ["a server's binlog", withShard(well, 0, { binlogs: silent }), 1],
    ["whether a place is lost", withShard(well, 0, { loss: silent }), 1],
    ["which tables were read", withShard(well, 0, { tables: silent }), 1],
    ["the connectors", { ...well, connectors: silent }, 1],
    [
      "the topics, and with them all that is in them",
      { ...everyShard({ news: silent, tables: silent }), topics: silent },
      1,
    ],
    ["the containers", { ...well, containers: silent }, 1],
    ["the volumes", { ...well, volumes: silent }, 1],
    ["the guard's state", { ...well, guard: silent }, 1],
    ["the sink's lag", withReadSide(well, { lag: silent }), 1],
    ["the search engine", withReadSide(well, { engine: silent }), 1],
  ])("%s is unknown, never well", (_, seen, count) => {
    const status = judge(plan, seen);
    expect(status).toMatchObject({ healthy: false, verdict: "unknown" });
    expect(status.problems.map(({ isUnknown }) => isUnknown)).toEqual(Array.from({ length: count }, () => true));
    expect(exitCodeOf(status)).not.toBe(0);
  });

  test("stands beside what is wrong, and hides it not", () => {
    const seen = withContainer(withShard(well, 1, { offsets: silent }), mysql, stopped);
    expect(judge(plan, seen)).toMatchObject({
      verdict: "unhealthy",
      problems: [{ isUnknown: false }, { isUnknown: true }],
    });
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
