import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mergeConfig } from "../../../config/stack-file.ts";
import { planStack } from "../../../tools/toolchain/stack-plan.ts";

const checkout = new URL("../../../", import.meta.url);
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

test.each([
  ["shards: 4", { shards: 4 }],
  ["cdc:shards: 4", { shards: 4 }],
  ["cdc:config:shards: 4", { shards: 4 }],
  ['shards: "4"', { shards: 4 }],
  ["docker:config:shards: 4", {}],
  ["docker:shards: 4", {}],
  ["a:b:shards: 4", {}],
  ['kafka: "{brokers}"', { kafka: "{brokers}" }],
  ["kafka: '{\"brokers\": 3}'", { kafka: { brokers: 3 } }],
  ['guard: "true"', { guard: true }],
  ["schema: 2025", { schema: "2025" }],
  ["schema:", { schema: "" }],
  ["kafka:", { kafka: "" }],
  ["kafka: { port: 9094 }", { kafka: { port: 9094 } }],
  ["kafka: { properties: { secure: x, other: y } }", { kafka: { properties: { secure: "x", other: "y" } } }],
  ["docker:password: { secure: v1:abc }", {}],
  ["monitoring: { alertsTo: { secure: v1:abc } }", { monitoring: { alertsTo: { secure: "v1:abc" } } }],
])("%s is read as Pulumi reads it", (line, values) => {
  expect(mergeConfig("{}", `config:\n  ${line}\n`)).toEqual(values);
});

test("defaults of Pulumi.yaml are values or definitions, and the stack's own win, however their keys are written", () => {
  const catalogue =
    "config:\n  portOffset: 5\n  shards:\n    default: 3\n  cdc:schema:\n    default: a\n  docker:host:\n    value: x\n";
  expect(mergeConfig(catalogue, "")).toEqual({ portOffset: 5, shards: 3, schema: "a" });
  expect(mergeConfig(catalogue, "config:\n  shards: 4\n  cdc:schema: b\n")).toEqual({
    portOffset: 5,
    shards: 4,
    schema: "b",
  });
});

test.each([
  ["cdc:timeZone: { secure: v1:abc }", "cdc:timeZone in the stack's file is encrypted"],
  ["monitoring: { port: { secure: v1:abc } }", "cdc:monitoring in the stack's file is encrypted"],
  ["kafka: { properties: { a: { secure: v1:abc } } }", "cdc:kafka in the stack's file is encrypted"],
  ["shards: 4\n  cdc:shards: 5", "the stack's file has cdc:shards twice, as shards and as cdc:shards"],
])("%s cannot be read", (lines, message) => {
  expect(() => mergeConfig("{}", `config:\n  ${lines}\n`)).toThrow(message);
});

test("a file that is no YAML is named, with the place", async () => {
  writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  cdc:tables: [a\n  cdc:schema: x\n");
  await expect(planStack(folder, "dev")).rejects.toMatchObject({
    message: expect.stringMatching(/^Pulumi\.dev\.yaml is no YAML: .*line 3/) as string,
    remedy: expect.stringContaining("Pulumi.dev.yaml") as string,
  });
});

test("keys without a namespace make the same plan", async () => {
  const before = await planStack(folder, "dev");
  edit(/^ {2}cdc:/gm, "  ");
  const { plan } = await planStack(folder, "dev");
  expect(plan.shards).toHaveLength(3);
  expect(plan).toEqual(before.plan);
});
