import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Newest, pointMs, Recorder } from "../../../../apps/guard/page/recorder.ts";
import type { Watched } from "../../../../apps/guard/memory.ts";
import type { Checked } from "../../../../apps/guard/loop.ts";
import { knownOf, now as start, settings, sinkName, watched } from "../metrics/fixture.ts";

test("of whatever comes the newest are kept, as many as there is room for, in the order in which they came", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer({ min: 1, max: 20 }), (all, limit) => {
      const newest = new Newest<number>(limit);
      for (const one of all) newest.add(one);
      expect(newest.all).toEqual(all.slice(-limit));
    }),
  );
});

/** A recorder whose clock is set by hand. */
function recording() {
  const clock = { now: start };
  const past = new Recorder(settings, () => clock.now);
  /** A check that ended just now. @param one what is remembered of shard0's connector. */
  const check = (one: Partial<Watched> = {}) => {
    const connectors = { ...knownOf(1).checked!.memory.connectors, "shard0-connector": { ...watched, ...one } };
    const known = knownOf(1, { at: clock.now, memory: { checkedAt: clock.now, connectors } });
    past.check({ checked: known.checked as Checked, sinks: { ...known.sinks!, at: clock.now }, beside: undefined });
  };
  return { clock, past, check };
}

describe("points", () => {
  test("have the worst of their time, and what was in trouble", () => {
    const { clock, past, check } = recording();
    check({ beatAt: start - 9000 });
    clock.now += 5000;
    check({ beatAt: clock.now - 1000, condition: "stalled" });
    expect(past.points).toEqual([]);
    clock.now = start + pointMs;
    check({ beatAt: clock.now - 2000 });
    expect(past.points).toHaveLength(1);
    const [point] = past.points;
    expect(point?.at).toBe(clock.now);
    expect(point?.behind.get("shard0-connector")).toBe(9);
    // The oldest record waits since before the first check.
    expect(point?.behind.get(sinkName)).toBe(4.5 + pointMs / 1000);
    expect([...(point?.troubled ?? [])]).toEqual(["shard0-connector"]);
  });

  test("of who rests or has a snapshot to do are no trouble", () => {
    for (const condition of ["healthy", "paused", "stopped", "snapshotting"] as const) {
      const { clock, past, check } = recording();
      check({ condition });
      clock.now += pointMs;
      check({ condition });
      expect(past.points[0]?.troubled.size).toBe(0);
    }
  });

  test("are those of six hours, however often the guard looks", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), (seconds) => {
        const { clock, past, check } = recording();
        const checks = Math.ceil((7 * 3600) / seconds);
        for (let i = 0; i < checks; i += 1) {
          clock.now += seconds * 1000;
          check();
        }
        const times = past.points.map(({ at }) => at);
        const sixHours = 6 * 3_600_000;
        expect(times.length).toBeLessThanOrEqual(sixHours / pointMs);
        expect(times[0]).toBeGreaterThan(clock.now - sixHours);
        // Whole but for what a check of its own time leaves over.
        expect(times[0]).toBeLessThanOrEqual(clock.now - sixHours + 2 * 60_000 + pointMs);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times.at(-1)).toBeGreaterThan(clock.now - 2 * Math.max(pointMs, seconds * 1000));
      }),
      { numRuns: 5 },
    );
  });

  test("have nothing of what could not be read", () => {
    const { clock, past } = recording();
    for (const _ of [1, 2]) {
      past.check({
        checked: { ...knownOf(1, { at: clock.now }).checked!, seen: undefined },
        sinks: undefined,
        beside: undefined,
      });
      clock.now += pointMs;
    }
    expect(past.points).toEqual([{ at: start + pointMs, behind: new Map(), troubled: new Set() }]);
  });
});

describe("what was told", () => {
  test("has its connector and what that was after the check; the guard's own words have none", () => {
    const { clock, past, check } = recording();
    past.say({ level: "INFO", text: "guard: looks" });
    clock.now += 10;
    past.say({ level: "WARN", text: "shard0-connector: STALLED: RUNNING, but no heartbeat" });
    past.say({ level: "WARN", text: "shard9-connector: no longer on the worker" });
    expect(past.told).toEqual([]);
    check({ condition: "stalled" });
    expect(past.told).toEqual([
      { at: start, level: "INFO", connector: undefined, condition: undefined, text: "guard: looks" },
      {
        at: start + 10,
        level: "WARN",
        connector: "shard0-connector",
        condition: "stalled",
        text: "STALLED: RUNNING, but no heartbeat",
      },
      {
        at: start + 10,
        level: "WARN",
        connector: undefined,
        condition: undefined,
        text: "shard9-connector: no longer on the worker",
      },
    ]);
    check();
    expect(past.told).toHaveLength(3);
  });

  test("is bounded in lines, also while no check ends, and in the length of each", () => {
    const { past, check } = recording();
    for (let i = 0; i < 1000; i += 1) past.say({ level: "INFO", text: `${i} ${"x".repeat(5000)}` });
    check();
    expect(past.told).toHaveLength(300);
    expect(past.told[0]?.text).toMatch(/^700 x+$/);
    expect(Math.max(...past.told.map(({ text }) => text.length))).toBe(1000);
  });
});
