import { expect, test } from "vitest";
import { merged, type Measured } from "../../../tools/bench/lib/results.ts";

const machine = { cores: "2", cpu: "a", memory: "8 GiB", node: "24" };
const measured = (part: string, id: string, value: number): Measured => ({
  part,
  id,
  date: "2026-01-31",
  commit: "abc",
  title: id,
  unit: "s",
  ours: { name: "ours", values: [value] },
  peers: [],
});
const short = (comparisons: readonly Measured[]) => comparisons.map(({ id, ours }) => [id, ours.values[0]]);

test("a part that is measured again takes the place of its earlier figures", () => {
  const before = {
    machine,
    comparisons: [measured("up", "up.a", 1), measured("up", "up.gone", 1), measured("memory", "m", 1)],
  };
  const after = merged(before, { ...machine, node: "25" }, "up", [measured("up", "up.a", 2)]);
  expect(short(after.comparisons)).toEqual([
    ["up.a", 2],
    ["m", 1],
  ]);
  expect(after.machine["node"]).toBe("25");
});

test("a new part comes last", () => {
  const before = { machine, comparisons: [measured("up", "up.a", 1)] };
  expect(short(merged(before, machine, "memory", [measured("memory", "m", 2)]).comparisons)).toEqual([
    ["up.a", 1],
    ["m", 2],
  ]);
});

test("figures of another machine are not kept", () => {
  const before = { machine, comparisons: [measured("up", "up.a", 1)] };
  const after = merged(before, { ...machine, cores: "4" }, "memory", [measured("memory", "m", 2)]);
  expect(short(after.comparisons)).toEqual([["m", 2]]);
});
