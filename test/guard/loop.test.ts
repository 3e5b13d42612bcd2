import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ExpandedConnector } from "../../connect/client.ts";
import { Guard, type Surroundings } from "../../guard/loop.ts";
import { writeState, type GuardState } from "../../guard/state.ts";
import { running, statusOf, task } from "../support/fake-worker.ts";
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
  write: (state: GuardState) => Promise<void> = async () => {};

  readonly around: Surroundings = {
    world: {
      worker: { listConnectors: async () => await this.connectors(), getOffsets: async () => [] },
      broker: {
        endOffsets: async (topics) => {
          await this.broker();
          return new Map(topics.map((topic) => [topic, this.beat]));
        },
      },
      databaseObstacle: async () => undefined,
    },
    worker: {
      restart: async (name) => await this.#record(`restart ${name}`),
      restartFailed: async (name) => await this.#record(`restart failed ${name}`),
    },
    say: (line) => this.lines.push(line),
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
  const config = { "topic.prefix": "shard0", "heartbeat.action.query": "INSERT …" };
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

  it("says another error anew, and keeps what it knew in the state", async () => {
    const scene = new Scene();
    await scene.check();
    scene.connectors = refuse("one");
    await scene.check(2);
    scene.connectors = refuse("another");
    await scene.check(2);
    expect(scene.lines.slice(1)).toEqual(["guard: one", "guard: another"]);
    expect(scene.states.at(-1)).toMatchObject({ error: "another", connectors: { a: { condition: "healthy" } } });
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
