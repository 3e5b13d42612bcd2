import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConnectClient, ConnectRestError } from "../../connect/client.ts";
import { fakeClock, type FakeClock } from "../support/fake-clock.ts";
import { FakeWorker, running } from "../support/fake-worker.ts";

let worker: FakeWorker;
let clock: FakeClock;
let client: ConnectClient;
const rebalancing = { status: 409, body: { error_code: 409, message: "Cannot complete request momentarily" } };

beforeEach(async () => {
  worker = await FakeWorker.start();
  clock = fakeClock();
  client = new ConnectClient({ url: `${worker.url}/`, sleep: clock.sleep });
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

test("a worker that is not there is told with its address and what to look at", async () => {
  const url = worker.url;
  await worker.stop();
  await expect(new ConnectClient({ url }).getStatus("c")).rejects.toThrow(
    /no answer from Kafka Connect at http:\/\/127\.0\.0\.1:\d+ \(.*ECONNREFUSED.*\); is the worker's container running\?/,
  );
  worker = await FakeWorker.start();
});
