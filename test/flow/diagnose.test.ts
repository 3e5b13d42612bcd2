import { afterEach, beforeEach, expect, test } from "vitest";
import type { ConnectorStatus } from "../../clients/connect/client.ts";
import { diagnose } from "../../flow/diagnose.ts";
import { flowTargetOf } from "../../flow/flow-target.ts";
import type { ShardPlan } from "../../plan/types.ts";
import { planWith } from "../support/config.ts";
import { FakeWorker } from "../support/fake-worker.ts";

const plan = planWith({});
const [shard] = plan.shards as [ShardPlan];
const name = shard.connector.name;
let worker: FakeWorker;

beforeEach(async () => {
  worker = await FakeWorker.start();
});
afterEach(async () => {
  await worker.stop(); // once more is fine
});

function status(state: string, ...tasks: string[]): ConnectorStatus {
  const worker_id = "connect:8083";
  const trace = "org.apache.kafka.connect.errors.ConnectException: x\n\tat a.b(C.java)\nCaused by: Connection refused";
  return {
    name,
    connector: { state, worker_id, trace },
    tasks: tasks.map((task, id) => ({ id, state: task, worker_id, trace })),
  } as ConnectorStatus;
}

/** @param end of the probe topic, before it was 5. */
async function verdict(end: bigint | undefined, url = worker.url) {
  const endOffsets = async () => {
    if (end === undefined) throw new Error("no broker");
    return [end];
  };
  // No containers: their log would explain a topic that is missing.
  const target = { ...flowTargetOf(plan, shard), connect: { url }, workers: [] };
  return await diagnose(target, { endOffsets }, [5n]);
}

test.each<[string, ConnectorStatus | undefined, bigint | undefined, string, RegExp]>([
  ["no connector", undefined, 5n, "connector", /is not on the worker$/],
  ["a paused connector", status("PAUSED", "PAUSED"), 5n, "connector", /is PAUSED$/],
  ["a failed connector", status("FAILED"), 5n, "connector", /is FAILED\n[^]*what to do: the database does not answer/],
  ["no task", status("RUNNING"), 5n, "task", /has no task$/],
  [
    "a failed task",
    status("RUNNING", "FAILED"),
    5n,
    "task",
    /task 0 of .* is FAILED\n[^]*Caused by: Connection refused/,
  ],
  [
    "a task that waits",
    status("RUNNING", "RUNNING"),
    5n,
    "task",
    /says RUNNING, but nothing new came to shard0\.cdc\.probe/,
  ],
  [
    "a broker that went",
    status("RUNNING", "RUNNING"),
    undefined,
    "topic",
    /whether anything comes to shard0\.cdc\.probe is not known: no broker/,
  ],
  ["others' probes only", status("RUNNING", "RUNNING"), 6n, "topic", /but not that of the probe/],
])("%s", async (_, found, end, stage, message) => {
  if (found !== undefined) worker.statuses.set(name, found);
  const error = await verdict(end);
  expect([error.stage, error.message]).toEqual([stage, expect.stringMatching(message)]);
  expect(error.message).toMatch(/^shard0: no change flows; stuck at /);
});

test("a worker that does not answer", async () => {
  const { url } = worker;
  await worker.stop();
  const error = await verdict(5n, url);
  expect(error).toMatchObject({
    stage: "connector",
    message: expect.stringContaining("no answer from Kafka Connect"),
  });
});
