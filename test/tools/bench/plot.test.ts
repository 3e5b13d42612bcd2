import { expect, test } from "vitest";
import type { Comparison } from "../../../tools/bench/lib/measure.ts";
import { numberOf, plot } from "../../../tools/bench/lib/plot.ts";

const comparison = (id: string, values: number[]): Comparison => ({
  id,
  title: `<${id}>`,
  unit: "s",
  ours: { name: "ours", values },
  peers: [{ name: "bare & old", values: [10] }],
});

test("bars are as long as medians, with whiskers from the least to the most", () => {
  const svg = plot([comparison("up.cold", [4, 6, 5])]);
  // 400 are between labels and values; 10 is the most.
  expect(svg).toContain('<rect class="c0" x="230" y="24" width="200.0" height="16"/>');
  expect(svg).toContain('<rect class="c1" x="230" y="48" width="400.0" height="16"/>');
  expect(svg).toContain('d="M390.0 32H470.0M390.0 28v8M470.0 28v8"');
  expect(svg).toContain("5.00 s</text>");
});

test("names are text and no markup", () => {
  const svg = plot([comparison("up.cold", [4])]);
  expect(svg).toContain("&lt;up.cold&gt;");
  expect(svg).toContain("bare &amp; old");
});

test("each comparison is below the one before", () => {
  const svg = plot([comparison("a", [1]), comparison("b", [1])]);
  expect([...svg.matchAll(/class="title" x="0" y="(\d+)"/g)].map(([, y]) => Number(y))).toEqual([16, 100]);
  expect(svg).toContain('height="168"');
});

test("figures over a number become a line for each series", () => {
  const svg = plot([3, 6, 12].map((shards) => comparison(`growth.up.${shards}`, [shards])));
  expect(svg.match(/class="line c0" style="fill:none" d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+L[\d.]+ [\d.]+"/g)).toHaveLength(
    1,
  );
  expect(svg).toContain("ours (3: 3.00, 6: 6.00, 12: 12.0)");
  expect(svg).not.toContain('x="230"');
});

test.each([
  ["growth.up.6", { stem: "growth.up", number: 6 }],
  ["latency.p99", undefined],
  ["up.cold", undefined],
  ["memory.idle.mysql-3308", undefined],
])("%s is %j", (id, expected) => {
  expect(numberOf(id)).toEqual(expected);
});
