import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { unknownValue, type Properties } from "../../provider/handler.ts";
import { CdcProvider } from "../../provider/provider.ts";
import { FakeWorker, statusOf, task, type Answer } from "../support/fake-worker.ts";

let provider: CdcProvider;
beforeEach(() => {
  provider = new CdcProvider();
});
const urn = (type: string) => `urn:pulumi:dev::cdc::cdc:index:CdcPipeline$cdc:index:DebeziumConnector$${type}::shard0`;

describe("cdc:index:Connector", () => {
  const connector = urn("cdc:index:Connector");
  let worker: FakeWorker;
  let said: string[];
  const inputs = (fields: Properties = {}): Properties => ({
    workerUrl: worker.url,
    name: "c",
    config: { "tasks.max": "1" },
    desiredState: "running",
    onDelete: "reset",
    after: ["2026-01-01T00:00:00Z"],
    timeoutSeconds: 5,
    ...fields,
  });
  const create = async (fields: Properties = {}) =>
    (await provider.create(connector, inputs(fields))).outs as Properties;
  const diff = async (olds: Properties, news: Properties) => await provider.diff("c", connector, olds, news);
  const check = async (news: Properties, olds: Properties = {}) =>
    ((await provider.check(connector, olds, news)).failures ?? []).map(({ reason }) => reason);

  beforeEach(async () => {
    worker = await FakeWorker.start();
    said = [];
    vi.spyOn(pulumi.log, "info").mockImplementation(async (message) => {
      said.push(message);
    });
  });

  afterEach(async () => {
    await worker.stop();
  });

  test("create, no difference, update, read after an outside change, delete, delete again", async () => {
    const outs = await create();
    expect(outs).toMatchObject({ state: "RUNNING", taskStates: ["RUNNING"], appliedAt: expect.any(String) });
    expect(await diff(outs, inputs())).toMatchObject({ changes: false, replaces: [] });

    const wanted = inputs({ config: { "tasks.max": "1", "poll.interval.ms": "10" } });
    expect(await diff(outs, wanted)).toMatchObject({ changes: true, replaces: [] });
    const updated = (await provider.update("c", connector, outs, wanted)).outs as Properties;
    expect(worker.configs.get("c")).toMatchObject({ "poll.interval.ms": "10" });

    worker.configs.set("c", { name: "c", "tasks.max": "1", "poll.interval.ms": "999" });
    const read = await provider.read("c", connector, updated);
    expect(read).toMatchObject({ id: "c", props: { config: { "poll.interval.ms": "999" } } });
    expect(Object.keys(read.inputs as object).toSorted()).toEqual(Object.keys(inputs()).toSorted());
    expect(await diff(read.props as Properties, wanted)).toMatchObject({ changes: true });

    await provider.delete("c", connector, updated);
    expect(worker.configs.has("c")).toBe(false);
    await provider.delete("c", connector, updated);
  });

  test("read after an outside deletion says that it is gone; after a pause, that it is to be paused", async () => {
    const outs = await create();
    worker.statuses.set("c", statusOf("c", "PAUSED", [task("PAUSED")]));
    expect(await provider.read("c", connector, outs)).toMatchObject({ inputs: { desiredState: "paused" } });
    worker.configs.clear();
    expect(await provider.read("c", connector, outs)).toMatchObject({ id: "" });
  });

  test("read of a worker that does not answer takes what was known, and says so", async () => {
    const outs = { ...(await create()), workerUrl: "http://127.0.0.1:1" };
    expect(await provider.read("c", connector, outs)).toMatchObject({ id: "c", props: outs });
    expect(said).toEqual([expect.stringMatching(/^c is taken to be as it was: no answer from Kafka Connect at/)]);
  });

  describe("diff", () => {
    test.each([
      ["name", { name: "other" }],
      ["workerUrl", { workerUrl: "http://localhost:1" }],
      ["workerUrl", { workerUrl: { url: "http://localhost:1", login: { user: "cdc" } } }],
      ["target", { target: "another cluster" }],
    ])("another %s replaces, the old one first", async (property, fields) => {
      expect(await diff(await create(), inputs(fields))).toMatchObject({
        changes: true,
        replaces: [property],
        deleteBeforeReplace: true,
      });
    });

    test("a worker of which there is more to say than its address stays the same, too", async () => {
      const workerUrl = () => ({ url: worker.url, login: { user: "cdc" } });
      const outs = await create({ workerUrl: workerUrl() });
      expect(await diff(outs, inputs({ workerUrl: workerUrl() }))).toMatchObject({ changes: false, replaces: [] });
    });

    test("a worker that lets nobody in is an error with what to do", async () => {
      worker.next.push({ status: 401, body: { message: "who?" } });
      await expect(create()).rejects.toThrow(
        /does not let anybody without a login in: who\?\n {2}what to do: take the login away/,
      );
    });

    test.each<[string, Properties]>([
      ["desiredState", { desiredState: "paused" }],
      ["onDelete", { onDelete: "keep" }],
      ["history", { history: { bootstrap: "b", topic: "t" } }],
      ["consumer", { consumer: { bootstrap: "b", group: "g" } }],
      ["timeoutSeconds", { timeoutSeconds: 6 }],
    ])("another %s is changed in place", async (_property, fields) => {
      expect(await diff(await create(), inputs(fields))).toMatchObject({ changes: true, replaces: [] });
    });

    test.each<[string, Properties]>([
      ["after", { after: ["2026-01-02T00:00:00Z"] }],
      ["after, not known yet,", { after: unknownValue }],
      ["initialOffset", { initialOffset: { file: "f", pos: 4 } }],
    ])("another %s is none", async (_property, fields) => {
      expect(await diff(await create(), inputs(fields))).toMatchObject({ changes: false });
    });

    test("a target that is not known yet replaces nothing: most often it stays what it was", async () => {
      const outs = await create({ target: "cluster-1" });
      expect(await diff(outs, inputs({ target: unknownValue }))).toMatchObject({ replaces: [] });
      expect(await diff(outs, inputs({ target: "cluster-1" }))).toMatchObject({ changes: false });
      expect(await diff(outs, inputs({ target: "cluster-2" }))).toMatchObject({ replaces: ["target"] });
    });

    test("a configuration that is not known yet is one", async () => {
      expect(await diff(await create(), inputs({ config: { "tasks.max": unknownValue } }))).toMatchObject({
        changes: true,
        replaces: [],
      });
    });

    test.each<[string, () => void, string]>([
      [
        "deleted",
        () => {
          worker.configs.clear();
          worker.statuses.clear();
        },
        "c on the worker: missing → created",
      ],
      [
        "changed",
        () => worker.configs.set("c", { name: "c", "tasks.max": "2", "x.password": "old" }),
        "c on the worker: tasks.max 2 → 1, x.password [secret] → (not set)",
      ],
      [
        "paused",
        () => worker.statuses.set("c", statusOf("c", "PAUSED", [task("PAUSED")])),
        "c on the worker: paused → running",
      ],
      [
        "failed",
        () => worker.statuses.set("c", statusOf("c", "RUNNING", [task("FAILED")])),
        "c on the worker: connector RUNNING, tasks FAILED → running",
      ],
    ])(
      "one that was %s behind our back is seen without a refresh, and mended by an update",
      async (_, act, message) => {
        const outs = await create();
        act();
        expect(await diff(outs, inputs())).toMatchObject({ changes: true, replaces: [] });
        expect(said).toEqual([message]);
        const updated = (await provider.update("c", connector, outs, inputs())).outs as Properties;
        expect(await diff(updated, inputs())).toMatchObject({ changes: false });
      },
    );

    test("a worker that does not answer is no difference; what a refresh saw is", async () => {
      const outs = { ...(await create()), workerUrl: "http://127.0.0.1:1" };
      const wanted = inputs({ workerUrl: "http://127.0.0.1:1" });
      expect(await diff(outs, wanted)).toMatchObject({ changes: false });
      expect(await diff({ ...outs, state: "PAUSED", desiredState: "paused" }, wanted)).toMatchObject({ changes: true });
    });
  });

  describe("check", () => {
    beforeEach(() => {
      worker.validation = [
        { property: "database.hostname", errors: ["Unable to connect: Access denied for user 'x'"] },
      ];
    });

    test("has the worker say what is wrong, by the field, with a hint", async () => {
      expect(await check(inputs())).toEqual([
        expect.stringMatching(/^database\.hostname: Unable to connect: .*\n {2}what to do: account or password/),
      ]);
      expect(worker.requests).toEqual(["PUT /connector-plugins//config/validate"]);
    });

    test.each<[string, Properties]>([
      ["after", { after: unknownValue }],
      ["something in after", { after: ["a", unknownValue] }],
      ["a value of the configuration", { config: { a: unknownValue } }],
    ])("asks nobody while %s is not known", async (_what, fields) => {
      expect(await check(inputs(fields))).toEqual([]);
      expect(worker.requests).toEqual([]);
    });

    test("does not validate an unchanged configuration, unless the connector has failed", async () => {
      expect(await check(inputs(), inputs())).toEqual([]);
      worker.statuses.set("c", statusOf("c", "RUNNING", [task("FAILED")]));
      expect(await check(inputs(), inputs())).toHaveLength(1);
    });

    test("leaves a new connector to its creation once something was created in this run, so no preview: the worker checks it then", async () => {
      await create({ name: "other" });
      worker.requests.length = 0;
      expect(await check(inputs())).toEqual([]);
      expect(worker.requests).toEqual([]);
      expect(await check(inputs(), inputs({ config: {} }))).toHaveLength(1);
    });

    test("names a connector class that the worker does not have", async () => {
      worker.next.push({ status: 500, body: { message: "Failed to find any class that implements Connector" } });
      expect(await check(inputs({ config: { "connector.class": "x.Y" } }))).toEqual([
        "connector.class: the worker has no connector x.Y",
      ]);
    });

    test.each<[string, Answer]>([
      ["has an error of its own", { status: 500, body: { message: "busy" } }],
      ["is no Kafka Connect", { status: 200, text: "<html>" }],
    ])("says nothing when the worker %s", async (_what, answer) => {
      worker.next.push(answer);
      expect(await check(inputs())).toEqual([]);
    });

    test("says nothing when there is no worker", async () => {
      expect(await check(inputs({ workerUrl: "http://127.0.0.1:1" }))).toEqual([]);
    });

    test("names values that are not text, and words that are not allowed, without asking", async () => {
      const { failures } = await provider.check(
        connector,
        {},
        inputs({ config: { "tasks.max": 1 }, desiredState: "idle", onDelete: "drop" }),
      );
      expect(failures).toEqual([
        { property: "", reason: "tasks.max: must be text, found 1" },
        { property: "desiredState", reason: "allowed is running, paused, stopped" },
        { property: "onDelete", reason: "allowed is reset, keep" },
      ]);
      expect(worker.requests).toEqual([]);
    });
  });

  describe("secrets in the configuration", () => {
    const secret = (value: string) => ({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      value,
    });

    test("reach the worker in clear and stay marked in what goes into the state", async () => {
      const config = { "tasks.max": "1", "x.y": secret("hidden") };
      const outs = await create({ config });
      expect(worker.configs.get("c")).toMatchObject({ "x.y": "hidden" });
      expect(outs["config"]).toEqual(config);
      worker.configs.set("c", { name: "c", "tasks.max": "1", "x.y": "another" });
      const { props } = await provider.read("c", connector, outs);
      expect(props).toMatchObject({ config: { "tasks.max": "1", "x.y": secret("another") } });
    });

    test("are masked in messages, errors and differences", async () => {
      const wanted = inputs({ config: { "x.y": secret("hidden") } });
      worker.validation = [{ property: "x.y", errors: ["Invalid value hidden"] }];
      expect(await check(wanted)).toEqual(["x.y: Invalid value [secret]"]);
      worker.bend(/^POST/, [{ status: 400, body: { message: "hidden is bad" } }]);
      await expect(provider.create(connector, wanted)).rejects.toThrow("[secret] is bad");
      const outs = await create({ config: { "x.y": secret("hidden") } });
      worker.configs.set("c", { name: "c", "x.y": "another" });
      await diff(outs, wanted);
      expect(said.at(-1)).toBe("c on the worker: x.y [secret] → [secret]");
    });
  });

  test("a connector that fails once it is there stays in the state with its error, so that the next `up` mends it", async () => {
    worker.afterStart = (name) => statusOf(name, "RUNNING", [task("FAILED", "boom")]);
    const error = await provider.create(connector, inputs()).catch((failure: unknown) => failure);
    expect(error).toMatchObject({
      stack: "",
      id: "c",
      properties: { name: "c", state: "FAILED" },
      reasons: [expect.stringMatching(/task 0 of connector c has FAILED on worker connect:8083:\n {2}boom/)],
    });
  });

  test("one whose worker is gone is deleted with it, and that is said; one whose worker is busy is not", async () => {
    const outs = await create();
    worker.next.push({ status: 500, body: { message: "busy" } });
    await expect(provider.delete("c", connector, outs)).rejects.toThrow("busy");
    const gone = await FakeWorker.start();
    const workerUrl = gone.url;
    await gone.stop();
    await provider.delete("c", connector, { ...outs, workerUrl });
    expect(said).toEqual([expect.stringMatching(/^c: no worker at http:\/\/127\.0\.0\.1:\d+ to delete it from/)]);
  });

  test("a connector that is refused is not", async () => {
    worker.bend(/^POST/, [{ status: 400, body: { message: "no" } }]);
    const error = await provider.create(connector, inputs()).catch((failure: unknown) => failure);
    expect(error).not.toHaveProperty("id");
    expect(error).toMatchObject({ stack: "" });
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
