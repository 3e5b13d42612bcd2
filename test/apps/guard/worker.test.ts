import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AnyWorker } from "../../../apps/guard/worker.ts";
import { FakeWorker } from "../../support/fake-worker.ts";

let first: FakeWorker;
let second: FakeWorker;
beforeEach(async () => {
  first = await FakeWorker.start();
  second = await FakeWorker.start();
});
afterEach(async () => await Promise.all([first.stop(), second.stop()]));

const restart = async (workers: AnyWorker) => await workers.ask(async (client) => await client.restart("a"));

describe("AnyWorker", () => {
  it("goes to the next worker when one does not answer, and stays there", async () => {
    const workers = new AnyWorker([{ url: first.url }, { url: second.url }]);
    await first.stop();
    second.next.push({ status: 202 }, { status: 202 });
    await restart(workers);
    await restart(workers);
    first = await FakeWorker.start();
    expect(second.requests).toHaveLength(2);
  });

  it("takes one worker's refusal for the cluster's", async () => {
    first.next.push({ status: 500, body: { error_code: 500, message: "no" } });
    await expect(restart(new AnyWorker([{ url: first.url }, { url: second.url }]))).rejects.toThrow("no");
    expect(second.requests).toEqual([]);
  });

  it("says that none answers", async () => {
    const workers = new AnyWorker([{ url: first.url }, { url: second.url }]);
    await Promise.all([first.stop(), second.stop()]);
    await expect(restart(workers)).rejects.toThrow(/no answer from Kafka Connect at .*ECONNREFUSED/);
    [first, second] = [await FakeWorker.start(), await FakeWorker.start()];
  });

  it("does not wait for the end of a rebalance", async () => {
    first.next.push({ status: 409, body: { error_code: 409, message: "rebalance" } });
    await expect(restart(new AnyWorker([{ url: first.url }]))).rejects.toThrow("the workers are rebalancing");
    expect(first.requests).toHaveLength(1);
  });
});
