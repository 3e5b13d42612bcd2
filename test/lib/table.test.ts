import { expect, test } from "vitest";
import { formatTable, padded } from "../../lib/table.ts";

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

test("a Korean syllable and an emoji take two columns, combining marks none, and colours stay out of it", () => {
  expect(
    formatTable(
      ["TABLE", "NOTE", "ROWS"],
      [
        ["쇼핑.상품", "재고 부족", 5],
        ["shop.items", "👨‍👩‍👧 ok", 12],
        ["\u001B[32m쇼핑.한글\u001B[39m", "cafe\u0301", 7],
        // The same syllable, decomposed as some systems write it.
        ["shop.\u1112\u1161\u11AB", "✅", 1],
      ],
    ),
  ).toBe(
    [
      "TABLE       NOTE       ROWS",
      "쇼핑.상품   재고 부족     5",
      "shop.items  👨‍👩‍👧 ok        12",
      "\u001B[32m쇼핑.한글\u001B[39m   cafe\u0301          7",
      "shop.\u1112\u1161\u11AB     ✅            1",
    ].join("\n"),
  );
});

test.each([
  ["shard0", 8, "shard0  "],
  ["상품", 6, "상품  "],
  ["상품 목록", 4, "상품 목록"],
  ["\u001B[1m한\u001B[22m", 3, "\u001B[1m한\u001B[22m "],
])("padded(%j, %i) is %j", (text, columns, expected) => {
  expect(padded(text, columns)).toBe(expected);
});

test("colours take no room", () => {
  expect(formatTable(["STATE", "NEXT"], [["\u001B[31mFAILED\u001B[39m", "x"]])).toBe(
    ["STATE   NEXT", "\u001B[31mFAILED\u001B[39m  x"].join("\n"),
  );
});
