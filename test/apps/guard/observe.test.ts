import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConnectClient, type ConnectorStatus } from "../../../clients/connect/client.ts";
import { observe, type World } from "../../../apps/guard/observe.ts";
import type { Questions } from "../../../apps/guard/observation.ts";
import { FakeWorker, running, statusOf, task } from "../../support/fake-worker.ts";

const config = {
  "topic.prefix": "shard0",
  "heartbeat.action.query": "INSERT …",
  "database.hostname": "mysql-3308",
  "database.port": "3306",
};

let worker: FakeWorker;
beforeEach(async () => {
  worker = await FakeWorker.start();
});
afterEach(async () => await worker.stop());

function list(status: ConnectorStatus, given: Record<string, string> = config): void {
  worker.next.push({
    status: 200,
    body: { [status.name]: { info: { name: status.name, config: given, type: "source" }, status } },
  });
}

function world(changes: Partial<World> = {}): World {
  return {
    worker: new ConnectClient({ url: worker.url }),
    broker: {
      endOffsets: async (topics) => new Map(topics.map((topic) => [topic, 7n])),
      startOffsets: async () => new Map(),
    },
    lossOf: async () => undefined,
    newestSnapshot: async () => undefined,
    databaseObstacle: async ({ host, port }) => `MySQL at ${host}:${port} does not answer (test)`,
    ...changes,
  };
}

const askNothing = (): Questions => ({ offsets: false, obstacle: false, history: undefined });
const askAll = (): Questions => ({ offsets: true, obstacle: true, history: undefined });

describe("observe", () => {
  it("reads state and heartbeat of every connector, and nothing that was not asked for", async () => {
    list(running("a"));
    expect(await observe(world(), askNothing)).toEqual({
      connectors: {
        a: {
          info: { name: "a", config, type: "source" },
          config: expect.stringContaining("mysql-3308"),
          status: running("a"),
          beat: { kind: "offset", offset: 7n },
        },
      },
    });
    expect(worker.requests).toEqual(["GET /connectors?expand=info&expand=status"]);
  });

  it("asks for the offsets when they are wanted and the database answers", async () => {
    list(running("a"));
    const offsets = [{ partition: { server: "shard0" }, offset: { pos: 4 } }];
    worker.next.push({ status: 200, body: { offsets } });
    const seen = await observe(world({ databaseObstacle: async () => undefined }), askAll);
    expect(seen.connectors["a"]).toMatchObject({ offsets });
    expect(seen.connectors["a"]).not.toHaveProperty("obstacle");
    expect(worker.requests.at(-1)).toBe("GET /connectors/a/offsets");
  });

  it.each([
    ["PAUSED", true],
    ["STOPPED", true],
    ["RUNNING", false],
  ] as const)("tells who judges the place of one that is %s whether it rests", async (state, rests) => {
    list(statusOf("a", state, []));
    worker.next.push({ status: 200, body: { offsets: [] } });
    const told: boolean[] = [];
    const lossOf: World["lossOf"] = async (...[, , , itRests]) => void told.push(itRests);
    const seen = await observe(world({ databaseObstacle: async () => undefined, lossOf }), () => ({
      ...askNothing(),
      history: { before: undefined },
    }));
    expect(seen.connectors["a"]?.history).toMatchObject({ loss: undefined });
    expect(told).toEqual([rests]);
  });

  it("does not ask for them when the database is away", async () => {
    list(running("a"));
    const seen = await observe(world(), askAll);
    expect(seen.connectors["a"]?.obstacle).toBe("MySQL at mysql-3308:3306 does not answer (test)");
    expect(worker.requests).toHaveLength(1);
  });

  it("leaves the offsets open when the worker does not tell them, and says so", async () => {
    list(running("a"));
    worker.next.push({ status: 500, body: { error_code: 500, message: "Request timed out" } });
    const seen = await observe(world({ databaseObstacle: async () => undefined }), askAll);
    expect(seen.connectors["a"]).not.toHaveProperty("offsets");
    expect(seen.error).toBe("a: its offsets cannot be read: Request timed out");
  });

  it("names the broker as what a failed connector lacks, when that does not answer", async () => {
    const error = "no answer from Kafka at kafka:29092";
    const broker = {
      endOffsets: async () => await Promise.reject(new Error(error)),
      startOffsets: async () => new Map(),
    };
    list(statusOf("a", "RUNNING", [task("FAILED")]));
    const seen = await observe(world({ broker }), () => ({ offsets: false, obstacle: true, history: undefined }));
    expect(seen).toMatchObject({ error, connectors: { a: { beat: { kind: "unknown" }, obstacle: error } } });
  });

  it("waits for no heartbeat of a sink", async () => {
    const info = { name: "sink", type: "sink", config: { "connector.class": "Sink", topics: "a" } };
    worker.next.push({ status: 200, body: { sink: { info, status: running("sink") } } });
    const seen = await observe(world(), askAll);
    expect(seen.connectors["sink"]?.beat).toEqual({ kind: "none" });
    expect(seen.connectors["sink"]).not.toHaveProperty("obstacle");
  });

  it("does not watch heartbeats that a connector does not send", async () => {
    list(running("other"), { "connector.class": "Other" });
    const seen = await observe(world(), askAll);
    expect(seen.connectors["other"]?.beat).toEqual({ kind: "unwatched", why: "it has no heartbeat.action.query" });
    expect(seen.connectors["other"]).not.toHaveProperty("obstacle");
  });

  it("does not watch heartbeats that have no topic, and goes on watching the others", async () => {
    list(running("a"));
    const seen = await observe(
      world({ broker: { endOffsets: async () => new Map(), startOffsets: async () => new Map() } }),
      askNothing,
    );
    expect(seen.connectors["a"]?.beat).toEqual({ kind: "unwatched", why: "there is no topic shard0.cdc.heartbeat" });
  });

  it("passes over a connector that is only half there", async () => {
    worker.next.push({ status: 200, body: { a: { info: { name: "a", config } }, b: { status: running("b") } } });
    expect(await observe(world(), askNothing)).toEqual({ connectors: {} });
  });

  it("knows nothing when the worker fails", async () => {
    worker.next.push({ status: 500, body: { error_code: 500, message: "IO Error" } });
    await expect(observe(world(), askNothing)).rejects.toThrow("IO Error");
  });
});
