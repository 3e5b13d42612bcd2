import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConnectClient } from "../../connect/client.ts";
import { applyConnector, changedProperties, firstLines, readConnector } from "../../connect/connector.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { FakeWorker, running, statusOf, task } from "../support/fake-worker.ts";

let worker: FakeWorker;
let client: ConnectClient;
const clock = () => fakeClock();
const inputs = (config: Record<string, string> = { "tasks.max": "1" }) => ({
  workerUrl: worker.url,
  name: "c",
  config,
  timeoutSeconds: 30,
});
const seen = { workerUrl: "w", name: "c", timeoutSeconds: 30, state: "RUNNING", taskStates: ["RUNNING"] };

beforeEach(async () => {
  worker = await FakeWorker.start();
  client = new ConnectClient({ url: worker.url, sleep: () => Promise.resolve() });
});

afterEach(async () => {
  await worker.stop();
});

describe("applying a connector", () => {
  test("ends when the connector and its tasks run", async () => {
    const outputs = await applyConnector(client, inputs(), clock());
    expect(outputs).toMatchObject({ name: "c", state: "RUNNING", taskStates: ["RUNNING"] });
  });

  test("does not take a RUNNING connector without a task for a running one", async () => {
    worker.afterPut = (name) => statusOf(name, "RUNNING", []);
    await expect(applyConnector(client, inputs(), clock())).rejects.toThrow(
      /connector c does not run after 30 s: connector RUNNING, tasks none/,
    );
  });

  test("does not take one good look for the end: the status may still be that of the task before", async () => {
    const looks = [statusOf("c", "RUNNING", [task("FAILED", "boom")]), running("c")];
    worker.next.push({ status: 404 }, { status: 201, body: {} });
    for (const body of looks.toReversed()) worker.next.push({ status: 200, body });
    await expect(applyConnector(client, inputs(), clock())).rejects.toThrow(/FAILED.*\n.*boom/);
  });

  test("fails with the task's trace, without the Java frames", async () => {
    const trace = [
      "org.apache.kafka.connect.errors.ConnectException: Access denied for user 'debezium'",
      "\tat io.debezium.Some.method(Some.java:1)",
      "Caused by: java.sql.SQLException: Access denied",
      "\t... 7 more",
    ].join("\n");
    worker.afterPut = (name) => statusOf(name, "RUNNING", [task("FAILED", trace)]);
    const failure = await applyConnector(client, inputs(), clock()).catch(String);
    expect(failure).toMatch(/task 0 of connector c has FAILED on worker connect:8083/);
    expect(failure).toMatch(/Caused by: java\.sql\.SQLException: Access denied/);
    expect(failure).not.toMatch(/Some\.java/);
  });

  test("fails when the connector itself has failed", async () => {
    worker.afterPut = (name) => statusOf(name, "FAILED", [], "java.lang.NoSuchMethodError: poll(long)");
    await expect(applyConnector(client, inputs(), clock())).rejects.toThrow(
      /connector c has FAILED.*\n.*NoSuchMethodError/,
    );
  });

  test("says what the worker refused", async () => {
    worker.next.push(
      { status: 404 },
      { status: 400, body: { error_code: 400, message: "topic.prefix: A value is required" } },
    );
    await expect(applyConnector(client, inputs(), clock())).rejects.toThrow(
      "connector c was refused by the worker (HTTP 400): topic.prefix: A value is required",
    );
  });

  test.each(["PAUSED", "STOPPED"] as const)("resumes a connector that somebody has %s", async (state) => {
    worker.statuses.set("c", statusOf("c", state, []));
    worker.afterPut = (name) => statusOf(name, state, []);
    await applyConnector(client, inputs(), clock());
    expect(worker.requests).toContain("PUT /connectors/c/resume");
  });

  test("restarts failed tasks: an unchanged configuration alone would leave them so", async () => {
    worker.statuses.set("c", statusOf("c", "RUNNING", [task("FAILED", "boom")]));
    worker.afterPut = (name) => statusOf(name, "RUNNING", [task("FAILED", "boom")]);
    await applyConnector(client, inputs(), clock());
    expect(worker.requests).toContain("POST /connectors/c/restart?includeTasks=true&onlyFailed=true");
  });

  test("a new connector is neither resumed nor restarted", async () => {
    await applyConnector(client, inputs(), clock());
    expect(worker.requests.filter((request) => /resume|restart/.test(request))).toEqual([]);
  });
});

describe("reading a connector back", () => {
  test("shows the configuration and states that the worker has", async () => {
    await applyConnector(client, inputs({ a: "1" }), clock());
    await client.putConfig("c", { a: "2" });
    worker.statuses.set("c", statusOf("c", "PAUSED", [task("PAUSED")]));
    expect(await readConnector(client, inputs({ a: "1" }))).toMatchObject({
      config: { a: "2" },
      state: "PAUSED",
      taskStates: ["PAUSED"],
    });
  });

  test("a deleted connector is gone", async () => {
    expect(await readConnector(client, inputs())).toBeUndefined();
  });
});

describe("what differs", () => {
  test.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ["nothing", { a: "1" }, { a: "1" }, []],
    ["a value", { a: "1" }, { a: "2" }, ["config.a"]],
    ["a key more", {}, { b: "1" }, ["config.b"]],
    ["a key less", { b: "1" }, {}, ["config.b"]],
  ])("%s", (_what, before, wanted, changed) => {
    const known = { ...seen, config: before };
    expect(changedProperties(known, { workerUrl: "w", name: "c", timeoutSeconds: 30, config: wanted })).toEqual(
      changed,
    );
  });

  test.each([
    ["a paused connector", { state: "PAUSED", taskStates: ["PAUSED"] }],
    ["a failed task", { state: "RUNNING", taskStates: ["RUNNING", "FAILED"] }],
    ["no task", { state: "RUNNING", taskStates: [] }],
  ])("%s, though the configuration is the same", (_what, states) => {
    const wanted = { workerUrl: "w", name: "c", timeoutSeconds: 30, config: {} };
    expect(changedProperties({ ...seen, ...states, config: {} }, wanted)).toEqual(["state"]);
  });
});

test("a trace that is missing is said to be", () => {
  expect(firstLines(undefined)).toBe("  (the worker gave no trace)");
});
