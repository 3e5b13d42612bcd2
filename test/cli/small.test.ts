import { CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { componentsOf, findComponent, findComponents } from "../../cli/components.ts";
import { endingOf, UnreachableError, UsageError } from "../../cli/exit.ts";
import { effectiveLevel, ownLevels } from "../../cli/log-levels.ts";
import { binlogBehind } from "../../lib/binlog.ts";
import { notificationOf } from "../../cli/status/news.ts";
import { ago, bytes, duration } from "../../lib/words.ts";
import { ConnectClient, ConnectRestError } from "../../clients/connect/client.ts";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { run, UserError } from "../../lib/run.ts";
import { planOf } from "../support/config.ts";

describe("errors end a command", () => {
  test.each<[unknown, number | undefined]>([
    [new UserError("m", "r"), 1],
    [new UsageError("m", "r"), 2],
    [new UnreachableError("m", "r"), 3],
    [new ConnectRestError(400, "no"), 1],
    [new CommanderError(1, "commander.unknownOption", "error: unknown option"), 2],
    [new TypeError("a defect of ours"), undefined],
  ])("%s with exit code %s", (error, expected) => {
    expect(endingOf(error)?.exitCode).toBe(expected);
  });

  test("in the words of the clients, when a part is silent", async () => {
    const closed = 1;
    const caught = async (work: Promise<unknown>) => endingOf(await work.catch((error: unknown) => error));
    expect(await caught(new ConnectClient({ url: `http://127.0.0.1:${closed}` }).listConnectors())).toMatchObject({
      message: expect.stringContaining("no answer from Kafka Connect"),
      exitCode: 3,
    });
    const admin = new TopicAdmin({ bootstrap: `127.0.0.1:${closed}` });
    expect(await caught(admin.describe())).toMatchObject({
      message: expect.stringContaining("no answer from Kafka at"),
      exitCode: 3,
    });
    await admin.close();
    expect(await caught(run("no-such-program", []))).toMatchObject({ exitCode: 3 });
  });
});

describe("components", () => {
  const plan = planOf("dev");
  test.each([
    ["shard0", "cdc-dev-mysql-3308"],
    ["mysql-3308", "cdc-dev-mysql-3308"],
    ["cdc-dev-mysql-3308", "cdc-dev-mysql-3308"],
    ["kafka", "cdc-dev-kafka"],
    ["connect", "cdc-dev-connect"],
    ["guard", "cdc-dev-guard"],
  ])("%s is container %s", (name, container) => {
    expect(findComponent(plan, name).container).toBe(container);
  });

  test("an unknown one is told what there is", () => {
    expect(() => findComponent(plan, "zookeeper")).toThrow("there is no component zookeeper in stack cdc-dev");
  });

  test("each component is found once, by however many of its names it is called", () => {
    const found = findComponents(plan, ["kafka", "shard0", "mysql-3308", "kafka"]);
    expect(found.map(({ container }) => container)).toEqual(["cdc-dev-kafka", "cdc-dev-mysql-3308"]);
  });

  test("no two have a name in common", () => {
    const names = componentsOf(plan).flatMap((component) => component.names);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("log levels", () => {
  const levels = {
    root: { level: "INFO" },
    "io.debezium": { level: "DEBUG" },
    "io.debezium.connector.A": { level: "DEBUG" },
    "io.debezium.connector.B": { level: "WARN" },
    "org.apache.kafka.X": { level: "INFO" },
  };
  test("that say something are root's and those that differ from above", () => {
    expect(ownLevels(levels)).toEqual([
      { logger: "io.debezium", level: "DEBUG" },
      { logger: "io.debezium.connector.B", level: "WARN" },
      { logger: "root", level: "INFO" },
    ]);
  });
  test.each([
    ["io.debezium.connector.A", "DEBUG"],
    ["io.debezium.connector.C", "DEBUG"],
    ["io.debeziumX", "INFO"],
    ["nothing", "INFO"],
    ["root", "INFO"],
  ])("of %s is %s", (logger, level) => {
    expect(effectiveLevel(levels, logger)).toEqual({ logger, level });
  });
  test("is unknown where the worker lists none", () => {
    expect(effectiveLevel({}, "a.b")).toEqual({ logger: "a.b", level: "unknown" });
  });
});

describe("the binlog behind a place", () => {
  const files = [
    { file: "b.1", sizeBytes: 100 },
    { file: "b.2", sizeBytes: 200 },
    { file: "b.3", sizeBytes: 50 },
  ];
  test.each([
    ["b.3", 50, 0],
    ["b.3", 20, 30],
    ["b.1", 40, 310],
    ["b.3", 60, 0],
    ["b.0", 4, undefined],
  ])("%s:%i is %s bytes", (file, position, expected) => {
    expect(binlogBehind({ file, position }, files)).toBe(expected);
  });
  test("is not known without a place or without the server", () => {
    expect(binlogBehind(undefined, files)).toBeUndefined();
    expect(binlogBehind({ file: "b.1", position: 4 }, undefined)).toBeUndefined();
  });
});

test.each([
  [
    '{"payload":{"aggregate_type":"Initial Snapshot","type":"COMPLETED"}}',
    { aggregate: "Initial Snapshot", type: "COMPLETED" },
  ],
  [
    '{"aggregate_type":"Incremental Snapshot","type":"STARTED"}',
    { aggregate: "Incremental Snapshot", type: "STARTED" },
  ],
  ['{"type":"STARTED"}', undefined],
  ["\u0000\u0001avro", undefined],
  ["null", undefined],
  [null, undefined],
])("the notification %s is read", (value, expected) => {
  expect(notificationOf(value)).toEqual(expected);
});

describe("figures in words", () => {
  test.each([
    [0, "0 ms"],
    [41.3, "41 ms"],
    [999, "999 ms"],
    [1000, "1 s"],
    [90_000, "90 s"],
    [120_000, "2 min"],
    [7_199_000, "119 min"],
    [7_200_000, "2 h"],
    [172_800_000, "2 d"],
  ])("%i ms is %s", (milliseconds, expected) => {
    expect(duration(milliseconds)).toBe(expected);
  });
  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1024, "1.0 KiB"],
    [15_500, "15 KiB"],
    [3 * 1024 ** 4, "3.0 TiB"],
  ])("%i bytes are %s", (count, expected) => {
    expect(bytes(count)).toBe(expected);
  });
  test("a time ago is told to the second", () => {
    expect([ago(-5), ago(999), ago(3500)]).toEqual(["now", "now", "3 s ago"]);
  });
});
