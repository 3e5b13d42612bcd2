import { expect, test } from "vitest";
import { isEqual } from "../../provider/handler.ts";

test.each<[string, unknown, unknown, boolean]>([
  ["texts", "a", "a", true],
  ["keys in another order", { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }, true],
  ["lists", ["a", ["b"]], ["a", ["b"]], true],
  ["a value that is not set, and none", { a: 1, b: undefined }, { a: 1 }, true],
  ["two nulls", { a: null }, { a: null }, true],
  ["other texts", { a: { b: "x" } }, { a: { b: "y" } }, false],
  ["lists in another order", ["a", "b"], ["b", "a"], false],
  ["a longer list", ["a"], ["a", "b"], false],
  ["a further key", { a: 1 }, { a: 1, b: 2 }, false],
  ["a number and its text", { a: 1 }, { a: "1" }, false],
  ["null and an object", { a: null }, { a: {} }, false],
])("isEqual compares by what is said: %s", (_what, a, b, expected) => {
  expect([isEqual(a, b), isEqual(b, a)]).toEqual([expected, expected]);
});
