import { expect, test } from "vitest";
import { readSettings } from "../../../apps/search-page/settings.ts";

const settings = {
  port: 8090,
  engineUrl: "http://opensearch:9200",
  indices: [{ alias: "products-products", table: "products.products" }],
};

test("what the plan wrote is what is read", () => {
  expect(readSettings({ CDC_PAGE_SETTINGS: JSON.stringify(settings) })).toEqual(settings);
});

test("a container that was not made by up says so", () => {
  expect(() => readSettings({})).toThrow("CDC_PAGE_SETTINGS is not set");
});
