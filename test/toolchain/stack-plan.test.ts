import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mergeConfig, planStack } from "../../toolchain/stack-plan.ts";

const checkout = new URL("../../", import.meta.url);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-plan-"));
  for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) cpSync(new URL(file, checkout), join(folder, file));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const edit = (from: string | RegExp, to: string) => {
  const file = join(folder, "Pulumi.dev.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(from, to));
};

test("the stack's own values win over the catalogue's defaults; quoted numbers are numbers; other projects' keys are left out", () => {
  const catalogue = "config:\n  portOffset:\n    default: 0\n  shards:\n    default: 3\n";
  const own = 'config:\n  cdc:portOffset: "1000"\n  cdc:shcema: x\n  docker:host: x\n';
  // A key that nobody knows stays in: it is to be refused, as the program would.
  expect(mergeConfig(catalogue, own)).toEqual({ portOffset: 1000, shards: 3, shcema: "x" });
  expect(mergeConfig(catalogue, "")).toEqual({ portOffset: 0, shards: 3 });
});

test("a configuration that cannot be used is told with the file to mend", async () => {
  edit("port: 3309", "port: 3308");
  await expect(planStack(folder, "dev")).rejects.toMatchObject({
    message: expect.stringContaining("3308") as string,
    remedy: expect.stringContaining("Pulumi.dev.yaml") as string,
  });
});

test("a stack without a file is told how to get one", async () => {
  await expect(planStack(folder, "other")).rejects.toMatchObject({ message: "there is no Pulumi.other.yaml" });
});
