import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ConnectClient } from "../../../clients/connect/client.ts";
import { removeConnector, type Removed } from "../../../clients/connect/remove.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { FakeWorker, running, statusOf, task } from "../../support/fake-worker.ts";

let worker: FakeWorker;
let client: ConnectClient;
let emptied: string[];
const history = { bootstrap: "localhost:9092", topic: "history.c" };
const offsets = [{ partition: { server: "p" }, offset: { file: "f", pos: 4 } }];

const remove = async (fields: Partial<Removed> = {}) => {
  const connector: Removed = { name: "c", onDelete: "reset", history, timeoutSeconds: 30, ...fields };
  await removeConnector(client, connector, fakeClock(), {
    deleteRecords: async ({ bootstrap }, topic) => void emptied.push(`${bootstrap} ${topic}`),
    deleteGroup: async ({ bootstrap }, group) => void emptied.push(`${bootstrap} group ${group}`),
  });
};
const writes = () => worker.asked(/^(POST|PUT|PATCH|DELETE)/);

beforeEach(async () => {
  worker = await FakeWorker.start();
  client = new ConnectClient({ url: worker.url }, { sleep: () => Promise.resolve() });
  emptied = [];
  worker.configs.set("c", { name: "c" });
  worker.statuses.set("c", running("c"));
  worker.offsets.set("c", offsets);
});

afterEach(async () => {
  await worker.stop();
});

test("reset: stop, forget the offsets, delete, empty the history", async () => {
  await remove();
  expect(writes()).toEqual(["PUT /connectors/c/stop", "DELETE /connectors/c/offsets", "DELETE /connectors/c"]);
  expect(worker.offsets.get("c")).toEqual([]);
  expect(emptied).toEqual(["localhost:9092 history.c"]);
});

test("reset waits until the tasks are gone: the worker refuses to forget before", async () => {
  const stopping = statusOf("c", "STOPPED", [task("RUNNING")]);
  worker.bend(/^GET .*status/, [
    { status: 200, body: stopping },
    { status: 200, body: stopping },
  ]);
  await remove();
  expect(worker.asked(/status/)).toHaveLength(4);
});

describe("a sink", () => {
  const consumer = { bootstrap: "localhost:9092", group: "connect-c" };

  test("reset: delete, then the group; the worker, which may lack its plugin by now, is not asked to forget offsets", async () => {
    await remove({ history: undefined, consumer });
    expect(writes()).toEqual(["DELETE /connectors/c"]);
    expect(emptied).toEqual(["localhost:9092 group connect-c"]);
  });

  test("keep: delete, and nothing else", async () => {
    await remove({ history: undefined, consumer, onDelete: "keep" });
    expect(writes()).toEqual(["DELETE /connectors/c"]);
    expect(emptied).toEqual([]);
  });
});

test("keep: delete, and nothing else", async () => {
  await remove({ onDelete: "keep" });
  expect(writes()).toEqual(["DELETE /connectors/c"]);
  expect(worker.offsets.get("c")).toEqual(offsets);
  expect(emptied).toEqual([]);
});

test("without a history topic none is emptied", async () => {
  await remove({ history: undefined });
  expect(emptied).toEqual([]);
});

test("what is gone already is fine, and the history is emptied all the same", async () => {
  worker.configs.clear();
  worker.statuses.clear();
  await remove();
  expect(writes()).toEqual(["DELETE /connectors/c"]);
  expect(emptied).toHaveLength(1);
});

test("offsets that cannot be forgotten are an error, and the connector is still there for the next try", async () => {
  worker.bend(/^DELETE .*offsets/, [{ status: 500, body: { message: "timed out" } }]);
  await expect(remove()).rejects.toThrow("timed out");
  expect(worker.configs.has("c")).toBe(true);
  await remove();
  expect(worker.configs.has("c")).toBe(false);
});

test("a topic that cannot be emptied is an error", async () => {
  const refuse = () => Promise.reject(new Error("not allowed"));
  const connector: Removed = { name: "c", onDelete: "reset", history, timeoutSeconds: 30 };
  await expect(
    removeConnector(client, connector, fakeClock(), { deleteRecords: refuse, deleteGroup: refuse }),
  ).rejects.toThrow("not allowed");
});

test("a broker that is gone has taken the topic with it", async () => {
  const connector = { name: "c", onDelete: "reset", history: { bootstrap: "127.0.0.1:1", topic: "t" } } as const;
  await removeConnector(client, { ...connector, timeoutSeconds: 30 }, fakeClock());
  expect(worker.configs.has("c")).toBe(false);
});
