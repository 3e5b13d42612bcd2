import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConnectClient, ConnectRestError, NoAnswerError } from "../../../clients/connect/client.ts";
import { ObstacleError } from "../../../clients/connect/obstacle.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { FakeWorker, rebalanceExpected, rebalancing, running, statusOf } from "../../support/fake-worker.ts";

let worker: FakeWorker;
let clock: FakeClock;
let client: ConnectClient;

beforeEach(async () => {
  worker = await FakeWorker.start();
  clock = fakeClock();
  client = new ConnectClient({ url: `${worker.url}/` }, { sleep: clock.sleep });
});

afterEach(async () => {
  await worker.stop();
});

describe("a rebalance (409)", () => {
  test("is waited out with growing pauses", async () => {
    worker.next.push(rebalancing, rebalancing, rebalancing);
    await client.putConfig("c", { a: "1" });
    expect(clock.pauses).toEqual([250, 500, 1000]);
    expect(worker.configs.get("c")).toEqual({ a: "1", name: "c" });
  });

  test("that is told as an error of the server is one too", async () => {
    worker.next.push(rebalanceExpected);
    expect(await client.getConfig("c")).toBeUndefined();
    expect(clock.pauses).toEqual([250]);
  });

  test("and a sink whose tasks have not left their consumer group yet are waited out alike", async () => {
    const message =
      "Failed to reset consumer group offsets for connector c either because its tasks haven't stopped completely yet or …";
    worker.next.push({ status: 500, body: { error_code: 500, message } });
    worker.configs.set("c", { name: "c" });
    worker.statuses.set("c", statusOf("c", "STOPPED", []));
    await client.resetOffsets("c");
    expect(worker.asked(/^DELETE/)).toHaveLength(2);
  });

  test("that does not end is an error after about a minute", async () => {
    worker.next.push(...Array.from({ length: 50 }, () => rebalancing));
    await expect(client.putConfig("c", {})).rejects.toThrow(/still rebalancing after a minute/);
    const waitedMs = clock.pauses.reduce((sum, ms) => sum + ms, 0);
    expect(waitedMs).toBeGreaterThan(50_000);
    expect(waitedMs).toBeLessThan(70_000);
  });
});

describe("answers", () => {
  test("a refusal carries the worker's status and words", async () => {
    worker.next.push({ status: 400, body: { error_code: 400, message: "The 'topic.prefix' value is invalid" } });
    const failure = await client.putConfig("c", {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConnectRestError);
    expect(failure).toMatchObject({ status: 400, message: "The 'topic.prefix' value is invalid" });
  });

  test("an error without Connect's body is told by its status", async () => {
    worker.next.push({ status: 503 });
    await expect(client.getConfig("c")).rejects.toThrow(/HTTP 503/);
  });

  test("a page of somebody else's is told as one, whether it comes with success or not", async () => {
    worker.next.push({ status: 200, text: "<html>hello" }, { status: 502, text: "<html>bad gateway" });
    await expect(client.getConfig("c")).rejects.toThrow(
      /config answers, but not as Kafka Connect does \("<html>hello"\)/,
    );
    await expect(client.getConfig("c")).rejects.toThrow("<html>bad gateway");
  });

  test("a worker that is about to start has no page of any connector, and is not taken to have none", async () => {
    const text = "<html>\n<head><title>Error 404 Not Found</title></head></html>";
    for (let asked = 0; asked < 3; asked += 1) worker.next.push({ status: 404, text });
    const silent = /^no answer from Kafka Connect at http:\S+: .*about to start/;
    await expect(client.getConfig("c")).rejects.toThrow(silent);
    await expect(client.listConnectors()).rejects.toThrow(silent);
    await expect(client.deleteConnector("c")).rejects.toBeInstanceOf(NoAnswerError);
  });

  test("a missing connector has neither configuration nor status, and is deleted already", async () => {
    expect(await client.getConfig("gone")).toBeUndefined();
    expect(await client.getStatus("gone")).toBeUndefined();
    await client.deleteConnector("gone");
    expect(worker.requests.at(-1)).toBe("DELETE /connectors/gone");
  });

  test("a configuration comes back without the name that Connect adds", async () => {
    await client.putConfig("c", { a: "1" });
    expect(await client.getConfig("c")).toEqual({ a: "1" });
  });

  test("names are escaped in the path", async () => {
    worker.statuses.set("a/b c", running("a/b c"));
    expect((await client.getStatus("a/b c"))?.name).toBe("a/b c");
  });
});

describe("a worker that waits for something", () => {
  const away = "no answer from Kafka at localhost:9092 (refused); is the broker's container running?";
  const watched = (found: string | undefined, silentMs: number, timeoutMs = 20_000) => {
    let looks = 0;
    const obstacle = async () => {
      looks += 1;
      return await Promise.resolve(found);
    };
    const watch = { obstacle, silentMs };
    const client = new ConnectClient({ url: worker.url }, { timeoutMs, sleep: clock.sleep, watch });
    return { client, looks: () => looks };
  };
  const timedOut = { status: 500, body: { error_code: 500, message: "Request timed out" } };
  const silent = { status: 200, hangs: true };

  test.each([
    ["is silent", silent, 20],
    ["answers 500", timedOut, 20_000],
  ])("and %s: what is away is named, long before the time is over", async (_, answer, silentMs) => {
    worker.next.push(answer, answer);
    const { client } = watched(away, silentMs);
    const failure = await client.getOffsets("c").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ObstacleError);
    expect(failure).toMatchObject({ message: `${away} Kafka Connect at ${worker.url} waits for it` });
    // Who asked for a change is told that it may still come.
    await expect(client.pause("c")).rejects.toThrow(/may still be done once that is back$/);
  });

  test.each([
    ["is silent", silent, 20, /no answer from Kafka Connect/],
    ["answers 500", timedOut, 20_000, "Request timed out"],
  ])("and %s: it is blamed itself where nothing is away", async (_, answer, silentMs, message) => {
    worker.next.push(answer);
    const { client, looks } = watched(undefined, silentMs, silentMs === 20 ? 500 : 20_000);
    await expect(client.getOffsets("c")).rejects.toThrow(message);
    expect(looks()).toBe(1);
  });

  test("and answers in time has nothing looked for, whatever it answers", async () => {
    worker.next.push({ status: 400, body: { error_code: 400, message: "no" } });
    const { client, looks } = watched(away, 20_000);
    await expect(client.putConfig("c", {})).rejects.toThrow("no");
    expect(await client.getStatus("gone")).toBeUndefined();
    expect(looks()).toBe(0);
  });
});

describe("creation", () => {
  test("carries name, configuration and state", async () => {
    await client.create("c", { a: "1" }, "paused");
    expect(worker.configs.get("c")).toEqual({ a: "1", name: "c" });
    expect((await client.getStatus("c"))?.connector.state).toBe("PAUSED");
  });

  test("of one that exists is refused at once: 409 is not waited out there", async () => {
    await client.create("c", {}, "running");
    await expect(client.create("c", {}, "running")).rejects.toMatchObject({ status: 409 });
    expect(clock.pauses).toEqual([]);
  });
});

describe("validation", () => {
  test("tells the properties with errors; those without a value are passed over", async () => {
    worker.validation = [{ property: "topic.prefix", errors: ["A value is required"] }];
    expect(await client.validate({ "connector.class": "io.example/C" })).toEqual(worker.validation);
    expect(worker.requests).toEqual(["PUT /connector-plugins/io.example%2FC/config/validate"]);
  });

  test("of a class that the worker does not have is its error", async () => {
    worker.next.push({ status: 500, body: { error_code: 500, message: "Failed to find any class" } });
    await expect(client.validate({ "connector.class": "x.Y" })).rejects.toMatchObject({ status: 500 });
  });
});

describe("offsets", () => {
  const offsets = [{ partition: { server: "p" }, offset: { file: "f", pos: 4 } }];

  test("are written and reset when the connector is stopped, and read at any time", async () => {
    await client.create("c", {}, "stopped");
    await client.alterOffsets("c", offsets);
    expect(await client.getOffsets("c")).toEqual(offsets);
    await client.resetOffsets("c");
    expect(await client.getOffsets("c")).toEqual([]);
  });

  test("of a running connector are not written: the worker's words", async () => {
    await client.create("c", {}, "running");
    await expect(client.resetOffsets("c")).rejects.toThrow(/must be in the STOPPED state/);
  });

  test("of a missing connector are undefined", async () => {
    expect(await client.getOffsets("gone")).toBeUndefined();
  });
});

test.each([
  ["deleteConnector", "DELETE /connectors/c"],
  ["stop", "PUT /connectors/c/stop"],
  ["resetOffsets", "DELETE /connectors/c/offsets"],
  ["restartFailed", "POST /connectors/c/restart?includeTasks=true&onlyFailed=true"],
] as const)("%s waits out a rebalance", async (method, request) => {
  worker.configs.set("c", { name: "c" });
  worker.statuses.set("c", statusOf("c", "STOPPED", []));
  worker.next.push(rebalancing, rebalancing);
  await client[method]("c");
  expect(worker.requests).toEqual([request, request, request]);
});

test("a worker that does not answer in time is told", async () => {
  worker.next.push({ status: 0, hangs: true });
  await expect(new ConnectClient({ url: worker.url }, { timeoutMs: 50 }).getStatus("c")).rejects.toThrow(
    /no answer from Kafka Connect at .*timeout/,
  );
});

test("a worker that is not there is told with its address and what to look at", async () => {
  const url = worker.url;
  await worker.stop();
  await expect(new ConnectClient({ url }).getStatus("c")).rejects.toThrow(
    /no answer from Kafka Connect at http:\/\/127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\); is the worker's container running\?/,
  );
  worker = await FakeWorker.start();
});
