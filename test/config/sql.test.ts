import { expect, test } from "vitest";
import { readSql, schemaFilesOf, unreadable } from "../../config/sql.ts";
import { ProblemError } from "../../lib/problem.ts";
import { schemaFile } from "../../schema/files.ts";

const problems = (text: string) => unreadable(schemaFile("shop/1.sql", Buffer.from(text)));

test("the pipeline's own files come first, then the schema's in the order of their names", () => {
  expect(schemaFilesOf("products").map(({ name }) => name)).toEqual([
    "cdc/10-tables.sql",
    "products/10-tables.sql",
    "products/20-rows.sql",
  ]);
  expect(schemaFilesOf(undefined).map(({ name }) => name)).toEqual(["cdc/10-tables.sql"]);
});

test("a folder that is not there is refused, naming those that are", () => {
  expect(() => readSql("prodcuts")).toThrow(ProblemError);
  expect(() => readSql("prodcuts")).toThrow(
    /CDC-109 cdc:schema: found prodcuts; folders under sql\/ are cdc, orders, products/,
  );
});

test.each<[string, string, RegExp]>([
  ["SELECT 1;\nsource other.sql\n", "sql/shop/1.sql line 2", /^source is a command/],
  ["SELECT 1;\n\nSET sql_mode = 'NO_BACKSLASH_ESCAPES';", "sql/shop/1.sql line 3", /NO_BACKSLASH_ESCAPES/],
])("what is no SQL is refused with its line: %s", (text, path, message) => {
  expect(problems(text)).toEqual([
    { code: "CDC-843", path, message: expect.stringMatching(message) as string, remedy: expect.any(String) as string },
  ]);
});

test("SQL is not", () => {
  expect(problems("SELECT 'source x';\nUSE shop\n-- source y\n")).toEqual([]);
});
