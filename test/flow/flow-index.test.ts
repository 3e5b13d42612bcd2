import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { IndexProbe } from "../../flow/flow-index.ts";
import type { IndexTarget } from "../../flow/flow-target.ts";
import { FakeWorker, running, statusOf, task } from "../support/fake-worker.ts";

const sink = "read-side-sink";

interface Stored {
  readonly token: string;
  readonly cdc?: { readonly ts_us: number };
}

/** What the engine has, and what its searches see. */
let stored: Stored | undefined;
let searchable: Stored | undefined;
let refuses = false;
let asked: string[];
let onRequest: () => void;
let engine: Server;
let worker: FakeWorker;
let target: IndexTarget;

beforeEach(async () => {
  [stored, searchable, refuses, asked, onRequest] = [undefined, undefined, false, [], () => {}];
  worker = await FakeWorker.start();
  worker.statuses.set(sink, running(sink));
  engine = createServer((request, response) => {
    const url = request.url ?? "";
    asked.push(url);
    onRequest();
    const body = url.includes("/_doc/")
      ? { found: stored !== undefined, _source: stored }
      : { hits: { hits: searchable === undefined ? [] : [{ _source: searchable }] } };
    const missing = url.includes("/_doc/") && stored === undefined;
    response.writeHead(refuses ? 503 : missing ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(refuses ? { error: { type: "unavailable", reason: "no shard" } } : body));
  });
  await new Promise<void>((resolve) => engine.listen(0, "127.0.0.1", resolve));
  target = {
    engine: { url: `http://127.0.0.1:${(engine.address() as AddressInfo).port}` },
    alias: "cdc-probe",
    documentId: "shard0:1",
    sink,
    connect: { url: worker.url },
    deadLetterTopic: "dlq.read-side",
  };
});

afterEach(async () => {
  await worker.stop();
  engine.closeAllConnections();
  await new Promise((resolve) => engine.close(resolve));
});

async function arrival(limitMs: number, committedUs?: number) {
  const probe = await IndexProbe.open("shard0", target);
  try {
    return await probe.arrival({ token: "new", committedUs }, performance.now() + limitMs);
  } finally {
    await probe.close();
  }
}

test("is over when a search finds the document, not when it is written", async () => {
  stored = searchable = { token: "old" };
  onRequest = () => {
    if (asked.filter((one) => one.includes("/_doc/")).length === 3) stored = { token: "new" };
    if (asked.filter((one) => one.includes("/_search")).length === 4) searchable = { token: "new" };
  };
  const { writtenMs, foundMs } = await arrival(30_000);
  expect(foundMs).toBeGreaterThan(writtenMs);
  expect(asked.slice(1).map((url) => (url.includes("/_doc/") ? "get" : "search"))).toEqual([
    "get",
    "get",
    "get",
    "search",
    "search",
    "search",
    "search",
  ]);
});

test("a later probe of somebody else's in its place counts, an earlier one does not", async () => {
  stored = searchable = { token: "other", cdc: { ts_us: 2000 } };
  await expect(arrival(200, 2000)).resolves.toBeDefined();
  await expect(arrival(200, 2001)).rejects.toThrow(/not in cdc-probe/);
  await expect(arrival(200)).rejects.toMatchObject({ stage: "index" });
});

test("what is written but never found is stuck too", async () => {
  stored = { token: "new" };
  await expect(arrival(200)).rejects.toThrow(/^shard0: no change flows; stuck at index: .*read-side-sink is behind/);
});

test.each([
  ["is not there", undefined, /read-side-sink is not on the worker/],
  ["is paused", statusOf(sink, "PAUSED", [task("PAUSED")]), /read-side-sink is PAUSED/],
  ["has failed", statusOf(sink, "RUNNING", [task("FAILED", "x: boom")]), /task 0 .* has FAILED[^]*boom/],
])("a sink that %s is named long before the time is over", async (_, status, message) => {
  worker.statuses.delete(sink);
  if (status !== undefined) worker.statuses.set(sink, status);
  await expect(arrival(60_000)).rejects.toThrow(message);
});

test("an engine that refuses is quoted once time is over", async () => {
  const probe = await IndexProbe.open("shard0", target);
  refuses = true;
  const late = probe.arrival({ token: "new", committedUs: undefined }, performance.now() + 100);
  await expect(late).rejects.toThrow(/answers 503 .*no shard/);
  await probe.close();
});

test("an engine out of reach is told at once", async () => {
  const nowhere = { ...target, engine: { url: "http://127.0.0.1:1" } };
  await expect(IndexProbe.open("shard0", nowhere)).rejects.toMatchObject({
    stage: "index",
    message: expect.stringContaining("out of reach"),
  });
});
