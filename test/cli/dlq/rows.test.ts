import { expect, test } from "vitest";
import { keyTexts } from "../../../cli/dlq/rows.ts";

test.each([
  [{ id: 101, warehouse: "seoul:1" }, ["101", "seoul:1"]],
  [{ id: 18446744073709551615n }, ["18446744073709551615"]],
  [{ flags: "b'0101'", on: true }, ["0101", "true"]],
  [{ price: "249000.90", at: "2025-10-19T14:46:20.123456Z" }, ["249000.90", "2025-10-19T14:46:20.123456Z"]],
])("a key %j is text in its own order, as in the document's id", (key, expected) => {
  expect(keyTexts(key)).toEqual(expected);
});
