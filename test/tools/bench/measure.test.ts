import { expect, test } from "vitest";
import { alternate, median, rounded } from "../../../tools/bench/lib/measure.ts";

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[7], 7],
])("the median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});

test("nothing has no median", () => {
  expect(median([])).toBeNaN();
});

test.each([
  [1_234_567.4, "1,234,567"],
  [1234, "1,234"],
  [123.4, "123"],
  [12.34, "12.3"],
  [1.234, "1.23"],
  [-12.34, "-12.3"],
  [Number.NaN, "-"],
])("%d is shown as %s", (value, expected) => {
  expect(rounded(value)).toBe(expected);
});

test("cases take turns, odd rounds in reverse order, and each series keeps the order of its rounds", async () => {
  const order: string[] = [];
  const of = (name: string) => ({
    name,
    async run() {
      order.push(name);
      return order.length;
    },
  });
  const told: string[] = [];

  const series = await alternate(3, [of("a"), of("b")], (line) => told.push(line));

  expect(order).toEqual(["a", "b", "b", "a", "a", "b"]);
  expect(series).toEqual([
    { name: "a", values: [1, 4, 5] },
    { name: "b", values: [2, 3, 6] },
  ]);
  expect(told[0]).toBe("round 1 of 3, a: 1.00");
});
