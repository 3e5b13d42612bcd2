import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { schemaFile, statementsOf, tablesMadeBy } from "../../schema/files.ts";
import { splitStatements } from "../../schema/split.ts";
import { readStatement } from "../../schema/statement.ts";
import { tokensOf } from "../../schema/tokens.ts";

const bytes = (text: string) => Buffer.from(text).toString("latin1");
const read = (text: string, database?: string) => readStatement(tokensOf(bytes(text)), database);
const file = (text: string) => schemaFile("s/1.sql", Buffer.from(text));

/** As `DATABASE.*`, `DATABASE.TABLE`, or `?`. */
const lossesOf = (text: string, database?: string) =>
  read(text, database).losses.map((loss) =>
    loss.kind === "database"
      ? `${loss.database}.*`
      : loss.kind === "table"
        ? `${loss.name.database}.${loss.name.table}`
        : "?",
  );

describe("what deletes rows is seen", () => {
  test.each<[string, string[]]>([
    ["DROP DATABASE shop", ["shop.*"]],
    ["drop schema if exists `my-shop`", ["my-shop.*"]],
    ["/*!40000 DROP DATABASE IF EXISTS `shop`*/", ["shop.*"]],
    ["DROP /* a */ TABLE -- b\n IF EXISTS a.b , `c`.`d`", ["a.b", "c.d"]],
    ["DROP TABLE t", ["d.t"]],
    ['DROP TABLE "t"', ["d.t"]],
    ["DROP TABLES t", ["d.t"]],
    ["DROP TABLE `a``b`.`재고`", ["a`b.재고"]],
    ["TRUNCATE t", ["d.t"]],
    ["TRUNCATE TABLE a . t", ["a.t"]],
    ["DELETE FROM t WHERE id = 1", ["d.t"]],
    [
      "DELETE LOW_PRIORITY a.* FROM a.x AS a JOIN y ON a.id = y.id WHERE 1",
      expect.arrayContaining(["a.x", "d.y"]) as string[],
    ],
    ["WITH c AS (SELECT 1) DELETE FROM t", ["d.t"]],
    ["REPLACE INTO a.t VALUES (1)", ["a.t"]],
    ["REPLACE t SET id = 1", ["d.t"]],
    ["LOAD DATA INFILE 'x' REPLACE INTO TABLE t", ["d.t"]],
    ["RENAME TABLE a.b TO a.c, d TO e", ["a.b", "d.d"]],
    ["ALTER TABLE t DROP COLUMN a", ["d.t"]],
    ["ALTER TABLE t ADD x INT, DROP `index`", ["d.t"]],
    ["ALTER TABLE t DROP PARTITION p", ["d.t"]],
    ["ALTER TABLE t TRUNCATE PARTITION ALL", ["d.t"]],
    ["ALTER TABLE t DISCARD TABLESPACE", ["d.t"]],
    ["ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u", ["d.t"]],
    ["ALTER TABLE t RENAME TO u", ["d.t"]],
    ["ALTER TABLE t ENGINE = BLACKHOLE", ["d.t"]],
    ["CALL purge()", ["?"]],
    ["EXECUTE s", ["?"]],
    ["RESET BINARY LOGS AND GTIDS", ["?"]],
    ["PURGE BINARY LOGS TO 'x'", ["?"]],
    // One statement to the client, behind a delimiter of its own.
    ["SELECT 1; DROP TABLE a.t; SELECT 2", ["a.t"]],
    ["CREATE PROCEDURE p() BEGIN IF 1 THEN DELETE FROM t; END IF; END; DROP TABLE a.t", ["a.t"]],
    ["USE x; DROP TABLE t", ["x.t"]],
  ])("%s", (text, losses) => {
    expect(lossesOf(text, "d")).toEqual(losses);
  });
});

test.each([
  "CREATE TABLE t (id INT PRIMARY KEY, dropped BOOLEAN COMMENT 'DROP TABLE x')",
  "INSERT INTO t VALUES ('DELETE FROM t')",
  "UPDATE t SET a = 1",
  "ALTER TABLE t ADD COLUMN a INT, ADD INDEX i (a), DROP INDEX j, DROP PRIMARY KEY, ALTER COLUMN b DROP DEFAULT",
  "ALTER TABLE t DROP FOREIGN KEY f, DROP CONSTRAINT c, DROP CHECK d, RENAME COLUMN a TO b, RENAME INDEX i TO j",
  "ALTER TABLE t ADD COLUMN (exchange INT, `drop` INT)",
  "DROP TEMPORARY TABLE t",
  "DROP VIEW v",
  "DROP PROCEDURE IF EXISTS p",
  "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW BEGIN DELETE FROM u; CASE 1 WHEN 1 THEN DROP TABLE v; END CASE; END",
  "CREATE DEFINER = `a`@`%` PROCEDURE p() BEGIN DROP TABLE v; END",
  "RESET PERSIST",
  "/* DROP TABLE t */ SELECT 1",
])("what deletes no row is let through: %s", (text) => {
  expect(lossesOf(text, "d")).toEqual([]);
});

test("a loss stays seen whatever case, space and comments are in the statement", () => {
  const gap = fc.constantFrom(" ", "\n", "\t", " /* ' */ ", ' -- "\n', "\r\n", " # `\n", "/*!50000 */ ");
  const words = ["DROP", "TABLE", "IF", "EXISTS", "`a-b`", ".", "`c`", ",", "d", ".", "e"];
  fc.assert(
    fc.property(
      fc.array(gap, { minLength: 11, maxLength: 11 }),
      fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }),
      (gaps, lower) => {
        const text = words
          .map((word, index) => `${lower[index] === true ? word.toLowerCase() : word}${gaps[index]}`)
          .join("");
        expect(lossesOf(text)).toEqual(["a-b.c", "d.e"]);
      },
    ),
  );
});

test.each<[string, boolean, boolean]>([
  ["SET NAMES utf8mb4", true, true],
  ["/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */", true, true],
  ["SET @OLD = @@GLOBAL.sql_mode", true, true],
  ["SET GLOBAL x = 1", false, true],
  ["SET @@GLOBAL.GTID_PURGED='x'", false, true],
  ["SET a = 1, PERSIST b = 2", false, true],
  ["SET PASSWORD FOR a = 'b'", false, true],
  ["USE shop", true, true],
  ["CREATE TABLE IF NOT EXISTS a.b (id INT)", false, true],
  ["CREATE DATABASE /*!32312 IF NOT EXISTS*/ `x`", false, true],
  ["CREATE OR REPLACE VIEW v AS SELECT 1", false, true],
  ["INSERT IGNORE INTO t VALUES (1)", false, true],
  ["INSERT INTO t VALUES (1)", false, false],
  ["INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 2", false, false],
  ["CREATE TABLE t (id INT)", false, false],
  ["UPDATE t SET a = a + 1", false, false],
  ["ALTER TABLE t ADD a INT", false, false],
  ["/*!40000 ALTER TABLE `t` DISABLE KEYS */", false, true],
])("of %s, that it is the session's is %s, that it may run again %s", (text, isSession, isRepeatable) => {
  expect(read(text, "d")).toMatchObject({ isSession, isRepeatable });
});

test.each<[string, string[]]>([
  ["SET @a = 1, @`b c` := 2, sql_mode = @d", ["a", "b c"]],
  ["SELECT MAX(id) INTO @m FROM t", ["m"]],
  ["SELECT @n := 1", ["n"]],
  ["SELECT @n", []],
])("variables that are set: %s", (text, variables) => {
  expect(read(text).variables).toEqual(variables);
});

test.each<[string, string[]]>([
  ["CREATE TABLE a.b (id INT); CREATE TABLE c.d (id INT)", ["a.b", "c.d"]],
  ["USE shop; CREATE TABLE t (id INT);\nuse other\nCREATE TABLE u (id INT);", ["shop.t", "other.u"]],
  ["CREATE /* x */ TABLE -- y\n IF NOT EXISTS `my-db` . `재고` (id INT)", ["my-db.재고"]],
  ["/* CREATE TABLE a.b (id INT); */ -- CREATE TABLE c.d (id INT)", []],
  ["/*!50003 CREATE TABLE a.b (id INT) */;", ["a.b"]],
  ["CREATE TABLE a.b LIKE c.d; CREATE TABLE a.e AS SELECT 1", ["a.b", "a.e"]],
  ["CREATE TEMPORARY TABLE a.b (id INT)", []],
  ["SELECT 'CREATE TABLE a.b (id INT)'", []],
  ["CREATE TABLE t (id INT)", []],
  ["CREATE TABLE a.b (id INT); DROP TABLE a.b; CREATE TABLE a.c (id INT)", ["a.c"]],
  ["CREATE TABLE a.b (id INT); DROP DATABASE a", []],
  ["CREATE TABLE a.b (id INT); RENAME TABLE a.b TO a.c", ["a.c"]],
  ["CREATE TABLE a.b (id INT); DELETE FROM a.b", ["a.b"]],
  [
    "DELIMITER //\nCREATE PROCEDURE a.p() BEGIN CREATE TABLE a.b (id INT); END//\nDELIMITER ;\nCREATE TABLE a.c (id INT);",
    ["a.c"],
  ],
])("tables that a file makes: %s", (text, tables) => {
  expect(tablesMadeBy([file(text)])).toEqual(tables);
});

test("comments and spaces do not change a statement, anything else does", () => {
  const chain = (text: string) => statementsOf(file(text)).at(-1)?.chain;
  const one = chain("CREATE TABLE a.b (id INT); INSERT INTO a.b VALUES (1)");
  expect(chain("-- x\nCREATE  TABLE a.b(id INT); # y\nINSERT INTO a.b\nVALUES (1);\n")).toBe(one);
  for (const other of [
    "CREATE TABLE a.b (id INT)",
    "CREATE TABLE a.b (id INT); INSERT INTO a.b VALUES (2)",
    "INSERT INTO a.b VALUES (1); CREATE TABLE a.b (id INT)",
  ])
    expect(chain(other)).not.toBe(one);
});

test("however a text is cut into statements, nothing of its code is lost", () => {
  const piece = fc.constantFrom(
    "SELECT",
    " ",
    "'a;b'",
    "`c;`",
    "/* d; */",
    "-- e\n",
    "# f'\n",
    "\n",
    "1",
    "--1",
    ",",
    "(",
    ")",
    "/*!40000 ",
    " */",
  );
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 12 }), { maxLength: 6 }), (parts) => {
      const texts = parts.map((part) => part.join(""));
      const whole = splitStatements(texts.join("\n;\n")).flatMap(({ text }) =>
        tokensOf(text).map((token) => token.text),
      );
      const each = texts.flatMap((text) =>
        splitStatements(`\n${text}`).flatMap((s) => tokensOf(s.text).map((token) => token.text)),
      );
      expect(whole).toEqual(each);
    }),
  );
});
