/** A connector whose place is lost: what `up` does of all it might do, with a server whose answers are given. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConnectClient } from "../../../clients/connect/client.ts";
import { applyConnector, NotAsDesiredError, type ConnectorInputs } from "../../../clients/connect/connector.ts";
import type { ServerFacts } from "../../../clients/debezium/history/judge.ts";
import { readFacts } from "../../../clients/debezium/history/read.ts";
import { lossFailures } from "../../../provider/connector-check.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { FakeWorker, running, statusOf, task } from "../../support/fake-worker.ts";
import { own } from "../debezium/history/server.ts";

vi.mock("../../../clients/debezium/history/read.ts", () => ({ readFacts: vi.fn<typeof readFacts>() }));
const hasRecords = vi.hoisted(() => ({ count: 0n }));
vi.mock("../../../clients/kafka/admin.ts", () => ({
  TopicAdmin: class {
    startOffsets = async (topics: string[]) => new Map(topics.map((topic) => [topic, 0n]));
    endOffsets = async (topics: string[]) => new Map(topics.map((topic) => [topic, hasRecords.count]));
    close = async () => {};
  },
}));

let worker: FakeWorker;
let client: ConnectClient;
const facts: ServerFacts = { serverUuid: own, executed: `${own}:1-9`, purged: "", files: [], around: undefined };
const config = { "tasks.max": "1", "topic.prefix": "p" };
const inputs = (fields: Partial<ConnectorInputs> = {}): ConnectorInputs => ({
  workerUrl: worker.url,
  name: "c",
  config,
  desiredState: "running",
  onDelete: "reset",
  source: { host: "127.0.0.1", port: 3308, user: "debezium", password: "hidden" },
  history: { bootstrap: "localhost:9092", topic: "schemahistory.p" },
  timeoutSeconds: 30,
  ...fields,
});
const apply = async (fields: Partial<ConnectorInputs> = {}) =>
  await applyConnector(client, inputs(fields), { clock: fakeClock() });
const place = (gtids: string) => [{ partition: { server: "p" }, offset: { file: "mysql-bin.000001", pos: 4, gtids } }];

beforeEach(async () => {
  worker = await FakeWorker.start();
  client = new ConnectClient({ url: worker.url }, { sleep: async () => {}, timeoutMs: 60_000 });
  worker.offsets.set("c", place(`${own}:1-42`));
  vi.mocked(readFacts).mockReset().mockResolvedValue(facts);
  hasRecords.count = 0n;
});
afterEach(async () => {
  await worker.stop();
});

const lost =
  /^CDC-850 connector c: the place .* is lost: .*:10-42.*\n {2}what to do: `cdc offsets reset c` begins anew/;

describe("a connector with a lost place", () => {
  test.each([
    ["resumed", () => worker.statuses.set("c", statusOf("c", "PAUSED", [task("PAUSED")]))],
    ["started", () => worker.statuses.set("c", statusOf("c", "STOPPED", []))],
    ["restarted", () => worker.statuses.set("c", statusOf("c", "RUNNING", [task("FAILED", "x")]))],
    ["given another configuration", () => worker.configs.set("c", { ...config, "poll.interval.ms": "9" })],
  ])("is not %s", async (_, given) => {
    worker.configs.set("c", config);
    worker.statuses.set("c", running("c"));
    given();
    const error = await apply().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotAsDesiredError);
    expect((error as Error).message).toMatch(lost);
    expect((error as Error).message).not.toContain("hidden");
    expect(worker.asked(/^(POST|PUT|PATCH|DELETE)/)).toEqual([]);
  });

  test("that was deleted behind our back is made again, stopped, and stays so: there it can be made to begin anew", async () => {
    hasRecords.count = 3n;
    await expect(apply()).rejects.toThrow(lost);
    expect(worker.asked(/^(POST|PUT|PATCH|DELETE)/)).toEqual(["POST /connectors"]);
    expect(worker.statuses.get("c")?.connector.state).toBe("STOPPED");
  });

  test("that is to rest may do so", async () => {
    worker.configs.set("c", config);
    worker.statuses.set("c", running("c"));
    expect(await apply({ desiredState: "stopped" })).toMatchObject({ state: "STOPPED" });
    expect(readFacts).not.toHaveBeenCalled();
  });

  test("is refused at preview", async () => {
    worker.configs.set("c", config);
    worker.statuses.set("c", running("c"));
    expect(await lossFailures(client, inputs(), 3000)).toEqual([{ property: "", reason: expect.stringMatching(lost) }]);
  });
});

describe("a place that is fine", () => {
  beforeEach(() => {
    worker.offsets.set("c", place(`${own}:1-9`));
  });

  test("of one that was deleted behind our back is gone on from", async () => {
    hasRecords.count = 3n;
    expect(await apply()).toMatchObject({ state: "RUNNING" });
    expect(worker.asked(/^(POST|PUT)/)).toEqual(["POST /connectors", "PUT /connectors/c/resume"]);
  });

  test("is not asked for when nothing ran before, or nothing changes", async () => {
    await apply();
    expect(worker.asked(/^(POST|PUT)/)).toEqual(["POST /connectors"]);
    await apply();
    expect(readFacts).not.toHaveBeenCalled();
  });

  test("passes at preview", async () => {
    worker.configs.set("c", config);
    worker.statuses.set("c", running("c"));
    expect(await lossFailures(client, inputs(), 3000)).toEqual([]);
  });
});

describe("a server that does not answer", () => {
  beforeEach(() => {
    vi.mocked(readFacts).mockRejectedValue(new Error("connect ECONNREFUSED 127.0.0.1:3308"));
  });

  test("is unknown: `up` lets nobody go on, with a code of its own", async () => {
    worker.configs.set("c", config);
    worker.statuses.set("c", statusOf("c", "PAUSED", [task("PAUSED")]));
    await expect(apply()).rejects.toThrow(/^CDC-854 connector c: .* at 127\.0\.0\.1:3308: connect ECONNREFUSED/);
    expect(worker.asked(/^PUT/)).toEqual([]);
  });

  test("is no obstacle for a preview: `up` may be about to start it", async () => {
    worker.configs.set("c", config);
    worker.statuses.set("c", running("c"));
    expect(await lossFailures(client, inputs(), 3000)).toEqual([]);
  });
});

test("a sink has no place in a binlog", async () => {
  expect(await apply({ source: undefined, history: undefined })).toMatchObject({ state: "RUNNING" });
  expect(readFacts).not.toHaveBeenCalled();
});
