import { expect, test } from "vitest";
import { readSettings } from "../../../apps/search-page/settings.ts";

const settings = {
  port: 8090,
  engineUrl: "http://opensearch:9200",
  hosts: ["localhost"],
  indices: [{ alias: "products-products", table: "products.products" }],
};

test.each([settings, { ...settings, engineUrl: { url: "https://search:9200", tls: { ca: "PEM" } } }])(
  "what the plan wrote is what is read",
  (written) => {
    expect(readSettings({ CDC_PAGE_SETTINGS: JSON.stringify(written) })).toEqual(written);
  },
);

test("a container that was not made by up says so", () => {
  expect(() => readSettings({})).toThrow("CDC_PAGE_SETTINGS is not set");
});
