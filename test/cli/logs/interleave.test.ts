import fc from "fast-check";
import { expect, it } from "vitest";
import { Arrivals, interleave, patienceMs } from "../../../cli/logs/interleave.ts";

interface Line {
  readonly time: string;
  readonly from: number;
}

const time = fc.integer({ min: 0, max: 999 }).map((ms) => `2026-11-21T10:00:00.${String(ms).padStart(3, "0")}000000Z`);

const logs = fc
  .array(fc.array(time), { maxLength: 5 })
  .map((all) => all.map((times, from) => times.toSorted().map((one): Line => ({ time: one, from }))));

async function* arriving(lines: readonly Line[]): AsyncGenerator<Line> {
  for (const line of lines) {
    await Promise.resolve();
    yield line;
  }
}

it("every line of every log, once, in the order of time; of one log in its own order", async () => {
  await fc.assert(
    fc.asyncProperty(logs, async (all) => {
      const merged: Line[] = [];
      for await (const line of interleave(all.map(arriving))) merged.push(line);
      expect(merged.map((line) => line.time)).toEqual(
        all
          .flat()
          .map((line) => line.time)
          .toSorted(),
      );
      for (const [from, lines] of all.entries()) expect(merged.filter((line) => line.from === from)).toEqual(lines);
    }),
  );
});

it("a log is not read ahead: one line of each is in memory", async () => {
  let read = 0;
  async function* counted(): AsyncGenerator<Line> {
    for (const line of [1, 2, 3].map((ms) => ({ time: `2026-11-21T10:00:00.00${ms}000000Z`, from: 0 }))) {
      read += 1;
      yield await Promise.resolve(line);
    }
  }
  const merged = interleave([counted()]);
  await merged.next();
  expect(read).toBe(1);
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
