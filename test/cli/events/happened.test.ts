import { expect, test } from "vitest";
import {
  guardHappened,
  inOrder,
  reconcileHappened,
  snapshotHappened,
  startHappened,
  updateHappened,
  type Happened,
} from "../../../cli/events/happened.ts";
import { renderEvents } from "../../../cli/events/render.ts";
import { sinceMs } from "../../../cli/events/since.ts";
import { notificationRecord } from "../../../clients/debezium/notification.ts";
import { toldAs } from "../../../clients/debezium/reconciliation.ts";
import type { ContainerState } from "../../../clients/docker/container.ts";

const at = Date.parse("2026-11-27T03:00:00.000Z");

test.each([
  [
    {
      kind: "update",
      startTime: 100,
      endTime: 127,
      result: "succeeded",
      resourceChanges: { same: 99, create: 1, "create-replacement": 2 },
    },
    { level: "INFO", text: "pulumi up succeeded in 27 s: 1 created, 2 created anew, 99 unchanged" },
  ],
  [
    { kind: "refresh", startTime: 100, endTime: 101, result: "failed" },
    { level: "ERROR", text: "pulumi refresh failed in 1 s" },
  ],
])("an operation of pulumi: %j", (record, expected) => {
  expect(updateHappened(record)).toEqual({ timeMs: 100_000, who: "pulumi", ...expected });
});

test.each<[string, Partial<Happened> | undefined]>([
  [
    "2026-11-27T03:00:00.000Z WARN  shard0-connector: FAILED: java.io.IOException: gone",
    { timeMs: at, who: "shard0-connector", level: "WARN", text: "FAILED: java.io.IOException: gone" },
  ],
  ["2026-11-27T03:00:00.000Z INFO  guard: ended by SIGTERM", { who: "guard", text: "ended by SIGTERM" }],
  ["2026-11-27T03:00:00.000Z ERROR no answer", { who: "guard", text: "no answer" }],
  ["(node:1) Warning: something of Node's", undefined],
  ["2026-11-27T03:00:00.000Z DEBUG x: y", undefined],
])("a line of the guard's: %s", (line, expected) => {
  const found = guardHappened({ line });
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(expected);
});

const notification = (aggregate: string, type: string, data: Record<string, string> = {}) => ({
  topic: "shard0.cdc.notifications",
  key: null,
  value: JSON.stringify({ id: "a", aggregate_type: aggregate, type, timestamp: at, additional_data: data }),
});

test.each<[ReturnType<typeof notification>, Partial<Happened> | undefined]>([
  [notification("Initial Snapshot", "STARTED"), { level: "INFO", text: "initial snapshot began" }],
  [
    notification("Incremental Snapshot", "STARTED", { data_collections: "products.stock,products.products" }),
    { text: "incremental snapshot began: products.stock, products.products" },
  ],
  [notification("Incremental Snapshot", "ABORTED"), { level: "WARN", text: "incremental snapshot was aborted" }],
  [notification("Incremental Snapshot", "IN_PROGRESS", { current_collection_in_progress: "a.b" }), undefined],
  [notification("Initial Snapshot", "SKIPPED"), undefined],
  [notification("Captured Tables", "STARTED"), undefined],
  [{ topic: "t", key: null, value: "no notification" }, undefined],
])("a connector's word: %j", (record, expected) => {
  const found = snapshotHappened("shard0", record);
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject({ timeMs: at, who: "shard0", ...expected });
});

test.each<[[string, number | undefined][], string, string]>([
  [[["a.b", 0]], "INFO", "compared with the index: 0 differences in 1 table"],
  [
    [
      ["a.b", 1],
      ["a.c", 0],
    ],
    "WARN",
    "compared with the index: 1 difference in 2 tables",
  ],
  [
    [
      ["a.b", 0],
      ["a.c", undefined],
    ],
    "WARN",
    "compared with the index: 0 differences in 1 table, 1 not compared",
  ],
])("what cdc reconcile found: %j", (tables, level, text) => {
  const told = toldAs({ id: "r", timeMs: at, tables: new Map(tables), ofNoShard: undefined });
  const record = {
    topic: "shard0.cdc.notifications",
    ...notificationRecord(told, { key: undefined, value: undefined }),
  };
  expect(reconcileHappened("shard0", record)).toEqual({ timeMs: at, who: "shard0", level, text });
  expect(snapshotHappened("shard0", record)).toBeUndefined();
});

const started: ContainerState = {
  status: "running",
  health: "healthy",
  exitCode: 0,
  isOutOfMemory: false,
  restarts: 0,
  startedAt: "2026-11-27T03:00:00.000Z",
  healthTest: [],
  pidsLimit: 4096,
  memoryLimitMiB: 1536,
};

test.each<[Partial<ContainerState>, Partial<Happened> | undefined]>([
  [{}, { level: "INFO", text: "container started" }],
  [
    { restarts: 1 },
    { level: "WARN", text: "container started, by the engine after it had ended by itself; so once in all" },
  ],
  [
    { status: "exited", exitCode: 137, isOutOfMemory: true },
    { level: "WARN", text: "container started; it is exited now (exit code 137, out of memory)" },
  ],
  [{ status: "created", startedAt: "0001-01-01T00:00:00Z" }, undefined],
])("a container: %j", (state, expected) => {
  const found = startHappened("kafka", { ...started, ...state });
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject({ timeMs: at, who: "kafka", ...expected });
});

test("they are told in the order of time, from then on", () => {
  const one = (timeMs: number, who: string): Happened => ({ timeMs, who, level: "INFO", text: "x" });
  const told = inOrder([one(at + 2, "c"), one(at - 1, "a"), one(at, "b")], at);
  expect(told.map(({ who }) => who)).toEqual(["b", "c"]);
  expect(renderEvents(told).split("\n")[1]).toBe("2026-11-27T03:00:00Z  b    x");
  expect(renderEvents([])).toBe("nothing happened in that time");
});

test.each([
  ["90s", at - 90_000],
  ["10m", at - 600_000],
  ["2h", at - 7_200_000],
  ["3d", at - 259_200_000],
  ["2026-11-26T00:00:00Z", Date.parse("2026-11-26T00:00:00Z")],
])("--since %s", (text, expected) => {
  expect(sinceMs(text, at)).toBe(expected);
});

test.each(["yesterday", "10", "5w", "", "-1h"])("--since %j is no time, and says what is", (text) => {
  expect(() => sinceMs(text, at)).toThrow(/no time/);
});
