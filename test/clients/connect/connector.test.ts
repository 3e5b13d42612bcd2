import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConnectClient, type ConnectorStatus } from "../../../clients/connect/client.ts";
import {
  applyConnector,
  changedKeys,
  NotAsDesiredError,
  readConnector,
  type ConnectorInputs,
} from "../../../clients/connect/connector.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { FakeWorker, rebalanceExpected, rebalancing, running, statusOf, task } from "../../support/fake-worker.ts";

let worker: FakeWorker;
let client: ConnectClient;
let said: string[];
const inputs = (fields: Partial<ConnectorInputs> = {}): ConnectorInputs => ({
  workerUrl: worker.url,
  name: "c",
  config: { "tasks.max": "1", "topic.prefix": "p" },
  desiredState: "running",
  onDelete: "reset",
  timeoutSeconds: 30,
  ...fields,
});
const apply = async (fields: Partial<ConnectorInputs> = {}) =>
  await applyConnector(client, inputs(fields), { clock: fakeClock(), say: (message) => said.push(message) });
const failure = async (fields: Partial<ConnectorInputs> = {}) => await apply(fields).catch((error: unknown) => error);
const writes = () => worker.asked(/^(POST|PUT|PATCH|DELETE)/);

beforeEach(async () => {
  worker = await FakeWorker.start();
  client = new ConnectClient({ url: worker.url }, { sleep: () => Promise.resolve(), timeoutMs: 60_000 });
  said = [];
});

afterEach(async () => {
  await worker.stop();
});

describe("creation", () => {
  test.each([
    ["running", "RUNNING", ["RUNNING"]],
    ["paused", "PAUSED", ["PAUSED"]],
    ["stopped", "STOPPED", []],
  ] as const)("%s, by one request", async (desiredState, state, taskStates) => {
    expect(await apply({ desiredState })).toMatchObject({ name: "c", desiredState, state, taskStates });
    expect(writes()).toEqual(["POST /connectors"]);
  });

  test("waits out a rebalance", async () => {
    worker.bend(/^POST/, [rebalancing, rebalanceExpected]);
    expect(await apply()).toMatchObject({ state: "RUNNING" });
  });

  test("a rebalance that does not end is an error after a minute", async () => {
    worker.bend(
      /^POST/,
      Array.from({ length: 300 }, () => rebalancing),
    );
    expect(String(await failure())).toMatch(/connector c was refused by the worker \(HTTP 409\)/);
  });

  test("of one that exists by then changes that one", async () => {
    worker.bend(/^GET .*config/, [{ status: 404 }]);
    worker.configs.set("c", { name: "c", "tasks.max": "2" });
    worker.statuses.set("c", running("c"));
    expect(await apply()).toMatchObject({ state: "RUNNING" });
    expect(worker.configs.get("c")).toEqual({ name: "c", ...inputs().config });
  });

  test("that was accepted, but answered 500, is completed the next time", async () => {
    worker.bend(/^POST/, [{ status: 500, body: { message: "Request timed out" } }], true);
    expect(String(await failure())).toMatch(/HTTP 500\): Request timed out/);
    expect(await apply()).toMatchObject({ state: "RUNNING" });
    expect(worker.configs.size).toBe(1);
  });

  test("that is never answered is an error that names the worker, and is completed the next time", async () => {
    const patient = client;
    client = new ConnectClient({ url: worker.url }, { timeoutMs: 50 });
    worker.bend(/^POST/, [{ status: 0, hangs: true }], true);
    expect(String(await failure())).toMatch(/no answer from Kafka Connect at http/);
    client = patient;
    expect(await apply()).toMatchObject({ state: "RUNNING" });
  });

  test("waits for a status that comes later than the connector", async () => {
    worker.bend(/^GET .*status/, [{ status: 404 }, { status: 404 }]);
    expect(await apply()).toMatchObject({ state: "RUNNING" });
  });

  test("whose status never comes is an error in time, and the connector is known to be there", async () => {
    worker.afterStart = () => undefined;
    const error = await failure();
    expect(error).toBeInstanceOf(NotAsDesiredError);
    expect(String(error)).toMatch(/connector c is not running after 30 s: the worker has no status for it/);
  });

  test.each([
    [
      "with what its check says",
      [{ property: "database.user", errors: ["Access denied for user 'x'"] }],
      /database\.user: Access denied for user 'x'\n {2}what to do: account or/,
    ],
    ["with its own words when the check finds nothing", [], /configValue\(\)" is null$/],
  ])("is refused by a worker that stumbles over an error (HTTP 500) %s", async (_how, validation, expected) => {
    const message =
      'Cannot invoke "ConfigValueInfo.errors()" because the return value of "org.apache.ConfigInfo.configValue()" is null';
    worker.bend(/^POST/, [{ status: 500, body: { error_code: 500, message } }]);
    worker.validation = validation;
    expect(String(await failure())).toMatch(/connector c was refused by the worker \(HTTP 500\): /);
    worker.bend(/^POST/, [{ status: 500, body: { error_code: 500, message } }]);
    expect(String(await failure())).toMatch(expected);
  });

  test("says what the worker refused, without its advice, and what to do", async () => {
    const message =
      "Connector configuration is invalid and contains the following 1 error(s):\nUnable to connect: Access denied for user 'x'" +
      "\nYou can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`";
    worker.bend(/^POST/, [{ status: 400, body: { error_code: 400, message } }]);
    const error = await failure();
    expect(error).not.toBeInstanceOf(NotAsDesiredError);
    expect(String(error)).toMatch(
      /connector c was refused by the worker \(HTTP 400\): .*\nUnable to connect: Access denied for user 'x'\n {2}what to do: account or password is wrong/,
    );
  });
});

describe("waiting", () => {
  test("does not take a RUNNING connector without a task for a running one", async () => {
    worker.afterStart = (name) => statusOf(name, "RUNNING", []);
    await expect(apply()).rejects.toThrow(/connector c is not running after 30 s: connector RUNNING, tasks none/);
  });

  test("does not take one good look for the end: the status may still be that of the task before", async () => {
    worker.bend(/^GET .*status/, [{ status: 200, body: running("c") }]);
    worker.afterStart = (name) => statusOf(name, "RUNNING", [task("FAILED", "boom")]);
    await expect(apply()).rejects.toThrow(/FAILED.*\n.*boom/);
  });

  test("goes on when the worker answers 500 or 404 in the middle", async () => {
    worker.bend(/^GET .*status/, [{ status: 500, body: { message: "busy" } }, { status: 404 }]);
    expect(await apply()).toMatchObject({ state: "RUNNING" });
  });

  test("tells the last answer when nothing but 500 comes", async () => {
    worker.bend(
      /^GET .*status/,
      Array.from({ length: 200 }, () => ({ status: 500, body: { message: "busy" } })),
    );
    await expect(apply()).rejects.toThrow(/is not running after 30 s: HTTP 500: busy/);
  });

  test("fails with task, worker, the telling lines of the trace, and what to do", async () => {
    const trace = [
      "org.apache.kafka.connect.errors.ConnectException: An exception occurred",
      "\tat io.debezium.Some.method(Some.java:1)",
      "Caused by: java.sql.SQLException: Access denied for user 'debezium'@'%'",
      "\t... 7 more",
    ].join("\n");
    worker.afterStart = (name) => statusOf(name, "RUNNING", [task("FAILED", trace)]);
    const error = String(await failure());
    expect(error).toMatch(/task 0 of connector c has FAILED on worker connect:8083:\n/);
    expect(error).toMatch(/Caused by: java\.sql\.SQLException: Access denied.*\n {2}what to do: account or password/);
    expect(error).not.toMatch(/Some\.java/);
  });

  test("fails when the connector itself has failed", async () => {
    worker.afterStart = (name) => statusOf(name, "FAILED", [], "java.lang.IllegalStateException: no");
    await expect(apply()).rejects.toThrow(/connector c has FAILED on worker connect:8083:\n.*IllegalStateException/);
  });
});

describe("change in place", () => {
  const exists = (status: ConnectorStatus, config = inputs().config) => {
    worker.configs.set("c", { name: "c", ...config });
    worker.statuses.set("c", status);
  };

  test("of nothing writes nothing", async () => {
    exists(running("c"));
    await apply();
    expect(writes()).toEqual([]);
  });

  test("of the configuration puts it", async () => {
    exists(running("c"));
    await apply({ config: { "tasks.max": "1", a: "1" } });
    expect(writes()).toEqual(["PUT /connectors/c/config"]);
  });

  test("of how its clients log in is made while it rests: its task fails at any moment on workers that have the new login", async () => {
    const key = "schema.history.internal.producer.sasl.mechanism";
    await apply({ config: { "topic.prefix": "p", [key]: "PLAIN" } });
    const before = writes().length;
    expect(await apply({ config: { "topic.prefix": "p", [key]: "OAUTHBEARER" } })).toMatchObject({ state: "RUNNING" });
    expect(writes().slice(before)).toEqual([
      "PUT /connectors/c/stop",
      "PUT /connectors/c/config",
      "PUT /connectors/c/resume",
    ]);
  });

  test("waits out a rebalance at the PUT", async () => {
    exists(running("c"));
    worker.bend(/^PUT/, [rebalancing, rebalancing]);
    await apply({ config: {} });
    expect(worker.configs.get("c")).toEqual({ name: "c" });
  });

  test.each([
    ["paused", "running", "resume"],
    ["stopped", "running", "resume"],
    ["running", "paused", "pause"],
    ["stopped", "paused", "pause"],
    ["running", "stopped", "stop"],
    ["paused", "stopped", "stop"],
  ] as const)("from %s to %s", async (from, desiredState, request) => {
    await apply({ desiredState: from });
    worker.requests.length = 0;
    expect(await apply({ desiredState })).toMatchObject({ desiredState });
    expect(writes()).toEqual([`PUT /connectors/c/${request}`]);
  });

  test("of both rests first, and runs last: the new configuration never meets the wrong state", async () => {
    exists(running("c"));
    await apply({ desiredState: "paused", config: { a: "1" } });
    await apply({ desiredState: "running", config: { a: "2" } });
    expect(writes()).toEqual(["pause", "config", "config", "resume"].map((action) => `PUT /connectors/c/${action}`));
  });

  test("restarts what has failed, and does not take the failure in sight for a new one", async () => {
    const failed = statusOf("c", "RUNNING", [task("FAILED", "boom")]);
    exists(failed);
    worker.bend(/^GET .*status/, [
      { status: 200, body: failed },
      { status: 200, body: failed },
      { status: 200, body: failed },
    ]);
    expect(await apply()).toMatchObject({ state: "RUNNING" });
    expect(writes()).toEqual(["POST /connectors/c/restart?includeTasks=true&onlyFailed=true"]);
  });

  test("the connector's old failure goes first, and the task's that stays in sight is no new one either", async () => {
    exists(statusOf("c", "FAILED", [task("FAILED", "boom")], "no such class"));
    worker.bend(/^GET .*status/, [
      { status: 200, body: statusOf("c", "FAILED", [task("FAILED", "boom")], "no such class") },
      { status: 200, body: statusOf("c", "RUNNING", [task("FAILED", "boom")]) },
    ]);
    expect(await apply({ config: { a: "1" } })).toMatchObject({ state: "RUNNING", taskStates: ["RUNNING"] });
  });

  test("a failure that stays is told", async () => {
    exists(statusOf("c", "RUNNING", [task("FAILED", "boom")]));
    worker.afterStart = (name) => statusOf(name, "RUNNING", [task("FAILED", "boom")]);
    await expect(apply()).rejects.toThrow(/task 0 of connector c has FAILED/);
  });

  test("of one whose configuration is there and whose status is not asks for the state all the same", async () => {
    worker.configs.set("c", { name: "c", ...inputs().config });
    await apply();
    expect(writes()).toEqual(["PUT /connectors/c/resume"]);
  });

  test("of one that is deleted meanwhile is an error, and the next time it is created", async () => {
    exists(running("c"));
    worker.bend(/^PUT .*config/, [{ status: 404, body: { error_code: 404, message: "Connector c not found" } }]);
    expect(String(await failure({ config: {} }))).toMatch(/HTTP 404\): Connector c not found/);
    worker.configs.clear();
    worker.statuses.clear();
    expect(await apply({ config: {} })).toMatchObject({ state: "RUNNING" });
  });
});

describe("offsets", () => {
  const initialOffset = { file: "mysql-bin.000002", pos: 4 };
  const old = { ts_sec: 1, file: "mysql-bin.000003", pos: 154, gtids: "164edddc-e59a-11f1-ba43-0242ac140003:1-76" };

  test("that are given are there before the connector runs for the first time", async () => {
    await apply({ initialOffset });
    expect(writes()).toEqual(["POST /connectors", "PATCH /connectors/c/offsets", "PUT /connectors/c/resume"]);
    expect(worker.offsets.get("c")).toEqual([{ partition: { server: "p" }, offset: initialOffset }]);
    expect(said).toEqual([]);
  });

  test("are given at creation only", async () => {
    await apply();
    await apply({ initialOffset });
    expect(worker.offsets.has("c")).toBe(false);
  });

  test("that are refused leave no connector behind, which would begin elsewhere the next time", async () => {
    worker.bend(/^PATCH/, [{ status: 400, body: { message: "no such partition" } }]);
    await expect(apply({ initialOffset })).rejects.toThrow(/HTTP 400\): no such partition/);
    expect(worker.configs.has("c")).toBe(false);
  });

  test("of an earlier connector of the name are told, with what happens and what to do", async () => {
    worker.offsets.set("c", [{ partition: { server: "p" }, offset: old }]);
    worker.bend(/^GET .*offsets/, [{ status: 404 }]);
    await apply();
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /connector c: offsets of an earlier .* exist \(mysql-bin\.000003 at 154, GTIDs 164edddc…:1-76\)\. It goes on from there: no new snapshot; .*cdc offsets reset SHARD/,
    );
  });

  test("of an earlier sink are told with what that means for the index", async () => {
    worker.offsets.set("c", [{ partition: { kafka_topic: "t", kafka_partition: 0 }, offset: { kafka_offset: 5 } }]);
    await apply();
    expect(said).toEqual([
      expect.stringMatching(/its consumer group has offsets of an earlier .*: `cdc reindex` does that$/),
    ]);
  });

  test.each([
    ["none", []],
    ["its own, written since", [{ partition: {}, offset: { ...old, ts_sec: Date.now() / 1000 + 60 } }]],
    ["forgotten ones", [{ partition: {}, offset: null }]],
  ])("%s are not worth a word", async (_what, offsets) => {
    worker.offsets.set("c", offsets);
    await apply();
    expect(said).toEqual([]);
  });

  test("that cannot be read are said to be so, and stop nothing", async () => {
    worker.bend(/^GET .*offsets/, [{ status: 500, body: { message: "timed out" } }]);
    expect(await apply()).toMatchObject({ state: "RUNNING" });
    expect(said).toEqual(["connector c: whether offsets of an earlier one exist could not be read: timed out"]);
  });

  test("are not asked for when the connector was there", async () => {
    await apply();
    worker.requests.length = 0;
    await apply();
    expect(worker.asked(/offsets/)).toEqual([]);
  });
});

describe("reading a connector back", () => {
  test.each([
    ["PAUSED", "paused"],
    ["STOPPED", "stopped"],
    ["RUNNING", "running"],
    ["FAILED", "running"],
    ["UNASSIGNED", "running"],
  ] as const)("one that is %s was asked to be %s", async (state, desiredState) => {
    worker.configs.set("c", { name: "c", a: "2" });
    worker.statuses.set("c", statusOf("c", state, []));
    expect(await readConnector(client, inputs({ config: { a: "1" } }))).toMatchObject({
      config: { a: "2" },
      desiredState,
      state,
    });
  });

  test("one without a status is UNASSIGNED", async () => {
    worker.configs.set("c", { name: "c" });
    expect(await readConnector(client, inputs())).toMatchObject({ state: "UNASSIGNED", taskStates: [] });
  });

  test("a deleted connector is gone", async () => {
    expect(await readConnector(client, inputs())).toBeUndefined();
  });
});

test.each<[string, Record<string, string>, Record<string, string>, string[]]>([
  ["nothing", { a: "1" }, { a: "1" }, []],
  ["a value", { a: "1" }, { a: "2" }, ["a"]],
  ["a key more", {}, { b: "1" }, ["b"]],
  ["a key less", { b: "1" }, {}, ["b"]],
])("what differs: %s", (_what, before, wanted, changed) => {
  expect(changedKeys(before, wanted)).toEqual(changed);
});
