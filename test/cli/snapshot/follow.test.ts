import { beforeEach, expect, test, vi } from "vitest";
import { followSnapshot, requireRunning } from "../../../cli/snapshot/follow.ts";
import type { ConnectorStatus } from "../../../connect/client.ts";
import type { TopicRecord } from "../../../kafka/topic.ts";

const followed = { connector: "c", id: "cdc-1", scope: { chunkSize: 1000, minimumKey: 1 } };

function status(state: string, task = state): ConnectorStatus {
  const worker_id = "connect:8083";
  return { name: "c", connector: { state, worker_id }, tasks: [{ id: 0, state: task, worker_id }] } as ConnectorStatus;
}

function worker(...answers: (ConnectorStatus | undefined)[]) {
  let asked = 0;
  return { getStatus: async () => answers[Math.min(asked++, answers.length - 1)] };
}

/** Gives the notifications, each after a quarter of a second, then nothing any more. */
function notifications(...types: readonly (readonly [id: string, type: string])[]) {
  const rest = types.map(([id, type], index) => {
    const value = { id, type, aggregate_type: "Incremental Snapshot", additional_data: {}, timestamp: index * 1000 };
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
  const progress = await followSnapshot(
    stream,
    worker(status("RUNNING")),
    followed,
    ({ rows }) => shown.push(rows),
    () => false,
  );
  expect(progress).toMatchObject({ isOver: true, startedMs: 0, lastMs: 3000, rows: 1000 });
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

test("whoever interrupts it gets what is known by then", async () => {
  const stream = notifications(["cdc-1", "STARTED"], ["cdc-1", "IN_PROGRESS"]);
  let rows = 0;
  const progress = await followSnapshot(
    stream,
    worker(status("RUNNING")),
    followed,
    (seen) => (rows = seen.rows),
    () => rows > 0,
  );
  expect(progress).toMatchObject({ isOver: false, rows: 1000 });
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
