import { expect, test } from "vitest";
import { keyTexts } from "../../../cli/dlq/rows.ts";
import type { Row } from "../../../clients/debezium/events/json.ts";

test.each<[string, Row, string[]]>([
  ["composite key", { id: 101, warehouse: "seoul:1" }, ["101", "seoul:1"]],
  ["number beyond 2^53", { id: 18446744073709551615n }, ["18446744073709551615"]],
  ["key of bits", { flags: "b'0101'", on: true }, ["0101", "1"]],
  [
    "decimal and a time",
    { price: "249000.90", at: "2025-10-19T14:46:20.123456Z" },
    ["249000.90", "2025-10-19T14:46:20.123456Z"],
  ],
])("a %s is text in the key's own order, as in the document's id", (_, key, expected) => {
  expect(keyTexts(key)).toEqual(expected);
});
