import { beforeEach, expect, test, vi } from "vitest";
import { followSnapshot, requireRunning } from "../../snapshot/follow.ts";
import type { ConnectorStatus } from "../../clients/connect/client.ts";
import type { TopicRecord } from "../../clients/kafka/topic.ts";

const scope = { chunkSize: 1000, minimumKey: 1 };
const followed = { connector: "c", id: "cdc-1", scopes: new Map([["a.b", scope]]) };

function status(state: string, task = state): ConnectorStatus {
  const worker_id = "connect:8083";
  return { name: "c", connector: { state, worker_id }, tasks: [{ id: 0, state: task, worker_id }] } as ConnectorStatus;
}

function worker(...answers: (ConnectorStatus | undefined)[]) {
  let asked = 0;
  return { getStatus: async () => answers[Math.min(asked++, answers.length - 1)] };
}

/** Gives the notifications, each after a quarter of a second, then nothing any more. */
function notifications(...types: readonly (readonly [id: string, type: string, details?: Record<string, string>])[]) {
  const rest = types.map(([id, type, details = {}], index) => {
    const value = {
      id,
      type,
      aggregate_type: "Incremental Snapshot",
      additional_data: details,
      timestamp: index * 1000,
    };
    return { topic: "t", partition: 0, offset: 0n, timestampMs: 0, key: null, value: JSON.stringify(value) };
  });
  return {
    next: async (): Promise<TopicRecord | undefined> => {
      nowMs += 250;
      if (nowMs > 120_000) throw new Error("it never ends");
      return rest.shift();
    },
  };
}

let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
});

test("the end is the end of the snapshot that was asked for, not of another", async () => {
  const shown: number[] = [];
  const stream = notifications(
    ["cdc-1", "STARTED"],
    ["other", "COMPLETED"],
    ["cdc-1", "IN_PROGRESS"],
    ["cdc-1", "COMPLETED"],
  );
  const readings = await followSnapshot(
    stream,
    worker(status("RUNNING")),
    followed,
    (now) => shown.push(now.get("a.b")?.rows ?? -1),
    () => false,
  );
  expect(readings.get("a.b")).toMatchObject({ isOver: true, startedMs: 0, lastMs: 3000, rows: 1000 });
  expect(shown).toEqual([0, 0, 1000, 1000]);
});

test("a connector that fails meanwhile ends it, with its trace's words", async () => {
  const client = worker(status("RUNNING"), status("RUNNING", "FAILED"));
  const stream = notifications(["cdc-1", "STARTED"], ["cdc-1", "IN_PROGRESS"]);
  await expect(
    followSnapshot(
      stream,
      client,
      followed,
      () => {},
      () => false,
    ),
  ).rejects.toThrow("task 0 of connector c has FAILED");
});

test("a signal that nobody takes up is said so after half a minute", async () => {
  await expect(
    followSnapshot(
      notifications(),
      worker(status("RUNNING")),
      followed,
      () => {},
      () => false,
    ),
  ).rejects.toThrow("did not take the signal up within 30 s");
  expect(nowMs).toBeGreaterThan(30_000);
});

const of = (table: string) => ({ current_collection_in_progress: table });
const scanned = (table: string, total_rows_scanned: string) => ({
  scanned_collection: table,
  total_rows_scanned,
  status: "SUCCEEDED",
});

test("of several tables each has its own rows and its own time", async () => {
  const stream = notifications(
    ["cdc-1", "STARTED"],
    ["cdc-1", "IN_PROGRESS", of("a.b")],
    ["cdc-1", "TABLE_SCAN_COMPLETED", scanned("a.b", "1500")],
    ["cdc-1", "TABLE_SCAN_COMPLETED", scanned("a.c", "7")],
    ["cdc-1", "COMPLETED"],
  );
  const scopes = new Map([
    ["a.b", scope],
    ["a.c", scope],
  ]);
  const readings = await followSnapshot(
    stream,
    worker(status("RUNNING")),
    { ...followed, scopes },
    () => {},
    () => false,
  );
  expect(readings.get("a.b")).toMatchObject({ rows: 1500, startedMs: 0, lastMs: 2000, isOver: true });
  expect(readings.get("a.c")).toMatchObject({ rows: 7, startedMs: 2000, lastMs: 3000, isOver: true });
});

test("a table that is taken out of it is not its end", async () => {
  const stream = notifications(
    ["cdc-1", "STARTED"],
    ["cdc-1", "ABORTED", { data_collections: "a.c" }],
    ["cdc-1", "TABLE_SCAN_COMPLETED", scanned("a.b", "3")],
    ["cdc-1", "ABORTED", { data_collections: "a.b" }],
  );
  const scopes = new Map([
    ["a.b", scope],
    ["a.c", scope],
  ]);
  const readings = await followSnapshot(
    stream,
    worker(status("RUNNING")),
    { ...followed, scopes },
    () => {},
    () => false,
  );
  expect(readings.get("a.b")).toMatchObject({ rows: 3, result: "SUCCEEDED" });
  expect(readings.get("a.c")?.result).toBeUndefined();
});

test("a connector that says nothing for a minute is looked into", async () => {
  const whenSilent = async () => await Promise.reject(new Error("stuck at database"));
  const stream = notifications(["cdc-1", "STARTED"]);
  await expect(
    followSnapshot(
      stream,
      worker(status("RUNNING")),
      { ...followed, whenSilent },
      () => {},
      () => false,
    ),
  ).rejects.toThrow("stuck at database");
  expect(nowMs).toBeGreaterThan(60_000);
});

test("whoever interrupts it gets what is known by then", async () => {
  const stream = notifications(["cdc-1", "STARTED"], ["cdc-1", "IN_PROGRESS"]);
  let rows = 0;
  const readings = await followSnapshot(
    stream,
    worker(status("RUNNING")),
    followed,
    (seen) => (rows = seen.get("a.b")?.rows ?? 0),
    () => rows > 0,
  );
  expect(readings.get("a.b")).toMatchObject({ isOver: false, rows: 1000 });
});

test.each([
  ["is not on the worker", undefined],
  ["is PAUSED; it reads no signals", status("PAUSED")],
  ["is STOPPED; it reads no signals", status("STOPPED")],
  ["has FAILED", status("RUNNING", "FAILED")],
])("a connector that %s is not asked", async (message, found) => {
  await expect(requireRunning(worker(found), "c")).rejects.toThrow(message);
});

test("a connector that runs is asked, while it rebalances too", async () => {
  await requireRunning(worker(status("RUNNING")), "c");
  await requireRunning(worker(status("UNASSIGNED")), "c");
});
