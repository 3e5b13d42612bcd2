import { expect, test } from "vitest";
import { unmatched } from "../../flow/captured-tables.ts";

const tables = ["products.products", "products.stock", "cdc.probe"];

test.each([
  ["literal names, as the plan writes them", "products\\.products,cdc\\.probe", []],
  ["a name that is not there", "products\\.products,products\\.nope", ["products.nope"]],
  ["a pattern for several", "products\\..*", []],
  ["a part of a name is no name", "products\\.stoc", ["products.stoc"]],
  ["MySQL's names know no case here", "Products\\.STOCK", []],
  ["spaces around commas", "products\\.stock , products\\.gone", ["products.gone"]],
  ["an empty list", "", []],
  ["what only Java understands", "(?i)products\\.x", []],
])("%s", (_what, include, missing) => {
  expect(unmatched(include, tables)).toEqual(missing);
});
