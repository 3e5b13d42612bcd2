import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../lib/problem.ts";
import { planWith, shardLists } from "../support/config.ts";

describe("the guard's plan", () => {
  test("says where everything is inside the network", () => {
    const { guard } = planWith({ kafka: { brokers: 2 }, connect: { workers: 2 }, portOffset: 1000 });
    expect(guard).toEqual({
      name: "guard",
      container: "cdc-test-guard",
      alias: "guard",
      networks: [
        { name: "cdc-test", aliases: [] },
        { name: "cdc-test-databases", aliases: [] },
      ],
      expectedMemoryMiB: 90,
      memoryLimitMiB: 256,
      pidsLimit: 4096,
      settings: {
        connectUrls: ["http://connect:8083", "http://connect-2:8083"],
        bootstrap: "kafka:29092,kafka-2:29092",
        checkSeconds: 5,
        stallSeconds: 30,
        restartAfterSeconds: [0, 120, 360, 720, 1200, 1800, 2520, 3360],
      },
    });
  });

  test("is not there when it is switched off, and nothing else is different", () => {
    const { guard, ...others } = planWith({ guard: { enabled: false } });
    expect(guard).toBeUndefined();
    const { guard: _, ...same } = planWith({});
    expect(others).toStrictEqual(same);
  });

  test("without metrics is what it is where nothing is said of them", () => {
    expect(planWith({ monitoring: { enabled: false, port: 9999 } })).toStrictEqual(planWith({}));
  });

  test("with metrics has a port on loopback, and its name in the network where it is asked alone", () => {
    const { guard, ...others } = planWith({ monitoring: { enabled: true }, portOffset: 1000 });
    const { guard: plain, ...same } = planWith({ portOffset: 1000 });
    expect(others).toStrictEqual(same);
    expect(guard).toEqual({
      ...plain,
      networks: [
        { name: "cdc-test", aliases: ["guard"] },
        { name: "cdc-test-databases", aliases: [] },
        { name: "cdc-test-read-side", aliases: [] },
      ],
      port: { internal: 9108, host: 10_108, ip: "127.0.0.1" },
      endpoints: { inNetwork: { url: "http://guard:9108" }, fromHost: { url: "http://127.0.0.1:10108" } },
      settings: {
        ...plain?.settings,
        metrics: {
          port: 9108,
          listensAt: ["guard.cdc-test"],
          hosts: ["localhost", "127.0.0.1", "[::1]", "guard", "cdc-test-guard"],
          silentSeconds: 65,
        },
        asks: {
          topics: {
            "merged data": [],
            "dead letters": ["dlq.read-side", "dlq.read-side.retry"],
            worker: ["connect-configs", "connect-offsets", "connect-status"],
          },
          engine: { endpoint: "http://opensearch:9200", aliases: ["products-products", "products-stock"] },
        },
        page: { stack: "cdc-test", maxDelaySeconds: 60, topology: expect.any(Object) },
      },
    });
    // The engine publishes the ports of who is in several networks in the one whose name comes first.
    expect(guard?.networks.map(({ name }) => name).toSorted()[0]).toBe("cdc-test");
  });

  test("takes an image of one's own", () => {
    expect(planWith({ guard: { image: "node:22.22.0-slim" } }).images.node).toBe("node:22.22.0-slim");
  });
});

test("three heartbeats fit into the time after which a connector counts as stalled, or the plan is refused", () => {
  fc.assert(
    fc.property(
      shardLists,
      fc.integer({ min: 1, max: 120_000 }),
      fc.integer({ min: 2, max: 600 }),
      (shards, ms, stall) => {
        const properties = { "heartbeat.interval.ms": ms };
        const slow = shards.map((shard, index) =>
          index === 0 ? { ...shard, connectorProperties: properties } : shard,
        );
        const longest = Math.max(ms, shards.length > 1 ? 5000 : 0);
        const codes = codesOf({
          shards: slow,
          maxDelaySeconds: 600,
          guard: { stallSeconds: stall, checkSeconds: 1 },
        });
        expect(codes).toEqual(stall * 1000 < 3 * longest ? ["CDC-410"] : []);
      },
    ),
  );
});

test("pauses are taken when they are sorted, and refused when they are not", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 8 }), (pauses) => {
      const sorted = pauses.toSorted((a, b) => a - b);
      expect(codesOf({ guard: { restartAfterSeconds: sorted } })).toEqual([]);
      const isSorted = sorted.every((pause, index) => pause === pauses[index]);
      expect(codesOf({ guard: { restartAfterSeconds: pauses } })).toEqual(isSorted ? [] : ["CDC-413"]);
    }),
  );
});

function codesOf(fields: Record<string, unknown>): string[] {
  try {
    planWith(fields);
    return [];
  } catch (error) {
    if (error instanceof ProblemError) return error.problems.map(({ code }) => code);
    throw error;
  }
}
