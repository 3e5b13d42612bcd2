import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { latencyOf, percentilesOf, stageNamesOf } from "../../flow/latency.ts";
import type { ProbeTimes } from "../../flow/flow.ts";

const times: ProbeTimes = {
  sentMs: 1000,
  committedMs: 1002.5,
  capturedMs: 1003,
  producedMs: 1048,
  consumedMs: 1056,
  indexed: undefined,
};

describe("stages", () => {
  test("are the spans between the times", () => {
    expect(latencyOf(times)).toEqual({ commit: 2.5, capture: 0.5, produce: 45, deliver: 8, total: 56 });
  });

  test("go on into the index where it was followed there", () => {
    const latency = latencyOf({ ...times, indexed: { writtenMs: 1080, foundMs: 1400 } });
    expect(latency).toEqual({ commit: 2.5, capture: 0.5, produce: 45, deliver: 8, write: 24, index: 320, total: 400 });
    expect(Object.keys(latency)).toEqual(stageNamesOf({ indexed: true }));
    const withoutIndex = latencyOf(times);
    expect(stageNamesOf({ indexed: false }).every((stage) => withoutIndex[stage] !== undefined)).toBe(true);
  });

  test("a clock that is ahead by less than the time in the index is noticed all the same", () => {
    const latency = latencyOf({ ...times, capturedMs: 1300, indexed: { writtenMs: 1080, foundMs: 1400 } });
    expect(latency).toMatchObject({ capture: undefined, produce: undefined, total: 400 });
  });

  test("a record's time in whole milliseconds may be a little early", () => {
    expect(latencyOf({ ...times, capturedMs: 1048.7 }).produce).toBe(0);
  });

  test.each([
    ["a server whose clock is ahead", { committedMs: 9000 }, { commit: undefined, capture: undefined }],
    ["a server whose clock is behind", { committedMs: 900 }, { commit: undefined, capture: undefined }],
    [
      "a worker whose clock is ahead",
      { capturedMs: 9000, producedMs: 9045 },
      { capture: undefined, produce: 45, deliver: undefined },
    ],
    [
      "an event without times",
      { committedMs: undefined, capturedMs: undefined },
      { commit: undefined, capture: undefined, produce: undefined },
    ],
  ])("of %s are left out where they make no sense", (_, changed, expected) => {
    expect(latencyOf({ ...times, ...changed })).toMatchObject({ ...expected, total: 56 });
  });

  test("are never negative and never longer than the whole", () => {
    const clock = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(clock, clock, clock, fc.double({ min: 0, max: 1e5, noNaN: true }), (a, b, c, total) => {
        const { total: whole = NaN, ...stages } = latencyOf({
          sentMs: 0,
          committedMs: a,
          capturedMs: b,
          producedMs: c,
          consumedMs: total,
          indexed: undefined,
        });
        expect(whole).toBe(total);
        for (const stage of Object.values(stages)) {
          expect(stage ?? 0).toBeGreaterThanOrEqual(0);
          expect(stage ?? 0).toBeLessThanOrEqual(total + 1);
        }
      }),
    );
  });
});

describe("percentiles", () => {
  test("by nearest rank", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentilesOf(hundred)).toEqual({ p50: 50, p95: 95, p99: 99, max: 100 });
    expect(percentilesOf([3])).toEqual({ p50: 3, p95: 3, p99: 3, max: 3 });
    expect(percentilesOf([])).toBeUndefined();
  });

  test("are values that were there, in order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const found = percentilesOf(values);
        const ranked = [found?.p50, found?.p95, found?.p99, found?.max];
        for (const value of ranked) expect(values).toContain(value);
        expect(ranked.toSorted((a = 0, b = 0) => a - b)).toEqual(ranked);
        expect(found?.max).toBe(Math.max(...values));
      }),
    );
  });
});
