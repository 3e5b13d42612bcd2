import { expect, test } from "vitest";
import { comparedRuns, markdown } from "../../../tools/bench/lib/report.ts";
import type { Measured, Results } from "../../../tools/bench/lib/results.ts";

const cold = (ours: number[], bare: number[]): Measured => ({
  part: "up",
  date: "2026-01-31",
  commit: "abc1234",
  id: "up.cold",
  title: "cold up",
  unit: "s",
  ours: { name: "make up", values: ours },
  peers: [
    { name: "bare", values: bare },
    { name: "compose", values: [30, 40] },
  ],
  bounds: [{ atMost: 15 }, { peer: "bare", atMost: 1.2 }],
});
const results = (...comparisons: Measured[]): Results => ({ machine: { cores: "2", kernel: "6.1" }, comparisons });

test("a row tells medians, spread, ratios, bounds and whether they are kept", () => {
  const page = markdown(results(cold([14, 16, 12], [10, 10, 11])), new Map([["up", "up.svg"]]));
  expect(page).toContain("- cores: 2\n- kernel: 6.1\n");
  expect(page).toContain("## up\n\nMeasured on 2026-01-31 at commit abc1234, rounds: 3.\n");
  expect(page).toContain(
    "| cold up | 14.0 s (12.0–16.0) | bare: 10.0 s (10.0–11.0)<br>compose: 35.0 s (30.0–40.0) | 1.40<br>0.40 " +
      "| at most 15 s<br>at most 1.2 × bare | yes<br>**no** |",
  );
  expect(page).toContain("![up](up.svg)");
});

test("one round has no spread", () => {
  expect(markdown(results(cold([14], [10])), new Map())).toContain("| cold up | 14.0 s | bare: 10.0 s<br>");
});

test("two runs stand side by side, series that only one has left out", () => {
  const { peers, ...rest } = cold([11], [8]);
  const second = { ...rest, peers: peers.filter(({ name }) => name === "bare") };
  expect(
    comparedRuns(results(cold([10], [10])), results(second))
      .split("\n")
      .slice(2),
  ).toEqual(["| up.cold | make up | 10.0 s | 11.0 s | +10.0 % |", "| up.cold | bare | 10.0 s | 8.00 s | −20.0 % |"]);
});
