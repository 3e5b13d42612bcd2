/** What could not be read is unknown, and hides nothing else. */
import { describe, expect, test } from "vitest";
import { exitCodeOf } from "../../../../cli/commands/status.ts";
import { judge } from "../../../../cli/status/judge.ts";
import type { Observation, ShardObservation } from "../../../../cli/status/observation.ts";
import type { GuardedConnector, GuardState } from "../../../../lib/guard-state.ts";
import {
  guarded,
  messagesOf,
  mysql,
  plan,
  problemsOf,
  secondsAgo,
  stopped,
  well,
  withContainer,
  withReadSide,
  withShard,
} from "../observed.ts";

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
