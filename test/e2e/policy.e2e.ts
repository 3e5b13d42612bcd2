/** The policy pack in previews of a stack of its own: silent as it is, and each kind of policy stops a violation. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Checkout, namesOwnedBy, type Result } from "./support/checkout.ts";
import { failed, succeeded } from "./support/results.ts";

const checkout = new Checkout("e2e-policy");
const withPack = ["preview", "--policy-pack", "policy"];

/** Resources that nobody should write, added to a program. */
const planted = `
import * as docker from "@pulumi/docker";
import * as command from "@pulumi/command";
new docker.RemoteImage("planted-image", { name: "mysql:latest", keepLocally: true });
new docker.Container("planted-container", {
  name: "cdc-e2e-policy-planted",
  image: "mysql:9.7",
  command: ["mysqld"],
  envs: ["MYSQL_ROOT_PASSWORD=planted-in-clear"],
  ports: [{ internal: 3306, external: 33999 }],
});
new command.local.Command("planted-command", { create: "true", environment: { API_TOKEN: "planted-in-clear" } });
`;

/** The pipeline's generated passwords and nothing else, under their own URNs. */
const passwordsOnly = `
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "./provider/resources.ts";
const parent = new pulumi.ComponentResource("cdc:index:CdcPipeline", "pipeline");
for (const name of ["mysql-root-password", "cdc-password"]) new RandomPassword(name, { length: 24 }, { parent });
`;

beforeAll(async () => {
  await checkout.create({ portOffset: 6_000, shards: [{ name: "shard0", port: 3308 }] });
  // Brings toolchain, environment and stack.
  succeeded(await checkout.make("preview"));
});

afterAll(async () => {
  await checkout.remove();
});

test("the pipeline passes, with little known yet", async () => {
  const output = succeeded(await checkout.pulumi(...withPack));
  expect(output).toMatch(/Policies:\s+. cdc-pipeline@v0\.1\.0/);
  expect(violations(output)).toEqual([]);
  // Said when a policy gives up at a value that is not known yet.
  expect(output).not.toMatch(/can't run policy/);
});

test("it passes as well when its passwords are known, as after an `up`", async () => {
  const up = await withProgram(
    () => passwordsOnly,
    async () => await checkout.pulumi("up", "--yes", "--skip-preview"),
  );
  succeeded(up);
  const output = succeeded(await checkout.pulumi(...withPack));
  expect(violations(output)).toEqual([]);
  expect(output).not.toContain(await checkout.password("cdc-password"));
});

test("configuration that allows another address only stops every published port, by name", async () => {
  const config = join(checkout.folder, ".cdc", "policy-config.json");
  await writeFile(config, JSON.stringify({ "loopback-only": { allowedAddresses: ["192.0.2.1"] } }));
  const result = await checkout.pulumi(...withPack, "--policy-pack-config", config);
  expectRefused(result);
  expect(violations(result.output)).toEqual([
    "mandatory loopback-only connect-container",
    "mandatory loopback-only kafka-container",
    "mandatory loopback-only shard0-container",
  ]);
  expect(result.output).toContain('shard0-container: ports[0].ip is "127.0.0.1" (port 9308); allowed is 192.0.2.1.');
});

test("planted resources are stopped by the policies they break, and by no other; secrets are not repeated", async () => {
  const result = await withProgram(
    (original) => original + planted,
    async () => await checkout.pulumi(...withPack),
  );
  expectRefused(result);
  expect(violations(result.output)).toEqual([
    "advisory graceful-stop planted-container",
    "mandatory kept-volumes planted-container",
    "mandatory least-rights planted-container",
    "mandatory least-rights planted-container",
    "mandatory limited-memory planted-container",
    "mandatory limited-processes planted-container",
    "mandatory loopback-only planted-container",
    "mandatory no-clear-secrets planted-command",
    "mandatory no-clear-secrets planted-container",
    "mandatory one-connector-per-shard planted-container",
    "mandatory pinned-images planted-image",
  ]);
  expect(result.output).not.toContain("planted-in-clear");
});

test("nothing of all this has made anything on the engine", async () => {
  expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
});

/** Does something while the checkout's program is another one. */
async function withProgram(change: (original: string) => string, run: () => Promise<Result>): Promise<Result> {
  const program = join(checkout.folder, "index.ts");
  const original = await readFile(program, "utf8");
  await writeFile(program, change(original));
  try {
    return await run();
  } finally {
    await writeFile(program, original);
  }
}

/** `LEVEL POLICY RESOURCE` of each violation, in order. */
function violations(output: string): string[] {
  const lines = output.matchAll(/^\s*- \[(mandatory|advisory)\]\s+(\S+)\s+\(\S+: ([^)\s]+)\)/gm);
  return [...lines].map(([, level, policy, resource]) => `${level} ${policy} ${resource}`).toSorted();
}

function expectRefused(result: Result): void {
  expect(failed(result)).not.toMatch(/^\s+at .*\(.*:\d+:\d+\)/m);
}
