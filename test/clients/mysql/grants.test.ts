import { expect, test } from "vitest";
import { describePrivileges, grantStatements, lackingPrivileges } from "../../../clients/mysql/grants.ts";

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
