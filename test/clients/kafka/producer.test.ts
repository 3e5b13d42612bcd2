import { expect, test } from "vitest";
import { chunksOf } from "../../../clients/kafka/producer.ts";

const record = (bytes: number, timestampMs = 0) => ({ key: null, value: "x".repeat(bytes), timestampMs });
const sizes = (records: Parameters<typeof chunksOf>[0]) => [...chunksOf(records)].map(({ length }) => length);

test("requests stay below what a broker takes; a larger record goes alone", () => {
  expect(sizes([])).toEqual([]);
  expect(sizes([record(200_000), record(200_000), record(200_000)])).toEqual([2, 1]);
  expect(sizes([record(10), record(900_000), record(10)])).toEqual([1, 1, 1]);
});

test("headers count, in bytes and not in characters", () => {
  const korean = { ...record(10), headers: [["h", Buffer.from("재".repeat(100_000))] as const] };
  expect(sizes([korean, korean])).toEqual([1, 1]);
});

test("timestamps of one request lie within what the client writes rightly, in either direction", () => {
  const month = 31 * 86_400_000;
  expect(sizes([record(1, month), record(1, month + 1000), record(1, 0), record(1, 2 * month)])).toEqual([2, 1, 1]);
});
