/** What docs/threat-model.md says is proven has a test that is there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const text = readFileSync(join(root, "docs", "threat-model.md"), "utf8");

/** The rows of the table of attackers: who, and the tests that prove what stops them. */
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("| **"))
  .map((line) => {
    const [who = "", stops = "", , proof = ""] = line.slice(2).split(" | ");
    return { who, stops, proof };
  });

test("the table has every attacker", () => {
  for (const who of ["program", "container", "segment", "page", "colleague", "supply chain"])
    expect(
      rows.some((row) => row.who.includes(who)),
      who,
    ).toBe(true);
});

test("every test that is named exists, and is a test", () => {
  const named = [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThan(8);
  for (const path of named) {
    expect(path).toMatch(/\.(e2e|test)\.ts$/);
    expect(existsSync(join(root, path)), path).toBe(true);
  }
});

test("whatever is stopped has a test", () => {
  for (const { who, stops, proof } of rows) if (stops !== "nothing") expect(proof, who).toMatch(/`test\//);
});
