import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const asked =
  "const sdk = require('@pulumi/pulumi'); const files = Object.keys(require.cache);" +
  "console.log(JSON.stringify({ sdk: typeof sdk.Output, files: files.length, unused: files.filter((file) => /typescript\\.js$|sigstore/.test(file)).length }))";

function loaded(...args: string[]): { sdk: string; files: number; unused: number } {
  return JSON.parse(execFileSync(process.execPath, [...args, "-e", asked], { cwd: root, encoding: "utf8" })) as never;
}

test("Pulumi's SDK works without what only sends functions to a cloud, and would load it otherwise", () => {
  const all = loaded();
  const needed = loaded("--require=./lib/without-closures.cjs");
  expect(all.unused).toBeGreaterThan(10);
  expect(needed).toEqual({ sdk: all.sdk, files: expect.any(Number), unused: 0 });
  expect(needed.files).toBeLessThan(all.files / 2);
});

test("program and provider begin with it", () => {
  const { runtime } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as { runtime: { options: object } };
  expect(runtime.options).toMatchObject({ nodeargs: "--require=./lib/without-closures.cjs" });
  expect(readFileSync(join(root, "provider", "pulumi-resource-cdc"), "utf8")).toContain("lib/without-closures.cjs");
});
