/** Schema files on a MySQL server without a pipeline: they do what the mysql client does, and go on where they stopped. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { imagesOf } from "../../config/images.ts";
import { applySchema, lookAtServer, type SchemaTarget } from "../../schema/apply.ts";
import { schemaFile } from "../../schema/files.ts";
import { bytes, connectBytewise, type ServerAddress } from "../../clients/mysql/bytewise.ts";
import { withMysql } from "../../tools/toolchain/test-mysql.ts";
import { awkward, nasty } from "./support/schema-files.ts";
import { limitMs } from "./support/until.ts";

let address: ServerAddress;
let container = "";
let root: Connection;
let finish: () => void = () => {};
let server: Promise<void>;

beforeAll(async () => {
  const source = process.env["CDC_IMAGES"] === "packages" ? "packages" : "official";
  const none = {
    mysql: undefined,
    kafka: undefined,
    node: undefined,
    opensearch: undefined,
    prometheus: undefined,
    alertmanager: undefined,
  };
  const { mysql } = imagesOf({ source, mysqlVersion: "9.7", kafkaVersion: "4.3.1", ...none });
  const up = Promise.withResolvers<void>();
  server = withMysql(mysql, async (variables) => {
    const [host = "", port = ""] = (variables["CDC_TEST_MYSQL_ENDPOINT"] ?? "").split(":");
    address = { host, port: Number(port), password: variables["CDC_TEST_MYSQL_PASSWORD"] ?? "" };
    container = `cdc-go-tests-${process.pid}`;
    root = await connectBytewise(address);
    up.resolve();
    await new Promise<void>((resolve) => (finish = resolve));
  });
  await Promise.race([up.promise, server]);
});

afterAll(async () => {
  await root?.end();
  finish();
  await server;
});

beforeEach(async () => {
  const [rows] = await root.query<RowDataPacket[]>(
    "SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')",
  );
  for (const { name } of rows) await root.query(bytes(`DROP DATABASE \`${String(name)}\``));
});

const said: string[] = [];
const target = (
  files: Readonly<Record<string, string | Buffer>>,
  fields: Partial<SchemaTarget> = {},
): SchemaTarget => ({
  ...address,
  shard: "shard0",
  databases: ["shop", "cdc"],
  files: Object.entries(files).map(([name, text]) => schemaFile(`s/${name}`, Buffer.from(text))),
  allow: [],
  ...fields,
});
const apply = async (files: Readonly<Record<string, string | Buffer>>, fields: Partial<SchemaTarget> = {}) => {
  said.length = 0;
  await applySchema(target(files, fields), { isNew: false, say: (text) => said.push(text) });
};
const refusal = async (files: Readonly<Record<string, string | Buffer>>, fields: Partial<SchemaTarget> = {}) =>
  await apply(files, fields).then(
    () => "",
    (error: unknown) => String(error instanceof Error ? error.message : error),
  );
const one = async (sql: string) => Object.values((await root.query<RowDataPacket[]>(sql))[0][0] ?? {})[0] as unknown;
const list = async (sql: string) =>
  (await root.query<RowDataPacket[]>(sql))[0].map((row) => Object.values(row)[0] as unknown);

/** What is on the server, as mysqldump writes it; without the pipeline's own database. */
async function dump(): Promise<string> {
  const databases = (await list("SHOW DATABASES"))
    .map(String)
    .filter((name) => !/^(cdc|mysql|sys|.*_schema)$/.test(name));
  const options = [
    "--routines",
    "--triggers",
    "--events",
    "--skip-dump-date",
    "--set-gtid-purged=OFF",
    "--hex-blob",
    "--databases",
    ...databases,
  ];
  return (await mysql(["mysqldump", "-uroot", ...options], ""))
    .replaceAll(/AUTO_INCREMENT=\d+ /g, "")
    .replaceAll("`root`@`localhost`", "`root`@`%`");
}

/** A program of MySQL's in the container; a database's own client. */
async function mysql(args: readonly string[], input: string | Buffer): Promise<string> {
  const child = spawn("docker", ["exec", "-i", "-e", "MYSQL_PWD", container, ...args], {
    env: { ...process.env, MYSQL_PWD: address.password },
  });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (chunk) => (output += String(chunk)));
  child.stderr.on("data", (chunk) => (errors += String(chunk)));
  child.stdin.end(input);
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(errors);
  return output;
}

describe("files do what they do in the mysql client", () => {
  test.each(Object.entries(awkward))("%s", async (_what, content) => {
    await root.query("CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci");
    await mysql(["mysql", "-uroot", "--default-character-set=utf8mb4"], content);
    const expected = await dump();
    for (const name of await list("SHOW DATABASES"))
      if (!/^(mysql|sys|.*_schema)$/.test(String(name))) await root.query(`DROP DATABASE \`${String(name)}\``);
    await apply({ "1.sql": content });
    expect(await dump()).toBe(expected);
    expect(expected).toMatch(/CREATE TABLE/);
  });

  test("also a dump of mysqldump, with raw bytes in it", async () => {
    await apply({ "1.sql": nasty });
    const before = await dump();
    const options = [
      "--set-gtid-purged=OFF",
      "--databases",
      "shop",
      "--add-drop-database",
      "--routines",
      "--triggers",
      "--events",
    ];
    const text = spawn("docker", ["exec", "-e", "MYSQL_PWD", container, "mysqldump", "-uroot", ...options], {
      env: { ...process.env, MYSQL_PWD: address.password },
    });
    const chunks: Buffer[] = [];
    text.stderr.on("data", (chunk) => console.error(String(chunk)));
    text.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    await once(text, "close");
    const content = Buffer.concat(chunks);
    expect(content.includes(Buffer.from([0xff, 0xfe]))).toBe(true);
    await root.query("DROP DATABASE shop");
    await root.query("DROP DATABASE cdc");
    await apply({ "dump.sql": content });
    expect(await dump()).toBe(before);
  });
});

const made = "CREATE TABLE shop.t (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20));\n";

describe("each statement is run once", () => {
  test("a second time nothing runs, also after comments and spaces changed, and a name", async () => {
    const text = `${made}INSERT INTO shop.t (name) VALUES ('a');`;
    await apply({ "1.sql": text });
    expect(said).toEqual(["s/1.sql: 2 statements applied"]);
    await apply({ "1.sql": text });
    await apply({ "1.sql": `-- x\n${text.replaceAll(" ", "  ")}` });
    await apply({ "01.sql": `-- x\n${text}` });
    expect(said).toEqual([]);
    expect(await list("SELECT name FROM cdc.schema_file")).toEqual(["s/01.sql"]);
    expect(await one("SELECT COUNT(*) FROM shop.t")).toBe(1);
  });

  test("what is added at a file's end runs, in the session that the file has there", async () => {
    await apply({ "1.sql": "USE shop;\nSET @a = 5;\nCREATE TABLE u (id INT PRIMARY KEY);\n" });
    await apply({
      "1.sql": "USE shop;\nSET @a = 5;\nCREATE TABLE u (id INT PRIMARY KEY);\nINSERT INTO u VALUES (@a);\n",
    });
    expect(await list("SELECT id FROM shop.u")).toEqual([5]);
  });

  test("what was applied and then changed is refused where it cannot run again; with the word it runs", async () => {
    await apply({ "1.sql": made });
    const changed = made.replace("name VARCHAR(20)", "name VARCHAR(30)");
    const refused = await refusal({ "1.sql": changed });
    expect(refused).toMatch(
      /CDC-842 shard0 sql\/s\/1\.sql: line 1, `CREATE TABLE shop\.t .*is not what was applied there/,
    );
    const word = /file:s\/1\.sql@[0-9a-f]{12}/.exec(refused)?.[0] ?? "";
    expect(await refusal({ "1.sql": changed }, { allow: [word] })).toMatch(
      /CDC-844 shard0 sql\/s\/1\.sql line 1: statement 1 of 1, `CREATE TABLE shop\.t .*Table 't' already exists \(MySQL error 1050\)/,
    );
    const repeatable =
      "CREATE TABLE IF NOT EXISTS shop.u (id INT PRIMARY KEY);\nDROP PROCEDURE IF EXISTS shop.p;\nCREATE PROCEDURE shop.p() SELECT 1;\n";
    await apply({ "2.sql": repeatable });
    await apply({ "2.sql": repeatable.replace("SELECT 1", "SELECT 2") });
    expect(await one("SELECT ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_NAME = 'p'")).toBe(
      "SELECT 2",
    );
  });

  test("a statement that fails is named by file and line; after the mend it goes on there", async () => {
    const rows = `${made}INSERT INTO shop.t (name) VALUES ('a');\n\nINSERT INTO shop.t (name)\n  VALUES ('b', 'c');\nINSERT INTO shop.t (name) VALUES ('d');`;
    const text = await refusal({ "1.sql": "SELECT 1;", "2.sql": rows });
    expect(text).toMatch(
      /CDC-844 shard0 sql\/s\/2\.sql line 4: statement 3 of 4, `INSERT INTO shop\.t .*Column count doesn't match/,
    );
    expect(await list("SELECT name FROM shop.t")).toEqual(["a"]);
    const [, second] = await lookAtServer(target({ "1.sql": "SELECT 1;", "2.sql": rows }));
    expect(second?.pending).toEqual({ kind: "run", from: 2, why: "unfinished" });
    await apply({ "1.sql": "SELECT 1;", "2.sql": rows.replace("'b', 'c'", "'b'") });
    expect(said).toEqual(["s/2.sql: 2 statements applied"]);
    expect(await list("SELECT name FROM shop.t ORDER BY id")).toEqual(["a", "b", "d"]);
  });

  test("MySQL's line of a syntax error is the file's", async () => {
    expect(await refusal({ "1.sql": "SELECT 1;\n\nCREATE TABLE shop.t (\n  id INT,\n  nonsense\n);" })).toMatch(
      /at line 6 of the file/,
    );
  });

  test("a file goes on with the last id and the variables that it had", async () => {
    const text = (mend: string) =>
      `${made}CREATE TABLE shop.c (id INT PRIMARY KEY, t INT);\nALTER TABLE shop.t AUTO_INCREMENT = 40;\n` +
      `INSERT INTO shop.t (name) VALUES ('재고''s');\nSET @t = LAST_INSERT_ID();\nSELECT name INTO @n FROM shop.t;\n${mend}\n` +
      "INSERT INTO shop.c VALUES (LAST_INSERT_ID(), @t);\nINSERT INTO shop.t (name) VALUES (@n);";
    expect(await refusal({ "1.sql": text("NONSENSE;") })).toMatch(/CDC-844/);
    await apply({ "1.sql": text("DO 0;") });
    expect((await root.query("SELECT * FROM shop.c"))[0]).toEqual([{ id: 40, t: 40 }]);
    expect(await list("SELECT name FROM shop.t ORDER BY id")).toEqual(["재고's", "재고's"]);
  });

  test("a transaction that is broken off begins anew, and one that is left open is an error", async () => {
    const text = (last: string) => `${made}BEGIN;\nINSERT INTO shop.t (name) VALUES ('a');\n${last}`;
    expect(await refusal({ "1.sql": text("NONSENSE;\nCOMMIT;") })).toMatch(/line 4/);
    expect(await one("SELECT COUNT(*) FROM shop.t")).toBe(0);
    expect(await refusal({ "1.sql": text("DO 0;") })).toMatch(/ends in a transaction .*COMMIT/);
    await apply({ "1.sql": text("DO 0;\nCOMMIT;") });
    expect(await list("SELECT name FROM shop.t")).toEqual(["a"]);
  });

  test("without autocommit, in tables without transactions, and under locks it is the same", async () => {
    const text =
      `${made}CREATE TABLE shop.m (id INT PRIMARY KEY) ENGINE = MyISAM;\nINSERT INTO shop.m VALUES (1);\n` +
      "LOCK TABLES shop.t WRITE;\nINSERT INTO shop.t (name) VALUES ('a');\nUNLOCK TABLES;\n" +
      "SET autocommit = 0;\nINSERT INTO shop.t (name) VALUES ('b');\nROLLBACK;\nINSERT INTO shop.t (name) VALUES ('c');\nCOMMIT;\n";
    await apply({ "1.sql": text });
    expect(await list("SELECT name FROM shop.t ORDER BY id")).toEqual(["a", "c"]);
    expect(await list("SELECT id FROM shop.m")).toEqual([1]);
    await apply({ "1.sql": text });
    expect(said).toEqual([]);
  });
});

describe("broken off at any moment", () => {
  /** How many statements the record has. */
  const applied = async () => {
    const counts = await list("SELECT statements FROM cdc.schema_file").catch(() => [0]);
    return Number(counts[0] ?? 0);
  };
  const statements = [
    "CREATE TABLE shop.a (id INT AUTO_INCREMENT PRIMARY KEY, n INT)",
    ...Array.from({ length: 20 }, (_, n) => `INSERT INTO shop.a (n) VALUES (${n})`),
    "ALTER TABLE shop.a ADD COLUMN more INT",
    "CREATE TABLE shop.b LIKE shop.a",
    "RENAME TABLE shop.b TO shop.c",
    ...Array.from({ length: 20 }, (_, n) => `INSERT INTO shop.c (n) SELECT n FROM shop.a WHERE n = ${n}`),
  ];
  const text = `${statements.join(";\n")};\n`;

  test("nothing runs twice, and nothing is left out", async () => {
    await root.query("CREATE DATABASE shop");
    let kills = 0;
    for (let isDone = false; !isDone;) {
      let isOver = false;
      const done = apply({ "1.sql": text })
        .then(
          () => true,
          () => false,
        )
        .finally(() => (isOver = true));
      // Some statements further, its connections are cut on the server, which goes on with the statement that it has.
      const until = (await applied()) + Math.ceil(Math.random() * 8);
      while (!isOver && (await applied()) < until);
      const others = "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'root' AND ID <> CONNECTION_ID()";
      for (const id of await list(others)) await root.query(`KILL ${String(id)}`).catch(() => {});
      isDone = await done;
      if (!isDone) kills += 1;
    }
    await apply({ "1.sql": text });
    expect(kills).toBeGreaterThan(3);
    expect(await list("SELECT n FROM shop.a ORDER BY id")).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(await list("SELECT n FROM shop.c ORDER BY id")).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  test("a statement that the server still runs is waited for, and not run again", async () => {
    const slow = `${made}INSERT INTO shop.t (name) SELECT SLEEP(4);\nINSERT INTO shop.t (name) VALUES ('b');`;
    const script = `
      const { applySchema } = await import(${JSON.stringify(new URL("../../schema/apply.ts", import.meta.url).href)});
      const { schemaFile } = await import(${JSON.stringify(new URL("../../schema/files.ts", import.meta.url).href)});
      const target = JSON.parse(process.env.CDC_TARGET);
      await applySchema({ ...target, files: [schemaFile("s/1.sql", Buffer.from(process.env.CDC_TEXT))] }, { isNew: false, say() {} });`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
      env: { ...process.env, CDC_TARGET: JSON.stringify({ ...target({}), files: [] }), CDC_TEXT: slow },
      stdio: "inherit",
    });
    await expect
      .poll(
        async () => await one("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE 'INSERT%SLEEP(4)%'"),
        // More often than patiently: it is to be ended while the server still runs the statement.
        { timeout: limitMs },
      )
      .toBe(1);
    child.kill("SIGKILL");
    await once(child, "close");
    await apply({ "1.sql": slow });
    expect(await list("SELECT name FROM shop.t ORDER BY id")).toEqual(["0", "b"]);
  });
});

describe("what would delete rows", () => {
  const dumped =
    "DROP DATABASE IF EXISTS shop;\nCREATE DATABASE shop;\nUSE shop;\nCREATE TABLE t (id INT PRIMARY KEY);\nINSERT INTO t VALUES (1);\n";

  test("passes on a server that is empty, and is refused once there are rows, with what would go", async () => {
    await apply({ "1.sql": dumped });
    await root.query("INSERT INTO shop.t VALUES (2), (3)");
    await apply({ "1.sql": `-- only a comment\n${dumped}` });
    const refused = await refusal({ "1.sql": dumped.replace("VALUES (1)", "VALUES (4)") });
    expect(refused).toMatch(/CDC-842 shard0 sql\/s\/1\.sql: line 5, /);
    expect(refused).toMatch(
      /CDC-840 shard0 sql\/s\/1\.sql line 1: `DROP DATABASE IF EXISTS shop` would delete from shop\.t \(3 rows, 0\.02 MiB\)\n\s+what to do: .*add file:s\/1\.sql@[0-9a-f]{12} to cdc:allowDelete/,
    );
    expect(await list("SELECT id FROM shop.t")).toEqual([1, 2, 3]);
    const word = /file:s\/1\.sql@[0-9a-f]{12}/.exec(refused)?.[0] ?? "";
    // A word is for the content that it was asked for.
    expect(await refusal({ "1.sql": dumped.replace("VALUES (1)", "VALUES (5)") }, { allow: [word] })).toMatch(
      /CDC-840/,
    );
    await apply({ "1.sql": dumped.replace("VALUES (1)", "VALUES (4)") }, { allow: [word] });
    expect(await list("SELECT id FROM shop.t")).toEqual([4]);
  });

  test.each([
    ["TRUNCATE shop.`t`", "CDC-840"],
    ["/*!40000 DROP TABLE IF EXISTS shop.x, shop.t */", "CDC-840"],
    ["USE shop;\nDELETE FROM t WHERE id = 9", "CDC-840"],
    ["ALTER TABLE shop.t DROP COLUMN name", "CDC-840"],
    ["RENAME TABLE shop.t TO shop.u", "CDC-840"],
    ["REPLACE INTO shop.t VALUES (1, 'x')", "CDC-840"],
    ["CALL shop.p()", "CDC-841"],
  ])("in a new file: %s", async (statement, code) => {
    await apply({
      "1.sql": `${made}INSERT INTO shop.t (name) VALUES ('a');\nCREATE TABLE shop.empty (id INT PRIMARY KEY);\nDROP TABLE shop.empty;`,
    });
    const file = `SELECT 1;\n${statement};\nINSERT INTO shop.t (name) VALUES ('never');`;
    expect(await refusal({ "2.sql": file })).toMatch(
      new RegExp(`${code} shard0 sql/s/2\\.sql line [23]: .*shop\\.t \\(1 row, `),
    );
    expect(await list("SELECT name FROM shop.t")).toEqual(["a"]);
    const [look] = await lookAtServer(target({ "2.sql": file }));
    expect(look?.problems).toHaveLength(1);
  });
});

test("databases are made and never dropped; the account of a kept volume goes once", async () => {
  await apply({}, { databases: ["shop", "재고-2", "cdc"] });
  await apply({}, { databases: ["cdc"] });
  expect(await list("SHOW DATABASES")).toEqual(expect.arrayContaining(["shop", "재고-2"]));
  await root.query("CREATE USER debezium@'%' IDENTIFIED BY 'old'");
  await apply({});
  expect(await one("SELECT COUNT(*) FROM mysql.user WHERE User = 'debezium'")).toBe(1);
  await applySchema(target({}), { isNew: true, say: () => {} });
  expect(await one("SELECT COUNT(*) FROM mysql.user WHERE User = 'debezium'")).toBe(0);
});
