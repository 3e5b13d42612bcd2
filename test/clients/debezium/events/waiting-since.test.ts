import { expect, test } from "vitest";
import { waitingSince } from "../../../../clients/debezium/events/waiting-since.ts";

const arrivedMs = 1_764_000_090_000;
const committedMs = 1_764_000_000_000;

function event(op: string, sourceMs: number | undefined): string {
  return JSON.stringify({ before: null, after: { id: 1 }, source: { ts_ms: sourceMs, db: "products" }, op });
}

test.each<[string, string | null, number]>([
  ["a change: since its commit", event("u", committedMs), committedMs],
  ["a delete: since its commit", event("d", committedMs), committedMs],
  ["a row of a snapshot, which carries another time: since it came", event("r", committedMs), arrivedMs],
  ["a change of a server whose clock is ahead: since it came", event("c", arrivedMs + 5000), arrivedMs],
  ["a change that does not tell: since it came", event("c", undefined), arrivedMs],
  ["a tombstone: since it came", null, arrivedMs],
  ["another converter's bytes: since they came", "\u0000\u0001", arrivedMs],
])("%s", (_, value, expected) => {
  const record = { topic: "shard0.products.stock", partition: 0, offset: 7n, timestampMs: arrivedMs, key: null, value };
  expect(waitingSince(record)).toBe(expected);
});
