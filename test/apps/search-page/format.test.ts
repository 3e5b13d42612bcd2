/** What the browser runs is JavaScript as it is: its types are said here. */
import { expect, test } from "vitest";

interface Formats {
  readonly span: (ms: number) => string;
  readonly count: (number: number) => string;
  readonly rows: (number: number) => string;
  readonly instant: (ms: number) => string;
}

interface Format {
  readonly formatsOf: (language: string) => Formats;
  readonly plain: (value: unknown) => string;
  readonly keyOfId: (id: string) => string;
  readonly hueOf: (shard: string) => number;
}

const file: string = "../../../apps/search-page/public/format.js";
const { formatsOf, plain, keyOfId, hueOf } = (await import(file)) as Format;

const minute = 60_000;

test.each([
  [-500, "0.0 s", "0.0초"],
  [840, "0.8 s", "0.8초"],
  [9_949, "9.9 s", "9.9초"],
  [9_950, "9 s", "9초"],
  [59_999, "59 s", "59초"],
  [minute, "1 min", "1분"],
  [60 * minute - 1, "59 min", "59분"],
  [47 * 60 * minute, "47 h", "47시간"],
  [48 * 60 * minute, "2 d", "2일"],
  [1234 * 24 * 60 * minute, "1,234 d", "1,234일"],
])("%i ms are %s, in Korean %s", (ms, english, korean) => {
  expect(formatsOf("en").span(ms)).toBe(english);
  expect(formatsOf("ko").span(ms)).toBe(korean);
});

test("an instant is written as the language does, with its zone", () => {
  const ms = Date.UTC(2026, 10, 21, 14, 35, 23);
  const zoned = (language: string) =>
    new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "long" }).format(ms);
  for (const language of ["en", "ko"]) expect(formatsOf(language).instant(ms)).toBe(zoned(language));
  expect(formatsOf("en").instant(ms)).toMatch(/November 2[12], 2026/);
  expect(formatsOf("ko").instant(ms)).toMatch(/2026년 11월 2[12]일/);
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
  expect([1, 0, 12_345].map(formatsOf("en").rows)).toEqual(["1 row", "0 rows", "12,345 rows"]);
  expect([1, 0, 12_345].map(formatsOf("ko").rows)).toEqual(["1건", "0건", "12,345건"]);
  expect(formatsOf("ko").count(12_345)).toBe("12,345");
});

test("neighbouring shards have colours far apart", () => {
  const hues = ["shard0", "shard1", "shard2"].map(hueOf);
  const distance = (a = 0, b = 0) => Math.min(Math.abs(a - b), 360 - Math.abs(a - b));
  expect(distance(hues[0], hues[1])).toBeGreaterThan(60);
  expect(distance(hues[1], hues[2])).toBeGreaterThan(60);
  expect(distance(hues[0], hues[2])).toBeGreaterThan(60);
});
