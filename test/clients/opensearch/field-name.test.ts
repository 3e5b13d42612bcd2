import fc from "fast-check";
import { expect, test } from "vitest";
import { fieldName } from "../../../clients/opensearch/field-name.ts";

// The same table as in RemovalsTest.java.
test.each([
  ["price", "price"],
  ["price.net", "price%2Enet"],
  ["_id", "%5Fid"],
  ["_created", "_created"],
  ["_id.x", "_id%2Ex"],
  ["rate%", "rate%"],
  ["price%2Enet", "price%252Enet"],
  ["%5Fid", "%255Fid"],
  ["가격.원", "가격%2E원"],
  ["%25", "%2525"],
])("the column %s is the field %s", (column, field) => {
  expect(fieldName(column)).toBe(field);
});

test("no two columns are one field, and none has a dot", () => {
  const part = fc.constantFrom("_id", "_", ".", "%", "2E", "5F", "25", "id", "a");
  const column = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(column, column, (one, other) => {
      expect(fieldName(one)).not.toContain(".");
      expect(fieldName(one) === fieldName(other)).toBe(one === other);
    }),
  );
});
