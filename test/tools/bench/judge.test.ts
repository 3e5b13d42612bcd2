import { expect, test } from "vitest";
import { judge } from "../../../tools/bench/lib/judge.ts";
import type { Bound, Comparison } from "../../../tools/bench/lib/measure.ts";

const comparison = (bounds: readonly Bound[]): Comparison => ({
  id: "up.cold",
  title: "cold up",
  unit: "s",
  ours: { name: "make up", values: [14, 16, 12] },
  peers: [{ name: "bare", values: [10, 8, 12] }],
  bounds,
});

test("a value of ours is held to its bound", () => {
  expect(judge(comparison([{ atMost: 15 }, { atMost: 13 }, { atLeast: 15_000 }]))).toEqual([
    { bound: "at most 15 s", isKept: true },
    { bound: "at most 13 s", isKept: false },
    { bound: "at least 15,000 s", isKept: false },
  ]);
});

test("a ratio to a peer is of medians", () => {
  expect(
    judge(
      comparison([
        { peer: "bare", atMost: 1.5 },
        { peer: "bare", atMost: 1.3 },
      ]),
    ),
  ).toEqual([
    { bound: "at most 1.5 × bare", isKept: true },
    { bound: "at most 1.3 × bare", isKept: false },
  ]);
});

test("a bound without a measured peer is a mistake", () => {
  expect(() => judge(comparison([{ peer: "compose", atMost: 1 }]))).toThrow("up.cold: a bound names the peer compose");
});

test("what was not measured keeps no bound", () => {
  const unmeasured = { ...comparison([{ atMost: 15 }]), ours: { name: "make up", values: [] } };
  expect(judge(unmeasured)).toEqual([{ bound: "at most 15 s", isKept: false }]);
});
