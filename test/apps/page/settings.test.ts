import { expect, test } from "vitest";
import { readSettings } from "../../../apps/page/settings.ts";

const settings = {
  port: 8090,
  engineUrl: "http://opensearch:9200",
  hosts: ["localhost"],
  indices: [{ alias: "products-products", table: "products.products" }],
};

test("what the plan wrote is what is read", () => {
  expect(readSettings({ CDC_PAGE_SETTINGS: JSON.stringify(settings) })).toEqual(settings);
});

const lacks = "CDC_PAGE_SETTINGS lacks one of port, engineUrl, hosts, indices (of alias and table)";

test.each([
  [undefined, "CDC_PAGE_SETTINGS is not set"],
  ["{", "CDC_PAGE_SETTINGS is not JSON"],
  ["null", lacks],
  [JSON.stringify({ ...settings, port: "8090" }), lacks],
  [JSON.stringify({ ...settings, engineUrl: undefined }), lacks],
  [JSON.stringify({ ...settings, hosts: undefined }), lacks],
  [JSON.stringify({ ...settings, indices: [] }), lacks],
  [JSON.stringify({ ...settings, indices: [{ alias: "a" }] }), lacks],
])("%s", (text, message) => {
  expect(() => readSettings({ CDC_PAGE_SETTINGS: text })).toThrow(message);
});
