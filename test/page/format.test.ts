/** What the browser runs is JavaScript as it is: its types are said here. */
import { expect, test } from "vitest";

interface Format {
  readonly span: (ms: number) => string;
  readonly plain: (value: unknown) => string;
  readonly keyOfId: (id: string) => string;
  readonly counted: (number: number, noun: string) => string;
  readonly hueOf: (shard: string) => number;
}

const file: string = "../../page/public/format.js";
const { span, plain, keyOfId, counted, hueOf } = (await import(file)) as Format;

const minute = 60_000;

test.each([
  [-500, "0.0 s"],
  [840, "0.8 s"],
  [9_949, "9.9 s"],
  [9_950, "9 s"],
  [59_999, "59 s"],
  [minute, "1 min"],
  [60 * minute - 1, "59 min"],
  [47 * 60 * minute, "47 h"],
  [48 * 60 * minute, "2 d"],
])("%i ms are %s", (ms, text) => {
  expect(span(ms)).toBe(text);
});

test.each([
  [null, "—"],
  ["249000.90", "249000.90"],
  ["18446744073709551615", "18446744073709551615"],
  [0, "0"],
  [false, "false"],
  ["2025-10-19T14:46:20.000001Z", "2025-10-19 14:46:20.000001Z"],
  ["2025-10-19Tea", "2025-10-19Tea"],
  [["S", "M"], "S, M"],
  [{ colour: "red", sizes: [1, { eu: null }] }, "colour red · sizes 1, eu —"],
])("the value %o is written %s", (value, text) => {
  expect(plain(value)).toBe(text);
});

test("a primary key is what follows the shard, as the database has it", () => {
  expect(keyOfId("shard0:101")).toBe("101");
  expect(keyOfId("shard1:101:seoul")).toBe("101 · seoul");
  expect(keyOfId("shard1:a%3Ab%25c%253A")).toBe("a:b%c%3A");
});

test("counts", () => {
  expect(counted(1, "row")).toBe("1 row");
  expect(counted(12_345, "row")).toBe("12,345 rows");
});

test("neighbouring shards have colours far apart", () => {
  const hues = ["shard0", "shard1", "shard2"].map(hueOf);
  const distance = (a = 0, b = 0) => Math.min(Math.abs(a - b), 360 - Math.abs(a - b));
  expect(distance(hues[0], hues[1])).toBeGreaterThan(60);
  expect(distance(hues[1], hues[2])).toBeGreaterThan(60);
  expect(distance(hues[0], hues[2])).toBeGreaterThan(60);
});
