import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { changeState, noteOn, type StateChange } from "../../cli/state.ts";
import { resetConnector, whatFollows, whatStays } from "../../cli/offsets.ts";
import { placeOf } from "../../clients/debezium/history/place.ts";
import { endingOf } from "../../cli/exit.ts";
import { ConnectClient } from "../../clients/connect/client.ts";
import { UserError } from "../../lib/run.ts";
import { planWith } from "../support/config.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { FakeWorker, running, statusOf, task } from "../support/fake-worker.ts";

const plan = planWith({});
const shard = firstShard();
const { name } = shard.connector;
const pause: StateChange = {
  verb: "pause",
  towards: () => "paused",
  act: async (client, connector) => await client.pause(connector),
};
const resume: StateChange = {
  verb: "resume",
  towards: () => "running",
  act: async (client, connector) => await client.resume(connector),
};

function firstShard() {
  const [first] = plan.shards;
  if (first === undefined) throw new Error("no shard");
  return first;
}

let worker: FakeWorker;
let client: ConnectClient;
beforeEach(async () => {
  worker = await FakeWorker.start();
  client = new ConnectClient({ url: worker.url }, { sleep: async () => {} });
  worker.configs.set(name, {});
  worker.statuses.set(name, running(name));
});
afterEach(async () => {
  await worker.stop();
});

const rejection = async (work: Promise<unknown>): Promise<UserError> => {
  const error: unknown = await work.then(() => undefined).catch((reason: unknown) => reason);
  if (!(error instanceof UserError)) throw new Error(`no UserError, but ${String(error)}`);
  return error;
};

describe("a change of state", () => {
  test("ends when connector and tasks are there", async () => {
    expect(await changeState(client, shard, pause, fakeClock())).toEqual({
      shard: "shard0",
      connector: name,
      state: "PAUSED",
      tasks: ["PAUSED"],
      declared: "running",
    });
    expect(worker.asked(/pause/)).toEqual([`PUT /connectors/${name}/pause`]);
  });

  test("waits out a rebalance and a worker that takes its time", async () => {
    worker.statuses.set(name, statusOf(name, "STOPPED", []));
    worker.bend(/PUT .*resume/, [{ status: 409 }, { status: 409 }]);
    worker.bend(/GET .*status/, [
      { status: 200, body: statusOf(name, "STOPPED", []) },
      { status: 500, body: { message: "busy" } },
      { status: 200, body: statusOf(name, "RUNNING", []) },
      { status: 200, body: statusOf(name, "RUNNING", [task("UNASSIGNED")]) },
    ]);
    expect(await changeState(client, shard, resume, fakeClock())).toMatchObject({
      state: "RUNNING",
      tasks: ["RUNNING"],
    });
  });

  test("of a connector that is gone says so, and asks for nothing", async () => {
    worker.statuses.clear();
    worker.configs.clear();
    const error = await rejection(changeState(client, shard, pause, fakeClock()));
    expect(error.message).toBe(`shard0: connector ${name} is not on the worker`);
    expect(worker.asked(/PUT/)).toEqual([]);
  });

  test("that ends in a failed task tells why", async () => {
    worker.statuses.set(name, statusOf(name, "PAUSED", [task("PAUSED")]));
    worker.afterStart = () => statusOf(name, "RUNNING", [task("FAILED", "java.lang.X: broke\n\tat y")]);
    const error = await rejection(changeState(client, shard, resume, fakeClock()));
    expect(error.message).toMatch(
      /^shard0: task 0 of connector .* has FAILED on worker connect:8083:\n {2}java.lang.X: broke$/,
    );
    expect(error.remedy).toMatch(/cdc logs connect/);
  });

  const goingOn: StateChange = { ...resume, goesOn: true };

  test("that lets it go on restarts once what fails by a passing cause", async () => {
    worker.statuses.set(name, statusOf(name, "PAUSED", [task("PAUSED")]));
    worker.afterStart = () =>
      worker.asked(/POST .*restart/).length === 0
        ? statusOf(name, "RUNNING", [task("FAILED", "io.debezium.DebeziumException: Failed to read next byte")])
        : running(name);
    expect(await changeState(client, shard, goingOn, fakeClock())).toMatchObject({ tasks: ["RUNNING"] });
    expect(worker.asked(/POST .*restart/)).toHaveLength(1);
  });

  test("restarts nothing that no restart heals", async () => {
    worker.statuses.set(name, statusOf(name, "PAUSED", [task("PAUSED")]));
    worker.afterStart = () =>
      statusOf(name, "RUNNING", [task("FAILED", "the binlog is no longer available on the server")]);
    const error = await rejection(changeState(client, shard, goingOn, fakeClock()));
    expect(error.message).toContain("no longer available on the server");
    expect(worker.asked(/POST .*restart/)).toEqual([]);
  });

  test("that never comes ends in time, with the last state seen", async () => {
    worker.bend(/PUT .*pause/, [{ status: 202 }]);
    const clock = fakeClock();
    const error = await rejection(changeState(client, shard, pause, clock));
    expect(error.message).toContain("is not paused after 60 s: connector RUNNING, tasks RUNNING");
  });
});

describe("the note on a state", () => {
  const changed = { shard: "shard0", connector: name, tasks: [], declared: "running" as const };
  test("that is declared is none", () => {
    expect(noteOn({ ...changed, state: "RUNNING" })).toBeUndefined();
    expect(noteOn({ ...changed, state: "STOPPED", declared: "stopped" })).toBeUndefined();
  });
  test("that is not declared says what brings the declared one back", () => {
    expect(noteOn({ ...changed, state: "PAUSED" })).toMatch(/declared running: .*`pulumi up`.*state: paused/);
    expect(noteOn({ ...changed, state: "RUNNING", declared: "stopped" })).toMatch(/declared stopped: .*state: running/);
  });
});

describe("resetting", () => {
  const steps: string[] = [];
  const options = { historyTopic: undefined, onStep: (step: string) => steps.push(step) };
  const stack = () => ({ worker: client, plan });
  beforeEach(() => {
    steps.length = 0;
    worker.offsets.set(name, [{ partition: { server: "shard0" }, offset: { file: "f", pos: 4 } }]);
  });

  test("stops, forgets and runs again, in this order", async () => {
    expect(await resetConnector(stack(), shard, options, fakeClock())).toEqual({
      shard: "shard0",
      connector: name,
      state: "running",
      historyDeleted: false,
    });
    expect(worker.asked(/PUT|DELETE/)).toEqual([
      `PUT /connectors/${name}/stop`,
      `DELETE /connectors/${name}/offsets`,
      `PUT /connectors/${name}/resume`,
    ]);
    expect(await client.getOffsets(name)).toEqual([]);
    expect(steps).toEqual(["stopping the connector", "forgetting its offsets", "letting it run"]);
  });

  test.each([
    ["PAUSED", [task("PAUSED")]],
    ["STOPPED", []],
    ["FAILED", []],
  ] as const)("brings a connector that was %s into the declared state", async (state, tasks) => {
    for (const [declared, last] of [
      ["running", "resume"],
      ["paused", "pause"],
      ["stopped", "stop"],
    ] as const) {
      worker.statuses.set(name, statusOf(name, state, [...tasks]));
      const operated = { ...shard, connector: { ...shard.connector, state: declared } };
      expect(await resetConnector(stack(), operated, options, fakeClock())).toMatchObject({ state: declared });
      expect(worker.asked(/PUT/).at(-1)).toBe(`PUT /connectors/${name}/${last}`);
    }
  });

  /** Requests of a whole reset; the status is asked for between them. */
  const requests = [/GET .*status/, /PUT .*stop/, /DELETE .*offsets/, /PUT .*resume/];

  test.each(requests.flatMap((request) => [false, true].map((andDo) => [request, andDo] as const)))(
    "broken off at %s (done all the same: %s), it is brought to its end by the same call",
    async (request, andDo) => {
      // The worker's own word when it is slow.
      worker.bend(request, [{ status: 500, body: { message: "Request timed out" } }], andDo);
      const error = await rejection(resetConnector(stack(), shard, options, fakeClock()));
      expect(error.message).toMatch(/^shard0: .*; then: Kafka Connect refused \(HTTP 500\): Request timed out/);
      expect(error.remedy).toMatch(/run the same command again/);

      expect(await resetConnector(stack(), shard, options, fakeClock())).toMatchObject({ state: "running" });
      expect(worker.statuses.get(name)?.connector.state).toBe("RUNNING");
      expect(await client.getOffsets(name)).toEqual([]);
      expect(worker.asked(/DELETE .*offsets|PUT .*resume/).slice(-2)).toEqual([
        `DELETE /connectors/${name}/offsets`,
        `PUT /connectors/${name}/resume`,
      ]);
    },
  );

  test("that meets a worker which is gone says so, and that the same command goes on", async () => {
    await worker.stop();
    const error = await rejection(resetConnector(stack(), shard, options, fakeClock()));
    expect(error.message).toMatch(/^shard0: nothing is changed; then: no answer from Kafka Connect/);
    expect(endingOf(error)?.exitCode).toBe(3);
    worker = await FakeWorker.start();
  });

  test("prepares the source before the connector runs, and does not let it run when that fails", async () => {
    const prepare = async () => await Promise.reject(new UserError("the server is away", "start it"));
    const error = await rejection(resetConnector(stack(), shard, { ...options, prepare }, fakeClock()));
    expect(error.message).toBe("shard0: the connector is stopped, or about to; then: the server is away");
    expect(worker.asked(/resume/)).toEqual([]);
    expect(await resetConnector(stack(), shard, options, fakeClock())).toMatchObject({ state: "running" });
  });

  test("that is refused half-way says how far it came and what to do", async () => {
    worker.bend(/DELETE .*offsets/, [{ status: 500, body: { message: "timed out" } }]);
    const error = await rejection(resetConnector(stack(), shard, options, fakeClock()));
    expect(error.message).toBe(
      "shard0: the connector is stopped, or about to; then: Kafka Connect refused (HTTP 500): timed out",
    );
    expect(error.remedy).toMatch(/same command again/);
  });

  test("says what a new snapshot leaves, and where there is an index what takes it out", () => {
    expect(whatStays({ readSide: undefined })).toMatch(/deleted .* stay in compacted topics: readers/);
    expect(whatStays(planWith({ readSide: { enabled: true } }))).toMatch(/in the index: .*`cdc reconcile --repair`/);
  });

  test.each([
    ["initial", /a new snapshot follows/],
    ["when_needed", /a new snapshot follows/],
    ["no_data", /goes on from then/],
    ["recovery", /needs offsets/],
  ])("with snapshot mode %s says what follows", (mode, expected) => {
    const other = { ...shard, connector: { ...shard.connector, config: { "snapshot.mode": mode } } };
    expect(whatFollows(other)).toMatch(expected);
    const stopped = { ...other, connector: { ...other.connector, state: "stopped" as const } };
    if (mode !== "recovery") expect(whatFollows(stopped)).toContain("once it runs (it is declared stopped)");
  });
});

describe("a place in the binlog", () => {
  test.each([
    [undefined, undefined],
    [[], undefined],
    [[{ partition: {}, offset: null }], undefined],
    [
      [{ partition: {}, offset: { file: "b.3", pos: 228, gtids: "u:1-3", ts_sec: 1795260223 } }],
      {
        file: "b.3",
        position: 228,
        gtids: "u:1-3",
        committedAt: "2026-11-21T11:23:43.000Z",
        snapshot: undefined,
        isWithin: false,
      },
    ],
    [
      [{ partition: {}, offset: { file: "b.3", pos: 4, ts_sec: 0, snapshot: "INITIAL" } }],
      { file: "b.3", position: 4, gtids: undefined, committedAt: undefined, snapshot: "INITIAL", isWithin: false },
    ],
    [
      [{ partition: {}, offset: { file: "b.3", pos: 4, snapshot: true } }],
      { file: "b.3", position: 4, gtids: undefined, committedAt: undefined, snapshot: "true", isWithin: false },
    ],
  ])("is read out of %j", (offsets, expected) => {
    expect(placeOf(offsets)).toEqual(expected);
  });
});
