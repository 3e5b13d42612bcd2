import fc from "fast-check";
import { expect, it } from "vitest";
import { Arrivals, inOrder, patienceMs } from "../../../cli/logs/order.ts";

interface Line {
  readonly time: string;
  readonly from: number;
}

const time = fc.integer({ min: 0, max: 999 }).map((ms) => `2026-11-21T10:00:00.${String(ms).padStart(3, "0")}000000Z`);

it("in the order of time; what is of one moment stays in its order", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ time, from: fc.integer() })), (lines) => {
      const ordered = inOrder(lines);
      expect(ordered.map((line) => line.time)).toEqual(lines.map((line) => line.time).toSorted());
      for (const { time: moment } of lines) {
        expect(ordered.filter((line) => line.time === moment)).toEqual(lines.filter((line) => line.time === moment));
      }
    }),
  );
});

it("what arrives late by less than the patience comes in its place, each line once", () => {
  const arrival = fc.tuple(time, fc.integer({ min: 0, max: patienceMs - 1 }));
  fc.assert(
    fc.property(fc.array(arrival), (lines) => {
      // A line arrives `late` after its own time.
      const due = lines
        .map(([one, late], from) => ({ item: { time: one, from }, atMs: Number(one.slice(20, 23)) + late }))
        .toSorted((a, b) => a.atMs - b.atMs);
      const arrivals = new Arrivals<Line>();
      const shown: Line[] = [];
      for (let nowMs = 0; nowMs < 3000; nowMs += 50) {
        for (const { item } of due.filter(({ atMs }) => atMs > nowMs - 50 && atMs <= nowMs)) arrivals.add(item, nowMs);
        shown.push(...arrivals.take(nowMs));
      }
      expect(shown).toHaveLength(lines.length);
      expect(shown.map((line) => line.time)).toEqual(lines.map(([one]) => one).toSorted());
    }),
  );
});
