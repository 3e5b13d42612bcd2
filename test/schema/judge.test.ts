import { describe, expect, test } from "vitest";
import { schemaFile } from "../../schema/files.ts";
import { describePending, judgeFiles, wordFor, type FoundRows } from "../../schema/judge.ts";
import { finishedRecord, pendingOf, type FileRecord } from "../../schema/pending.ts";

const file = (text: string, name = "s/1.sql") => schemaFile(name, Buffer.from(text));
const three = "CREATE TABLE a.b (id INT); INSERT INTO a.b VALUES (1); DROP TABLE a.c";
const finished = finishedRecord(file(three));
const stopped: FileRecord = {
  ...finishedRecord(file("CREATE TABLE a.b (id INT); INSERT INTO a.b VALUES (1)")),
  hashes: "",
  isFinished: false,
};
const run = (from: number, why: string) => ({ kind: "run", from, why });

test.each<[string, string, readonly FileRecord[], object]>([
  ["a new file", three, [], run(0, "new")],
  ["the same", three, [finished], { kind: "nothing" }],
  ["comments and spaces", `-- x\n${three.replaceAll(" ", "  ")}`, [finished], { kind: "record" }],
  ["one that stopped", three, [stopped], run(2, "unfinished")],
  ["one that stopped, mended there", three.replace("a.c", "a.d"), [stopped], run(2, "unfinished")],
  ["one that stopped, changed before that", three.replace("(1)", "(2)"), [stopped], run(0, "changed")],
  ["one that stopped, cut off there", three.split("; DROP")[0] ?? "", [stopped], { kind: "record" }],
  ["one with more at its end", `${three}; SELECT 1`, [finished], run(3, "appended")],
  ["one with more at its begin", `SELECT 1; ${three}`, [finished], run(0, "changed")],
  ["one with less", "CREATE TABLE a.b (id INT)", [finished], run(0, "changed")],
  ["another name", three, [{ ...finished, name: "s/0.sql" }], { kind: "record", renamedFrom: "s/0.sql" }],
  ["another folder's file of that content", three, [{ ...finished, name: "t/1.sql" }], run(0, "new")],
  ["another name, of a file that stopped", three, [{ ...stopped, name: "s/0.sql" }], run(0, "new")],
])("what is still to be run: %s", (_what, text, records, expected) => {
  expect(pendingOf(file(text), records, ["s/1.sql"])).toMatchObject(expected);
});

test("a copy of a file that is still there is a new one", () => {
  const records = [{ ...finished, name: "s/0.sql" }];
  expect(pendingOf(file(three), records, ["s/0.sql", "s/1.sql"])).toMatchObject(run(0, "new"));
});

describe("judging", () => {
  const rows: FoundRows = { database: "a", table: "c", rows: 7, isExact: true, mebibytes: 1.5 };
  const judge = async (
    text: string,
    records: readonly FileRecord[],
    allow: readonly string[] = [],
    look = async () => [rows],
  ) => (await judgeFiles("shard0", [file(text)], records, allow, look))[0];

  test("says file, line, statement, table, rows and size, and the word for that content", async () => {
    const judged = await judge(`\n\n${three}`, []);
    expect(judged?.problems).toEqual([
      {
        code: "CDC-840",
        path: "shard0 sql/s/1.sql line 3",
        message: "`DROP TABLE a.c` would delete from a.c (7 rows, 1.50 MiB)",
        remedy: expect.stringContaining(`add ${wordFor(file(`\n\n${three}`))} to cdc:allowDelete`) as string,
      },
    ]);
  });

  test("lets through what was applied, what meets no rows, and what a word names", async () => {
    expect((await judge(three, [finished]))?.problems).toEqual([]);
    expect((await judge(three, [], [], async () => []))?.problems).toEqual([]);
    expect((await judge(three, [], [wordFor(file(three))]))?.problems).toEqual([]);
    expect(
      (await judge(three, [], ["file:s/1.sql@", "file:s/1.sql@0", wordFor(file("SELECT 1"))]))?.problems,
    ).toHaveLength(1);
  });

  test("refuses what could not be looked at", async () => {
    const judged = await judge(three, [], [], async () => await Promise.reject(new Error("no answer")));
    expect(judged?.problems).toMatchObject([
      { code: "CDC-841", message: expect.stringContaining("no answer") as string },
    ]);
  });

  test("refuses a changed file by the statement that changed and the one that cannot run again", async () => {
    const judged = await judge(three.replace("(1)", "(2)"), [finished], [], async () => []);
    expect(judged?.problems).toMatchObject([
      {
        code: "CDC-842",
        message: expect.stringMatching(/^line 1, `INSERT INTO a\.b VALUES \(2\)`.*`CREATE TABLE/) as string,
      },
    ]);
  });

  test("says of many statements the first ones", async () => {
    const judged = await judge(Array.from({ length: 9 }, (_, n) => `DROP TABLE a.t${n};\n`).join(""), []);
    expect(judged?.problems).toHaveLength(5);
    expect(judged?.problems.at(-1)?.message).toMatch(/and 4 more such statements$/);
  });

  test("says what a preview is to say", async () => {
    const said = async (text: string, records: readonly FileRecord[]) => {
      const judged = await judge(text, records);
      return judged === undefined ? undefined : describePending(judged);
    };
    expect(await said(three, [])).toBe("s/1.sql: new, 3 statements to run");
    expect(await said(three, [finished])).toBeUndefined();
    expect(await said(`${three};`.replace(" ", "\n"), [finished])).toBe(
      "s/1.sql: comments or spaces changed, nothing runs",
    );
    expect(await said(three, [stopped])).toBe("s/1.sql: stopped after 2 of 3 statements, 1 statement to run");
  });
});
