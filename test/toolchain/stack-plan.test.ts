import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mergeConfig, planStack, plannedPorts } from "../../toolchain/stack-plan.ts";

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

test("the stack's own values win over the catalogue's defaults; quoted numbers are numbers; strangers are left out", () => {
  const catalogue = "config:\n  kafkaPort:\n    default: 9092\n  connectPort:\n    default: 8083\n";
  const own = 'config:\n  cdc:kafkaPort: "9192"\n  cdc:stranger: 1\n  docker:host: x\n';
  expect(mergeConfig(catalogue, own)).toEqual({ kafkaPort: 9192, connectPort: 8083 });
  expect(mergeConfig(catalogue, "")).toEqual({ kafkaPort: 9092, connectPort: 8083 });
});

test("every published port is named with what it is for, offset included", async () => {
  const { plan } = await planStack(folder, "dev");
  expect(plannedPorts(plan)).toEqual([
    { port: 3308, what: "MySQL of shard0" },
    { port: 3309, what: "MySQL of shard1" },
    { port: 3310, what: "MySQL of shard2" },
    { port: 9092, what: "Kafka broker" },
    { port: 8083, what: "Kafka Connect" },
  ]);
  edit(/^config:/m, 'config:\n  cdc:portOffset: "1000"');
  expect(plannedPorts((await planStack(folder, "dev")).plan).map(({ port }) => port)).toEqual([
    4308, 4309, 4310, 10092, 9083,
  ]);
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
