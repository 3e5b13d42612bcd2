import { describe, expect, test } from "vitest";
import { schemaFile } from "../../schema/files.ts";
import { keyIn, tablesWithoutKey } from "../../schema/table-key.ts";

describe("whether a CREATE TABLE gives its table a key", () => {
  test.each([
    "CREATE TABLE shop.t (id INT PRIMARY KEY)",
    "create table shop.t (id int not null primary key auto_increment, n int)",
    "CREATE TABLE shop.t (id INT KEY)",
    "CREATE TABLE shop.t (id SERIAL, n INT)",
    "CREATE TABLE shop.t (a INT, b INT, PRIMARY KEY (a, b))",
    "CREATE TABLE shop.t (a INT, CONSTRAINT pk PRIMARY KEY USING BTREE (a))",
    "CREATE TABLE shop.t (a INT, CONSTRAINT PRIMARY KEY (a))",
    "CREATE TABLE shop.t (a INT NOT NULL UNIQUE)",
    "CREATE TABLE shop.t (a INT UNIQUE KEY NOT NULL)",
    "CREATE TABLE shop.t (a INT NOT NULL, b INT NOT NULL, UNIQUE (A, `b`))",
    "CREATE TABLE shop.t (a VARCHAR(9) NOT NULL, CONSTRAINT u UNIQUE KEY u (a(3) DESC))",
    "CREATE TABLE shop.t (`a` INT /* PRIMARY */ NOT NULL, KEY (a), UNIQUE INDEX u (a))",
    "CREATE TABLE shop.t (a INT, /*!80023 b INT INVISIBLE, */ c INT, PRIMARY KEY (c)) ENGINE=InnoDB",
    "CREATE TABLE shop.t (\n  id INT, -- PRIMARY KEY (nothing)\n  PRIMARY KEY (id) # end\n)",
  ])("it does: %s", (statement) => {
    expect(keyIn(statement)).toBe("key");
  });

  test.each([
    "CREATE TABLE shop.t (a INT, b TEXT)",
    "CREATE TABLE shop.t (a INT COMMENT 'the PRIMARY KEY (a)', b INT)",
    "CREATE TABLE shop.t (a INT, -- PRIMARY KEY\n b INT)",
    "CREATE TABLE shop.t (`primary key` INT, `unique` INT NOT NULL)",
    "CREATE TABLE shop.t (a INT UNIQUE)",
    "CREATE TABLE shop.t (a INT NULL UNIQUE, b INT NOT NULL)",
    "CREATE TABLE shop.t (a INT NOT NULL, b INT, UNIQUE (a, b))",
    "CREATE TABLE shop.t (a INT NOT NULL, UNIQUE ((a + 1)))",
    "CREATE TABLE shop.t (a INT NOT NULL, KEY k (a), INDEX (a), FULLTEXT KEY f (a))",
    "CREATE TABLE shop.t (a INT NOT NULL, FOREIGN KEY (a) REFERENCES shop.u (id), CHECK (a IS NOT NULL))",
    "CREATE TABLE shop.t (a INT DEFAULT (1), b INT GENERATED ALWAYS AS (a IS NOT NULL) STORED) COMMENT='PRIMARY KEY'",
    "CREATE TABLE shop.t (a INT) PARTITION BY KEY (a) PARTITIONS 2",
  ])("it does not: %s", (statement) => {
    expect(keyIn(statement)).toBe("none");
  });

  test.each([
    "CREATE TABLE shop.t LIKE shop.u",
    "CREATE TABLE shop.t (LIKE shop.u)",
    "CREATE TABLE shop.t AS SELECT 1 AS a",
    "CREATE TABLE shop.t SELECT 1 AS a",
    "CREATE TABLE shop.t (a INT) SELECT 1 AS b",
    "CREATE TABLE shop.t (a INT) AS SELECT 1 AS b",
  ])("the server has to be asked: %s", (statement) => {
    expect(keyIn(statement)).toBe("unclear");
  });
});

describe("the tables of a text that certainly have no key", () => {
  const log = "CREATE TABLE IF NOT EXISTS `shop`.`log` (\n  at INT, -- a comment; with a mark\n  note TEXT\n);";

  test.each([
    ["one without", log, ["shop.log"]],
    ["one beside another", `${log}\nCREATE TABLE shop.t (id INT PRIMARY KEY);`, ["shop.log"]],
    ["a key that comes later", `${log} ALTER TABLE shop.log ADD PRIMARY KEY (at);`, []],
    ["a unique index that comes later", `${log} CREATE UNIQUE INDEX u ON shop.log (at);`, []],
    ["a later change without its database", `${log} USE shop; ALTER TABLE log ADD id INT PRIMARY KEY;`, []],
    ["a change of another table", `${log} ALTER TABLE shop.t ADD PRIMARY KEY (a);`, ["shop.log"]],
    ["keys that the server makes", `SET sql_generate_invisible_primary_key = ON; ${log}`, []],
    ["a text that looks like one", `INSERT INTO shop.t VALUES ('; CREATE TABLE shop.x (a INT);');`, []],
    ["made in two ways", `${log} DROP TABLE shop.log; CREATE TABLE shop.log (id INT PRIMARY KEY);`, []],
  ])("%s", (_what, sql, tables) => {
    expect(tablesWithoutKey([schemaFile("s/1.sql", Buffer.from(sql))])).toEqual(tables);
  });
});
