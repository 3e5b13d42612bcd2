import { describe, expect, test } from "vitest";
import { aliasTypeIn } from "../../schema/alias-types.ts";
import { schemaFile } from "../../schema/files.ts";
import { judgeFiles, wordFor } from "../../schema/judge.ts";
import { finishedRecord } from "../../schema/pending.ts";
import { tokensOf } from "../../schema/tokens.ts";

const bytes = "BINARY, VARBINARY or BLOB";

describe("types that a connector reads otherwise than MySQL", () => {
  test.each([
    ["CREATE TABLE a.b (id INT PRIMARY KEY, r REAL)", "REAL", "DOUBLE"],
    ["alter table a.b add r real(20,5) unsigned", "REAL", "DOUBLE"],
    ["ALTER TABLE a.b MODIFY f FLOAT4 NOT NULL", "FLOAT4", "FLOAT"],
    ["ALTER TABLE a.b ADD c CHAR(4) BYTE", "CHAR BYTE", bytes],
    ["ALTER TABLE a.b ADD c CHARACTER VARYING(4) BYTE", "VARYING BYTE", bytes],
    ["ALTER TABLE a.b ADD t /* x */ TEXT\n byte", "TEXT BYTE", bytes],
    ["/*!40000 ALTER TABLE a.b ADD v VARCHAR(8) BYTE */", "VARCHAR BYTE", bytes],
    ["ALTER TABLE a.b ADD c CHAR(4) CHARACTER SET binary", "CHARACTER SET binary", bytes],
    ["ALTER TABLE a.b ADD c TEXT CHARSET 'binary'", "CHARACTER SET binary", bytes],
    ["CREATE TABLE a.b (c CHAR(4)) DEFAULT CHARSET=binary", "CHARACTER SET binary", bytes],
    ["ALTER TABLE a.b ADD c CHAR(3) UNICODE", "CHAR UNICODE", "CHAR CHARACTER SET ucs2"],
    ["ALTER TABLE a.b ADD c VARCHAR(3) ASCII", "VARCHAR ASCII", "VARCHAR CHARACTER SET latin1"],
  ])("%s", (statement, found, instead) => {
    expect(aliasTypeIn(tokensOf(statement))).toEqual({ found, instead });
  });

  test.each([
    "CREATE TABLE a.b (id INT8 UNSIGNED ZEROFILL PRIMARY KEY, d DOUBLE PRECISION, f FLOAT8, n DEC(3), m MIDDLEINT)",
    "CREATE TABLE a.b (byte INT, ascii CHAR(3), unicode TEXT, `real` INT, c CHAR(3) BINARY, b BINARY(3))",
    "CREATE TABLE a.b (c CHAR(3) CHARACTER SET latin1, t TEXT CHARSET utf8mb4 COLLATE utf8mb4_bin)",
    "ALTER TABLE a.b ADD r DOUBLE AS (CAST(x AS REAL)) STORED, ADD t TEXT COMMENT 'CHAR BYTE', ADD a INT -- REAL",
    "ALTER TABLE a.b ADD c CHAR(9) DEFAULT 'REAL'",
    "CREATE PROCEDURE a.p (r REAL) SELECT r",
    "INSERT INTO a.b VALUES (1)",
    "",
  ])("and none in %s", (statement) => {
    expect(aliasTypeIn(tokensOf(statement))).toBeUndefined();
  });
});

describe("a file with such a type", () => {
  const made = "CREATE TABLE a.b (id INT PRIMARY KEY);";
  const file = (text: string) => schemaFile("s/1.sql", Buffer.from(text));
  const records = [finishedRecord(file(made))];
  const more = `${made}\nALTER TABLE a.b ADD r REAL;`;
  const judge = async (text: string, known: typeof records, allow: string[] = []) =>
    (await judgeFiles("shard0", [file(text)], known, allow, async () => await Promise.resolve([])))[0]?.problems;

  test("is refused where a connector may read the statement, with line and remedy", async () => {
    expect(await judge(more, records)).toEqual([
      {
        code: "CDC-845",
        path: "shard0 sql/s/1.sql line 2",
        message:
          "`ALTER TABLE a.b ADD r REAL`: a running connector reads REAL otherwise than MySQL, and its values come cut, empty or as other text",
        remedy: `write DOUBLE, which is what MySQL makes of it; if the table is not to be captured: add ${wordFor(file(more))} to cdc:allowDelete`,
      },
    ]);
    expect(await judge(more.replace("REAL", "DOUBLE"), records)).toEqual([]);
    expect(await judge(more, records, [wordFor(file(more))])).toEqual([]);
  });

  test("passes on a new server, whose tables a snapshot reads, and where it was applied", async () => {
    expect(await judge(more, [])).toEqual([]);
    expect(await judge(more, [finishedRecord(file(more))])).toEqual([]);
  });
});
