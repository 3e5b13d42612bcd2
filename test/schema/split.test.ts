import { describe, expect, test } from "vitest";
import { splitStatements, UnreadableError } from "../../schema/split.ts";

const split = (text: string) => splitStatements(text).map((statement) => statement.text);

test.each<[string, string, string[]]>([
  ["an empty file", "", []],
  ["nothing but comments", "-- a\n# b\n/* c; */\n", []],
  [
    "several statements on a line, the last without its semicolon",
    "SELECT 1; SELECT 2;;SELECT 3",
    ["SELECT 1", "SELECT 2", "SELECT 3"],
  ],
  [
    "semicolons in texts, names and comments",
    "SELECT 'a;b', \"c;\", `d;` /* e; */ -- f;\n;SELECT 2",
    ["SELECT 'a;b', \"c;\", `d;`", "SELECT 2"],
  ],
  ["an apostrophe in a comment", "# don't\nSELECT 1;\n-- won't\nSELECT 2;", ["SELECT 1", "SELECT 2"]],
  ["a minus before a negative number", "SELECT 5--1; SELECT 2", ["SELECT 5--1", "SELECT 2"]],
  ["dashes without a space where a statement begins", "--comment\nSELECT 1;", ["SELECT 1"]],
  ["escapes", String.raw`SELECT 'it\'s; \\'; SELECT 'it''s;'`, [String.raw`SELECT 'it\'s; \\'`, "SELECT 'it''s;'"]],
  ["a backslash in a name", "SELECT `\\`; SELECT 2", ["SELECT `\\`", "SELECT 2"]],
  [
    "a version's comment",
    "/*!40101 SET NAMES utf8 */;\n/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ TRIGGER x;",
    ["/*!40101 SET NAMES utf8 */", "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`b`*/ TRIGGER x"],
  ],
  ["a hint", "SELECT /*+ NO_INDEX(t) it's */ 1; SELECT 2", ["SELECT /*+ NO_INDEX(t) it's */ 1", "SELECT 2"]],
  ["a comment that begins as it ends", "SELECT /*/ ; */ 1; SELECT 2", ["SELECT /*/ ; */ 1", "SELECT 2"]],
  [
    "delimiters",
    "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\ndelimiter ;\nSELECT 2;",
    ["CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2"],
  ],
  [
    "a delimiter with line ends of Windows",
    "DELIMITER $$\r\nSELECT\r\n1;\r\n$$\r\nDELIMITER ;\r\nSELECT 2;\r\n",
    ["SELECT\n1;", "SELECT 2"],
  ],
  ["a byte order mark", "\xef\xbb\xbfSELECT 1;", ["SELECT 1"]],
  [
    "USE on a line of its own",
    "USE products\nSELECT 1;\n  use `a b`\nSELECT 2;",
    ["USE products", "SELECT 1", "use `a b`", "SELECT 2"],
  ],
  ["a statement whose later line looks like a command", "SELECT 1,\nuse\n;", ["SELECT 1,\nuse"]],
  ["\\g and \\G", "SELECT 1\\g SELECT 2\\G", ["SELECT 1", "SELECT 2"]],
  ["\\N", "INSERT INTO t VALUES (\\N);", ["INSERT INTO t VALUES (\\N)"]],
  ["a text that is left open", "SELECT 1; SELECT 'a; b", ["SELECT 1", "SELECT 'a; b"]],
  ["a comment that is left open", "SELECT 1; /* SELECT 2;", ["SELECT 1"]],
  ["raw bytes", "INSERT INTO t VALUES (_binary '\xff\x00;\xe9');", ["INSERT INTO t VALUES (_binary '\xff\x00;\xe9')"]],
])("%s", (_what, text, statements) => {
  expect(split(text)).toEqual(statements);
});

test("lines are those of the file", () => {
  const text = "-- a\n\nSELECT 1;\nDELIMITER //\n/* b\n c */ SELECT\n2//\nDELIMITER ;\nUSE x\nSELECT 3; SELECT 4";
  expect(splitStatements(text).map(({ line }) => line)).toEqual([3, 6, 9, 10, 10]);
});

describe("what is no SQL is refused", () => {
  test.each<[string, string, number, RegExp]>([
    ["source", "SELECT 1;\nsource other.sql\n", 2, /^source is a command of the mysql client/],
    ["\\.", "\\. other.sql", 1, /^\\\. is a command of the mysql client/],
    ["system", "system rm x", 1, /^system/],
    ["exit", "SELECT 1;\nexit\nSELECT 2;", 2, /^exit/],
    ["a delimiter without one", "DELIMITER\nSELECT 1;", 1, /^DELIMITER has to be followed/],
    ["UTF-16", "\xff\xfeS\0", 1, /UTF-16/],
  ])("%s", (_what, text, line, message) => {
    let error: unknown;
    try {
      splitStatements(text);
    } catch (found) {
      error = found;
    }
    expect(error).toBeInstanceOf(UnreadableError);
    expect(error).toMatchObject({ line, message: expect.stringMatching(message) });
  });
});
