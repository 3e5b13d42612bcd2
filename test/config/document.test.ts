import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { renderReference } from "../../config/document.ts";
import { catalogue } from "../support/config.ts";

test("docs/configuration.md is what `npm run docs` would write", () => {
  const defaults = Object.fromEntries(Object.entries(catalogue()).map(([key, entry]) => [key, entry.default]));
  const written = readFileSync(join(import.meta.dirname, "..", "..", "docs", "configuration.md"), "utf8");
  expect(written).toBe(renderReference(defaults));
});
