import { expect, test } from "vitest";
import { placeOf } from "../../../../clients/debezium/history/place.ts";

const offset = { file: "binlog.000001", pos: 779_546, gtids: "fa47a3a3-ead7-11f1-8b1a-0242ac140002:1-27", ts_sec: 1 };

test.each([
  ["nothing but the place", {}, false],
  ["a row of a transaction was read", { event: 2, row: 1 }, true],
  ["a row of a statement of many rows", { event: 2, row: 400 }, true],
  // As seen while an incremental snapshot sent its rows at the end of a transaction: its last event counts as one.
  ["the end of a transaction", { event: 1 }, false],
  ["the GTID after it", { event: 2 }, false],
  ["new files after it, whose events are counted too", { event: 7 }, false],
  ["rows of tables that are not captured", { event: 3, row: 0 }, false],
])("within a transaction: %s", (_, more, isWithin) => {
  expect(placeOf([{ partition: { server: "shard0" }, offset: { ...offset, ...more } }])?.isWithin).toBe(isWithin);
});

test("no place: nothing stored, forgotten offsets, another connector's", () => {
  expect(placeOf(undefined)).toBeUndefined();
  expect(placeOf([])).toBeUndefined();
  expect(placeOf([{ partition: { server: "shard0" }, offset: null }])).toBeUndefined();
  expect(placeOf([{ partition: { kafka_topic: "t" }, offset: { kafka_offset: 4 } }])).toBeUndefined();
});
