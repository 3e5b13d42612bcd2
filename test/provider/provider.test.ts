import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CdcProvider } from "../../provider/provider.ts";
import { FakeWorker, statusOf, task } from "../support/fake-worker.ts";

const provider = new CdcProvider();
const urn = (type: string) => `urn:pulumi:dev::cdc::cdc:index:CdcPipeline$cdc:index:DebeziumConnector$${type}::shard0`;

describe("cdc:index:Connector", () => {
  const connector = urn("cdc:index:Connector");
  let worker: FakeWorker;
  const inputs = (fields: Record<string, unknown> = {}) => ({
    workerUrl: worker.url,
    name: "c",
    config: { "tasks.max": "1" },
    timeoutSeconds: 5,
    ...fields,
  });

  beforeEach(async () => {
    worker = await FakeWorker.start();
  });

  afterEach(async () => {
    await worker.stop();
  });

  test("create, no difference, update, read after an outside change, delete, delete again", async () => {
    const created = await provider.create(connector, inputs());
    expect(created.id).toBe("c");
    expect(await provider.diff("c", connector, created.outs, inputs())).toMatchObject({ changes: false, replaces: [] });

    const wanted = inputs({ config: { "tasks.max": "1", "poll.interval.ms": "10" } });
    expect(await provider.diff("c", connector, created.outs, wanted)).toMatchObject({ changes: true, replaces: [] });
    const updated = await provider.update("c", connector, created.outs, wanted);
    expect(worker.configs.get("c")).toMatchObject({ "poll.interval.ms": "10" });

    worker.configs.set("c", { name: "c", "tasks.max": "1", "poll.interval.ms": "999" });
    const read = await provider.read("c", connector, updated.outs as Record<string, unknown>);
    expect(read).toMatchObject({ id: "c", props: { config: { "poll.interval.ms": "999" } } });
    expect(Object.keys(read.inputs as object).toSorted()).toEqual(Object.keys(inputs()).toSorted());
    expect(await provider.diff("c", connector, read.props as Record<string, unknown>, wanted)).toMatchObject({
      changes: true,
    });

    await provider.delete("c", connector, updated.outs as Record<string, unknown>);
    expect(worker.configs.has("c")).toBe(false);
    await provider.delete("c", connector, updated.outs as Record<string, unknown>);
  });

  test("read after an outside deletion says that it is gone", async () => {
    const created = await provider.create(connector, inputs());
    worker.configs.clear();
    expect(await provider.read("c", connector, created.outs as Record<string, unknown>)).toMatchObject({ id: "" });
  });

  test.each([
    ["name", { name: "other" }],
    ["workerUrl", { workerUrl: "http://localhost:1" }],
  ])("another %s replaces, the old one first", async (property, fields) => {
    const created = await provider.create(connector, inputs());
    expect(await provider.diff("c", connector, created.outs, inputs(fields))).toMatchObject({
      changes: true,
      replaces: [property],
      deleteBeforeReplace: true,
    });
  });

  test("check names the property whose value is not text", async () => {
    const { failures } = await provider.check(connector, {}, inputs({ config: { "tasks.max": 1 } }));
    expect(failures).toEqual([{ property: "config.tasks.max", reason: "must be text, found 1" }]);
  });

  test("an error has a message and no stack trace of ours", async () => {
    worker.afterPut = (name) => statusOf(name, "RUNNING", [task("FAILED", "boom")]);
    const error = await provider.create(connector, inputs()).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ stack: "" });
    expect(String(error)).toMatch(/has FAILED/);
  });
});

describe("cdc:index:RandomPassword", () => {
  const password = urn("cdc:index:RandomPassword");

  test("makes letters and digits of the length asked for, another one each time", async () => {
    const results = new Set<unknown>();
    for (let i = 0; i < 20; i += 1) {
      const { outs } = await provider.create(password, { length: 24 });
      expect((outs as { result: string }).result).toMatch(/^[A-Za-z0-9]{24}$/);
      results.add((outs as { result: string }).result);
    }
    expect(results.size).toBe(20);
  });

  test("stays as it is until another length is wanted; read keeps it, delete has nothing to do", async () => {
    const { id, outs } = await provider.create(password, { length: 24 });
    const state = outs as Record<string, unknown>;
    expect(await provider.diff(id, password, state, { length: 24 })).toMatchObject({ changes: false });
    expect(await provider.diff(id, password, state, { length: 32 })).toMatchObject({
      changes: true,
      replaces: ["length"],
    });
    expect(await provider.read(id, password, state)).toEqual({ id, props: state, inputs: { length: 24 } });
    await provider.delete(id, password, state);
  });
});

test("a type that the provider does not have is refused by its name", async () => {
  await expect(provider.create(urn("cdc:index:Nothing"), {})).rejects.toThrow(/no resource type cdc:index:Nothing/);
});
