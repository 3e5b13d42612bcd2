import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ConnectorOffset, ExpandedConnector } from "../../../clients/connect/client.ts";
import type { LossWords } from "../../../clients/debezium/history/words.ts";
import { Guard, type Checked, type Surroundings } from "../../../apps/guard/loop.ts";
import { writeState, type GuardState } from "../../../lib/guard-state.ts";
import { running, statusOf, task } from "../../support/fake-worker.ts";
import { settings } from "./simulation.ts";

const start = Date.UTC(2026, 10, 21, 10);

/** A pipeline of one connector; its parts can be replaced while the guard runs. */
class Scene {
  now = start;
  beat = 0n;
  lines: string[] = [];
  states: GuardState[] = [];
  restarted: string[] = [];
  connectors: () => Promise<Record<string, ExpandedConnector>> = async () => listing(running("a"));
  broker: () => Promise<void> = async () => {};
  restart: () => Promise<void> = async () => {};
  offsets: ConnectorOffset[] = [];
  begins = 0n;
  snapshot: bigint | undefined;
  loss: (offsets: readonly ConnectorOffset[]) => LossWords | undefined = () => undefined;
  write: (state: GuardState) => Promise<void> = async () => {};

  readonly around: Surroundings = {
    world: {
      worker: { listConnectors: async () => await this.connectors(), getOffsets: async () => this.offsets },
      broker: {
        endOffsets: async (topics) => {
          await this.broker();
          return new Map(topics.map((topic) => [topic, this.beat]));
        },
        startOffsets: async (topics) => new Map(topics.map((topic) => [topic, this.begins])),
      },
      databaseObstacle: async () => undefined,
      newestSnapshot: async () => this.snapshot,
      lossOf: async (_name, _config, offsets) => this.loss(offsets),
    },
    worker: {
      restart: async (name) => await this.#record(`restart ${name}`),
      stop: async (name) => await this.#record(`stop ${name}`),
      alterOffsets: async (name, offsets) => await this.#record(`put ${name} back to ${JSON.stringify(offsets)}`),
      restartFailed: async (name) => await this.#record(`restart failed ${name}`),
    },
    say: ({ text }) => this.lines.push(text),
    write: async (state) => {
      await this.write(state);
      this.states.push(state);
    },
    now: () => this.now,
  };
  readonly guard = new Guard(settings, this.around);

  async check(count = 1): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      this.now += 5000;
      this.beat += 1n;
      await this.guard.check();
    }
  }

  async #record(what: string): Promise<void> {
    this.restarted.push(what);
    await this.restart();
  }
}

function listing(status: ExpandedConnector["status"]): Record<string, ExpandedConnector> {
  const config = {
    "topic.prefix": "shard0",
    "heartbeat.action.query": "INSERT …",
    "database.hostname": "mysql-3308",
    "schema.history.internal.kafka.topic": "schemahistory.shard0",
    "notification.sink.topic.name": "shard0.cdc.notifications",
  };
  return { [status.name]: { info: { name: status.name, config, type: "source" }, status } };
}

const failed = async () => listing(statusOf("a", "RUNNING", [task("FAILED", "java.io.IOException: gone\n\tat x")]));
const refuse = (message: string) => async (): Promise<never> => await Promise.reject(new Error(message));

describe("Guard", () => {
  it("restarts, says so, and writes down what comes next", async () => {
    const scene = new Scene();
    scene.connectors = failed;
    await scene.check(2);
    expect(scene.restarted).toEqual(["restart failed a"]);
    expect(scene.lines).toEqual([
      "a: task 0 FAILED (java.io.IOException: gone); restart 1 of 3 now (the next, if need be, in 120 s)",
    ]);
    expect(scene.states.at(-1)).toEqual({
      checkedAt: "2026-11-21T10:00:10.000Z",
      seenAt: "2026-11-21T10:00:10.000Z",
      connectors: {
        a: {
          condition: "failed",
          since: "2026-11-21T10:00:05.000Z",
          reason: "task 0 FAILED (java.io.IOException: gone)",
          restarts: 1,
          nextRestartAt: "2026-11-21T10:02:05.000Z",
        },
      },
    });
  });

  it.each<[string, (scene: Scene, message: string) => void]>([
    ["worker", (scene, message) => (scene.connectors = refuse(message))],
    ["broker", (scene, message) => (scene.broker = refuse(message))],
    ["state file", (scene, message) => (scene.write = refuse(message))],
  ])("survives that the %s is away, and says it once and that it is back once", async (_, breakIt) => {
    const scene = new Scene();
    await scene.check();
    const { connectors, broker, write } = scene;
    breakIt(scene, "no answer from there");
    await scene.check(20);
    Object.assign(scene, { connectors, broker, write });
    await scene.check(5);
    expect(scene.lines).toEqual(["a: watched", "guard: no answer from there", "guard: everything answers again"]);
    expect(scene.states.at(-1)).toMatchObject({ connectors: { a: { condition: "healthy", restarts: 0 } } });
  });

  it("tells who asks what each check found, and counts the restarts that the worker took", async () => {
    const scene = new Scene();
    const told: Checked[] = [];
    const guard = new Guard(settings, { ...scene.around, checked: (found) => told.push(found) });
    scene.connectors = failed;
    await guard.check();
    expect(told[0]).toMatchObject({ at: start, seen: { connectors: { a: { beat: { kind: "offset", offset: 0n } } } } });
    expect(told[0]?.memory.connectors["a"]).toMatchObject({ condition: "failed", restarts: 1 });
    expect([...told[0]!.restarts]).toEqual([["a", 1]]);
    scene.now += 120_000;
    scene.restart = refuse("not now");
    await guard.check();
    expect([...told[1]!.restarts]).toEqual([["a", 1]]);
    scene.connectors = refuse("no answer");
    await guard.check();
    expect(told[2]?.seen).toBeUndefined();
    expect(told[2]?.memory.connectors["a"]?.condition).toBe("failed");
  });

  it("says another error anew, and keeps what it knew in the state", async () => {
    const scene = new Scene();
    await scene.check();
    scene.connectors = refuse("one");
    await scene.check(2);
    scene.connectors = refuse("another");
    await scene.check(2);
    expect(scene.lines.slice(1)).toEqual(["guard: one", "guard: another"]);
    expect(scene.states.at(-1)).toMatchObject({ error: "another", connectors: { a: { condition: "healthy" } } });
    // How old what it knew is by then.
    expect(scene.states.at(-1)).toMatchObject({
      checkedAt: "2026-11-21T10:00:25.000Z",
      seenAt: "2026-11-21T10:00:05.000Z",
    });
  });

  it("does not tell when it has seen connectors before it has", async () => {
    const scene = new Scene();
    scene.connectors = refuse("not yet");
    await scene.check();
    expect(scene.states.at(-1)).not.toHaveProperty("seenAt");
  });

  it("survives a restart that is not accepted, and tries again after the pause", async () => {
    const scene = new Scene();
    scene.connectors = failed;
    scene.restart = refuse("the workers are rebalancing");
    await scene.check(26);
    expect(scene.restarted).toHaveLength(2);
    expect(scene.lines).toContain("guard: a: the restart was not accepted: the workers are rebalancing");
  });

  it("never checks twice at a time, and keeps the pace", async () => {
    const scene = new Scene();
    const signal = new AbortController();
    let atWork = 0;
    let checks = 0;
    scene.connectors = async () => {
      atWork += 1;
      expect(atWork).toBe(1);
      await Promise.resolve();
      checks += 1;
      scene.now += checks === 2 ? 12_000 : 1000;
      if (checks === 4) signal.abort();
      atWork -= 1;
      return listing(running("a"));
    };
    const pauses: number[] = [];
    await scene.guard.run(signal.signal, async (ms) => {
      pauses.push(ms);
      scene.now += ms;
    });
    expect(pauses).toEqual([4000, 0, 4000, 4000]);
  });
});

describe("writeState", () => {
  it("replaces the file as a whole", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cdc-guard-"));
    try {
      const file = join(folder, "guard.json");
      for (const checkedAt of ["2026-11-21T10:00:00.000Z", "2026-11-21T10:00:05.000Z"]) {
        await writeState(file, { checkedAt, connectors: {} });
        expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ checkedAt, connectors: {} });
      }
      expect(await readdir(folder)).toEqual(["guard.json"]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("a lost place", () => {
  const loss: LossWords = { code: "CDC-852", found: "its place is lost", remedy: "begin anew" };
  const offsets = [{ partition: {}, offset: { file: "f", pos: 1 } }];

  it("is stopped, and put back when the connector has gone on from there", async () => {
    const scene = new Scene();
    scene.offsets = offsets;
    await scene.check();
    const moved = [{ partition: {}, offset: { file: "f", pos: 2 } }];
    scene.offsets = moved;
    scene.loss = (given) => (JSON.stringify(given) === JSON.stringify(offsets) ? loss : undefined);
    await scene.check(7);
    expect(scene.restarted.slice(0, 2)).toEqual(["stop a", `put a back to ${JSON.stringify(offsets)}`]);
    expect(scene.lines).toContain("a: LOST: CDC-852: its place is lost; what to do: begin anew");
    expect(scene.lines).toContain("a: stopped, and put back to its last known place");
    expect(scene.states.at(-1)).toMatchObject({
      connectors: { a: { condition: "lost", reason: "CDC-852: its place is lost", remedy: "begin anew" } },
    });
  });

  it("is put back with the stop also while it stands there: a task that is stopped commits once more", async () => {
    const scene = new Scene();
    scene.offsets = offsets;
    await scene.check();
    scene.loss = () => loss;
    await scene.check(7);
    expect(scene.restarted.slice(0, 2)).toEqual(["stop a", `put a back to ${JSON.stringify(offsets)}`]);
  });

  it.each<[string, (scene: Scene) => void]>([
    ["its schema history was emptied", (scene) => (scene.begins = 9n)],
    ["it tells of a snapshot", (scene) => (scene.snapshot = 3n)],
  ])("that began anew meanwhile is none: %s", async (_how, begin) => {
    const scene = new Scene();
    scene.offsets = offsets;
    await scene.check();
    scene.offsets = [{ partition: {}, offset: { file: "f", pos: 2 } }];
    begin(scene);
    scene.loss = (given) => (JSON.stringify(given) === JSON.stringify(offsets) ? loss : undefined);
    await scene.check(20);
    expect(scene.restarted).toEqual([]);
  });
});
