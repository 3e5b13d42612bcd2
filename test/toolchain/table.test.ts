import { expect, test } from "vitest";
import { formatTable, pipelineTable } from "../../toolchain/table.ts";

test("columns are as wide as their widest cell, numbers to the right, no blanks at the end", () => {
  expect(
    formatTable(
      ["NAME", "COUNT", "NOTE"],
      [
        ["a", 5, "x"],
        ["longer", 12, ""],
      ],
    ),
  ).toBe(["NAME    COUNT  NOTE", "a           5  x", "longer     12"].join("\n"));
});

test("a table without rows is its header", () => {
  expect(formatTable(["A", "B"], [])).toBe("A  B");
});

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

test("outputs of another shape are refused, not shown half", () => {
  expect(() => pipelineTable({ shards: [{ ...shard, taskState: undefined }], kafka: "k", connect: "c" })).toThrow(
    /taskState/,
  );
});
