import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keptSecondsOf, placeLastsMs } from "../../lib/binlog.ts";

const atMs = Date.parse("2026-11-26T18:00:00Z");
const hour = 3_600_000;
const files = [
  { file: "b.1", sizeBytes: 1000 },
  { file: "b.2", sizeBytes: 1000 },
  { file: "b.3", sizeBytes: 2000 },
];
const place = (file: string, position: number, hoursAgo: number | undefined) => ({
  file,
  position,
  committedAt: hoursAgo === undefined ? undefined : new Date(atMs - hoursAgo * hour).toISOString(),
});

describe("how long a place lasts, of a server that keeps a day", () => {
  const day = 24 * 3600;
  test.each<[string, ReturnType<typeof place>, number | undefined, number | undefined]>([
    // 500 bytes to the file's end, of 3,500 that were written in 7 hours: it was closed 6 hours ago.
    ["in an older file", place("b.1", 500, 7), day, 18 * hour],
    ["at an older file's end", place("b.2", 1000, 10), day, 14 * hour],
    ["in a file that ought to be gone", place("b.1", 1000, 48), day, 0],
    ["in the newest file, which is not closed yet", place("b.3", 5, 100), day, 24 * hour],
    ["in a file that is gone", place("b.0", 5, 30), day, undefined],
    ["that does not tell its time", place("b.1", 5, undefined), day, undefined],
    ["where nothing is purged", place("b.1", 5, 30), undefined, undefined],
  ])("%s", (_, at, keptSeconds, expected) => {
    expect(placeLastsMs(at, files, keptSeconds, atMs)).toBe(expected);
  });

  test("is never more than the server keeps a file, and never less than since the place", () => {
    const any = fc.record({
      file: fc.constantFrom("b.1", "b.2"),
      position: fc.nat(1000),
      hours: fc.integer({ min: 0, max: 200 }),
    });
    fc.assert(
      fc.property(any, fc.integer({ min: 1, max: 240 }), ({ file, position, hours }, kept) => {
        const lasts = placeLastsMs(place(file, position, hours), files, kept * 3600, atMs) ?? -1;
        expect(lasts).toBeLessThanOrEqual(kept * hour);
        expect(lasts).toBeGreaterThanOrEqual(Math.max(0, (kept - hours) * hour));
      }),
    );
  });
});

test.each<[Record<string, string>, number | undefined]>([
  [{ binlog_expire_logs_seconds: "864000", binlog_expire_logs_auto_purge: "ON" }, 864_000],
  [{ binlog_expire_logs_seconds: "864000" }, 864_000],
  [{ binlog_expire_logs_seconds: "864000", binlog_expire_logs_auto_purge: "OFF" }, undefined],
  [{ binlog_expire_logs_seconds: "0", binlog_expire_logs_auto_purge: "ON" }, undefined],
  [{}, undefined],
])("variables %j: kept for %s s", (variables, expected) => {
  expect(keptSecondsOf(new Map(Object.entries(variables)))).toBe(expected);
});
