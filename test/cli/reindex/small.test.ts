import { hostname } from "node:os";
import type { Client } from "@opensearch-project/opensearch";
import { expect, test } from "vitest";
import { catchUp } from "../../../cli/reindex/catch-up.ts";
import { requireUnclaimed } from "../../../cli/reindex/claim.ts";
import { countBoth } from "../../../cli/reindex/counts.ts";
import { originOf } from "../../../plan/row-origin.ts";
import { sinkOffsets, temporaryNames, temporarySink } from "../../../cli/reindex/temporary-sink.ts";
import type { ConnectorStatus } from "../../../clients/connect/client.ts";
import type { untilCaughtUp, PartitionLag } from "../../../clients/kafka/sink-lag.ts";
import type { IndexPlan, PipelinePlan, ReadSidePlan } from "../../../plan/types.ts";
import { planWith } from "../../support/config.ts";
import { running, statusOf, task } from "../../support/fake-worker.ts";

function planned(fields: Readonly<Record<string, unknown>> = {}): [PipelinePlan, ReadSidePlan, IndexPlan] {
  const plan = planWith({ readSide: { enabled: true }, ...fields });
  return [plan, plan.readSide as ReadSidePlan, plan.readSide?.indices[0] as IndexPlan];
}

test.each([
  ["compact", "topics"],
  ["delete", "snapshot"],
  ["compact,delete", "snapshot"],
])("of topics with cleanup %s, rows come from: %s", (cleanup, origin) => {
  const [plan, , index] = planned({ topics: { cleanup } });
  expect(originOf(plan, index)).toBe(origin);
});

test("topics that are not declared may have lost anything", () => {
  const [plan, , index] = planned();
  expect(originOf(plan, { ...index, topics: [...index.topics, "elsewhere.products.products"] })).toBe("snapshot");
});

test("the temporary sink is the own one, but for one table, one index, and its own dead letters", () => {
  const [plan, readSide, index] = planned();
  const { name, config, desiredState, onDelete, consumer } = temporarySink(
    plan,
    readSide,
    index,
    `${index.alias}-000007`,
    "stopped",
  );
  expect(name).toBe("read-side-reindex-products-products");
  expect(consumer).toEqual({ bootstrap: plan.kafka.endpoints.fromHost.bootstrap, group: `connect-${name}` });
  expect([desiredState, onDelete]).toEqual(["stopped", "reset"]);
  const changed = Object.entries(config).filter(([key, value]) => readSide.sink.config[key] !== value);
  expect(Object.fromEntries(changed)).toEqual({
    topics: "shard0.products.products,shard0.cdc.truncates,shard0",
    "index.name.template": "{database}-{table}-000007",
    "errors.deadletterqueue.topic.name": "dlq.read-side.reindex-products-products",
  });
  const gone = Object.keys(readSide.sink.config).filter((key) => !(key in config));
  // Records on the retry topic are of any table.
  expect(gone).toEqual(["retry.topic"]);
  expect(temporaryNames(readSide, index).connector).not.toBe(readSide.sink.name);
});

test("a sink's offsets, one for each partition", () => {
  expect(sinkOffsets(new Map([["a.b.c", [5n, 7n]]]))).toEqual([
    { partition: { kafka_topic: "a.b.c", kafka_partition: 0 }, offset: { kafka_offset: 5 } },
    { partition: { kafka_topic: "a.b.c", kafka_partition: 1 }, offset: { kafka_offset: 7 } },
  ]);
});

/** An engine whose counts are given, one for each question. */
function counting(serving: number[], next: number[]) {
  const asked: string[] = [];
  const engine = {
    indices: { refresh: async ({ index }: { index: string[] }) => void asked.push(`refresh ${index.join(" ")}`) },
    count: async ({ index }: { index: string }) => {
      asked.push(index);
      return { body: { count: (index === "old" ? serving : next).shift() } };
    },
  };
  return { engine: engine as unknown as Client, asked };
}

test("both indices are refreshed, then counted, once when nothing is missing", async () => {
  const { engine, asked } = counting([10], [10]);
  const counts = await countBoth(engine, { serving: "old", next: "new" }, () => false);
  expect(counts).toEqual({ serving: 10, next: 10 });
  expect(asked).toEqual(["refresh old new", "old", "new"]);
});

test("a shortfall is looked at again, in the other order", async () => {
  const { engine, asked } = counting([10, 12], [9, 12]);
  const counts = await countBoth(engine, { serving: "old", next: "new" }, () => false);
  expect(counts).toEqual({ serving: 12, next: 12 });
  expect(asked.filter((one) => !one.startsWith("refresh"))).toEqual(["old", "new", "new", "old"]);
});

test("a shortfall that stays is told as it is", async () => {
  const { engine } = counting([10, 10], [9, 9]);
  let looks = 0;
  const counts = await countBoth(engine, { serving: "old", next: "new" }, () => (looks += 1) === 2);
  expect(counts).toEqual({ serving: 10, next: 9 });
});

function claimed(by: string | undefined): Client {
  const mappings = by === undefined ? {} : { _meta: { cdc_reindex: by } };
  return { indices: { getMapping: async () => ({ body: { "a-000002": { mappings } } }) } } as unknown as Client;
}

test.each([
  ["nobody's", undefined],
  ["this process's", `${hostname()}:${process.pid}`],
  ["a process's that has ended", `${hostname()}:99999999`],
  ["another machine's", `elsewhere:${process.ppid}`],
  ["somebody's who says it otherwise", "x"],
])("an index beside the serving one that is %s may go", async (_, by) => {
  await expect(requireUnclaimed(claimed(by), "a", ["a-000002"])).resolves.toBeUndefined();
});

test("one that another process fills may not", async () => {
  const engine = claimed(`${hostname()}:${process.ppid}`);
  await expect(requireUnclaimed(engine, "a", ["a-000002"])).rejects.toMatchObject({
    message: `a is being rebuilt already: process ${process.ppid} fills a-000002`,
    remedy: expect.stringContaining("wait for it"),
  });
});

const sink = { kafka: { bootstrap: "localhost:1" }, connector: "temporary", topics: ["t"] };
const behind = (records: number): PartitionLag[] => [
  { topic: "t", partition: 0, committed: 1n, end: 9n, records, isExact: true, waitingSinceMs: undefined },
];

/** What each wait finds in the end. */
function waits(...ends: PartitionLag[][]): { wait: typeof untilCaughtUp; told: number[] } {
  const told: number[] = [];
  const wait: typeof untilCaughtUp = async (_, { onProgress }) => {
    const end = ends.shift() ?? [];
    onProgress?.(end);
    return end;
  };
  return { wait, told };
}

async function caughtUp(
  ends: PartitionLag[][],
  status: ConnectorStatus | undefined,
  isInterrupted = false,
): Promise<[boolean, number[]]> {
  const told: number[] = [];
  const worker = { getStatus: async () => status };
  const options = { worker, sink, onProgress: (records: number) => told.push(records) };
  return [await catchUp({ ...options, isInterrupted: () => isInterrupted }, waits(...ends).wait), told];
}

test("a sink that runs is waited for until nothing is left", async () => {
  await expect(caughtUp([behind(5), behind(2), []], running("temporary"))).resolves.toEqual([true, [5, 2, 0]]);
});

test("an interruption ends the waiting", async () => {
  await expect(caughtUp([behind(5)], running("temporary"), true)).resolves.toEqual([false, [5]]);
});

test.each([
  ["gone", undefined, /temporary connector temporary is gone/],
  ["failed", statusOf("temporary", "RUNNING", [task("FAILED", "x: boom")]), /has FAILED[^]*boom/],
  ["stopped", statusOf("temporary", "STOPPED", []), /connector STOPPED, tasks none/],
])("a sink that is %s is not waited for", async (_, status, message) => {
  await expect(caughtUp([behind(5), []], status)).rejects.toThrow(message);
});
