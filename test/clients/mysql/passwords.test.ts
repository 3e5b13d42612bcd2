import { expect, test } from "vitest";
import { partsOf, passwordStatement, type PasswordStep } from "../../../clients/mysql/passwords.ts";

const alter = "ALTER USER 'debezium'@'%'";

test.each<[PasswordStep, boolean, boolean, string | undefined]>([
  ["accept", false, false, `${alter} IDENTIFIED BY ? RETAIN CURRENT PASSWORD`],
  ["accept", false, true, `${alter} IDENTIFIED BY ? RETAIN CURRENT PASSWORD`],
  ["accept", true, false, undefined],
  // Given again it would become its own second one, and the old one would be refused at once.
  ["accept", true, true, undefined],
  ["retire", true, true, `${alter} DISCARD OLD PASSWORD`],
  ["retire", true, false, undefined],
])("%s, where the new one is taken: %s, and an old one kept: %s", (step, takesNew, keepsOld, statement) => {
  expect(passwordStatement(step, "debezium@%", { takesNew, keepsOld })).toBe(statement);
});

test.each([true, false])("nothing is retired before the new one is taken", (keepsOld) => {
  expect(() => passwordStatement("retire", "debezium@%", { takesNew: false, keepsOld })).toThrow(
    /refused with its new password: the old one is kept/,
  );
});

test("an account's parts are told apart by the last @", () => {
  expect(partsOf("a@b@10.0.0.%")).toEqual({ user: "a@b", host: "10.0.0.%" });
});
