import { expect, test } from "vitest";
import {
  describePrivileges,
  grantStatements,
  lackingPrivileges,
  outdatedPrivileges,
  revokeStatements,
} from "../../../clients/mysql/grants.ts";

const wanted = new Map([
  ["*", ["RELOAD", "SELECT"]],
  ["cdc", ["INSERT"]],
]);

test.each<[string, string[], string[]]>([
  ["nothing is given", ["GRANT USAGE ON *.* TO `d`@`%`"], ["RELOAD, SELECT ON *.*", "INSERT ON `cdc`.*"]],
  ["there is no account", [], ["RELOAD, SELECT ON *.*", "INSERT ON `cdc`.*"]],
  ["one was revoked", ["GRANT SELECT ON *.* TO `d`@`%`", "GRANT INSERT ON `cdc`.* TO `d`@`%`"], ["RELOAD ON *.*"]],
  [
    "another database has it",
    ["GRANT RELOAD, SELECT ON *.* TO `d`@`%`", "GRANT INSERT ON `a`.* TO `d`@`%`"],
    ["INSERT ON `cdc`.*"],
  ],
  ["all is given on all", ["GRANT ALL PRIVILEGES ON *.* TO `d`@`%`"], []],
  ["more than that is given", ["GRANT RELOAD, SELECT, INSERT, SUPER ON *.* TO `d`@`%`"], []],
])("what is lacking when %s", (_, lines, lacking) => {
  expect(describePrivileges(lackingPrivileges(lines, wanted))).toEqual(lacking);
});

test("is given by a statement for each scope, names quoted", () => {
  const privileges = new Map([
    ["*", ["RELOAD", "SELECT"]],
    ["a`b", ["INSERT"]],
  ]);
  expect(grantStatements(privileges, "debezium@%")).toEqual([
    "GRANT RELOAD, SELECT ON *.* TO 'debezium'@'%'",
    "GRANT INSERT ON `a``b`.* TO 'debezium'@'%'",
  ]);
});

test("a name of a database stands for no other one", () => {
  expect(grantStatements(new Map([["shop_1%", ["SELECT"]]]), "d@%")).toEqual([
    String.raw`GRANT SELECT ON ${"`"}shop\_1\%${"`"}.* TO 'd'@'%'`,
  ]);
});

test.each<[string, string[], string[]]>([
  ["it is there still", ["GRANT SELECT, RELOAD ON *.* TO `d`@`%`"], ["REVOKE SELECT ON *.* FROM 'd'@'%'"]],
  ["somebody took it already", ["GRANT RELOAD ON *.* TO `d`@`%`"], []],
  [
    "a database is captured no longer",
    [String.raw`GRANT SELECT, DELETE ON ${"`"}my\_shop${"`"}.* TO d`],
    [String.raw`REVOKE SELECT ON ${"`"}my\_shop${"`"}.* FROM 'd'@'%'`],
  ],
  ["it is another's gift", ["GRANT SELECT ON `hr`.* TO d"], []],
])("what was given before and is wanted no longer is taken when %s", (_, lines, statements) => {
  const before = new Map([
    ["*", ["RELOAD", "SELECT"]],
    ["my_shop", ["SELECT"]],
  ]);
  const outdated = outdatedPrivileges(lines, before, new Map([["*", ["RELOAD"]]]));
  expect(revokeStatements(outdated, "d@%")).toEqual(statements);
});
