import { expect, test } from "vitest";
import { chooseParts, chooseRounds } from "../../../tools/bench/lib/choose.ts";

const parts = ["up", "changes", "latency"].map((name) => ({ name, about: name, run: async () => [] }));
const names = (wish: string | undefined) => chooseParts(parts, wish).map(({ name }) => name);

test("all parts when none is named, else those that are, in their own order", () => {
  expect(names(undefined)).toEqual(["up", "changes", "latency"]);
  expect(names(" ")).toEqual(["up", "changes", "latency"]);
  expect(names("latency, up")).toEqual(["up", "latency"]);
});

test("an unknown name is refused, and the parts are told", () => {
  expect(() => chooseParts(parts, "up speed")).toThrow(
    expect.objectContaining({
      message: "there is no part speed of the benchmarks",
      remedy: "PARTS takes: up, changes, latency",
    }),
  );
});

test("rounds are a whole number, or the part's own", () => {
  expect(chooseRounds("5")).toBe(5);
  expect(chooseRounds("")).toBeUndefined();
  expect(() => chooseRounds("0")).toThrow('ROUNDS is "0"');
});
