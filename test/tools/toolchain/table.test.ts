import { expect, test } from "vitest";
import { pipelineTable } from "../../../tools/toolchain/table.ts";

const shard = {
  name: "shard0",
  mysql: "localhost:3308",
  connector: "inventory-connector-0",
  connectorState: "RUNNING",
  taskState: "RUNNING",
  probeLatencyMs: 312,
  topicPrefix: "shard0",
};

test("the pipeline's table has a line per shard and the endpoints", () => {
  expect(pipelineTable({ shards: [shard], kafka: "localhost:9092", connect: "http://localhost:8083" }))
    .toMatchInlineSnapshot(`
    "SHARD   MYSQL           CONNECTOR              STATE    TASK     PROBE              TOPICS
    shard0  localhost:3308  inventory-connector-0  RUNNING  RUNNING  seen after 312 ms  shard0.*

    kafka    localhost:9092
    connect  http://localhost:8083"
  `);
});

test("the read side is a column, and what can be opened", () => {
  const readSide = {
    engine: "http://127.0.0.1:9200",
    page: "http://127.0.0.1:8090",
    sink: "read-side-sink",
    sinkState: "RUNNING",
    indexLatencyMs: { shard0: 530 },
  };
  expect(pipelineTable({ shards: [shard], kafka: "localhost:9092", connect: "http://localhost:8083", readSide }))
    .toMatchInlineSnapshot(`
    "SHARD   MYSQL           CONNECTOR              STATE    TASK     PROBE              INDEX               TOPICS
    shard0  localhost:3308  inventory-connector-0  RUNNING  RUNNING  seen after 312 ms  found after 530 ms  shard0.*

    kafka    localhost:9092
    connect  http://localhost:8083
    engine   http://127.0.0.1:9200  (read-side-sink: RUNNING)
    page     http://127.0.0.1:8090"
  `);
});

test("metrics and Prometheus are what can be opened, too", () => {
  const outputs = { shards: [shard], kafka: "k", connect: "c" };
  const metrics = "http://127.0.0.1:9108/metrics";
  const lines = (monitoring: object | null) =>
    pipelineTable({ ...outputs, monitoring })
      .split("\n")
      .slice(5);
  expect(lines({ metrics })).toEqual([`metrics  ${metrics}`]);
  expect(lines({ metrics, prometheus: "http://127.0.0.1:9090" })).toEqual([
    `metrics  ${metrics}`,
    "alerts   http://127.0.0.1:9090  (Prometheus)",
  ]);
  expect(lines(null)).toEqual([]);
});

test("a stack without a read side is shown as ever", () => {
  const outputs = { shards: [shard], kafka: "k", connect: "c" };
  expect(pipelineTable({ ...outputs, readSide: null })).toBe(pipelineTable(outputs));
});

test("a connector that is wanted paused has no probe", () => {
  const { probeLatencyMs: _, ...paused } = { ...shard, connectorState: "PAUSED", taskState: "PAUSED" };
  expect(pipelineTable({ shards: [paused], kafka: "k", connect: "c" })).toContain("PAUSED  PAUSED  -      shard0.*");
});

test("outputs of another shape are refused, not shown half", () => {
  expect(() => pipelineTable({ shards: [{ ...shard, taskState: undefined }], kafka: "k", connect: "c" })).toThrow(
    /taskState/,
  );
});
