import { expect, test } from "vitest";
import { formatTable } from "../../lib/table.ts";

test("columns are as wide as their widest cell, numbers to the right, no blanks at the end", () => {
  expect(
    formatTable(
      ["NAME", "COUNT", "NOTE"],
      [
        ["a", 5, "x"],
        ["longer", 12, ""],
      ],
    ),
  ).toBe(["NAME    COUNT  NOTE", "a           5  x", "longer     12"].join("\n"));
});

test("a table without rows is its header", () => {
  expect(formatTable(["A", "B"], [])).toBe("A  B");
});

test("a missing number is a dash in a column that stays one of numbers", () => {
  expect(formatTable(["COUNT"], [[12], [undefined]])).toBe(["COUNT", "   12", "    -"].join("\n"));
});

test("colours take no room", () => {
  expect(formatTable(["STATE", "NEXT"], [["\u001B[31mFAILED\u001B[39m", "x"]])).toBe(
    ["STATE   NEXT", "\u001B[31mFAILED\u001B[39m  x"].join("\n"),
  );
});
