/** What the program makes of a configuration with secrets, as Pulumi hands it over: decrypted, and marked as a whole. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, test } from "vitest";
import { loadAlertsTo, loadConfig, loadPasswords } from "../../config/load.ts";
import { readInput } from "../../config/input.ts";
import { secretsInClear } from "../../config/stack-file.ts";
import { ProblemError } from "../../lib/problem.ts";
import { selfSigned } from "../support/certificate.ts";
import { rawWith } from "../support/config.ts";

/** Whose brokers are shown no certificate. */
const without = readInput(rawWith({}), "cdc-test").config;
const mysql = { host: "db1.example.com", user: "capture" };
const shard = (name: string, password: unknown) => ({
  name,
  mysql: { ...mysql, host: `${name}.example.com`, password },
});

async function given(shards: unknown[], secretKeys: string[] = []): Promise<void> {
  await pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "cdc", "load-test");
  const values = Object.entries(rawWith({ shards })).map(([key, value]) => [
    `cdc:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(values) as Record<string, string>, secretKeys);
}

beforeEach(() => {
  pulumi.runtime.setAllConfig({});
});

test("passwords are kept apart from the configuration, which has none", async () => {
  await given([shard("a", "s3cret"), { name: "ours", port: 3308 }, shard("b", "0ther")], ["cdc:shards"]);
  expect(loadPasswords(without)).toEqual(
    new Map([
      ["mysql a", "s3cret"],
      ["mysql b", "0ther"],
    ]),
  );
  const text = JSON.stringify(loadConfig({}));
  expect(text).not.toContain("s3cret");
  expect(text).not.toContain("0ther");
});

test("the administrator's password who makes an account is kept apart too", async () => {
  const createAccount = { user: "admin", password: "4dm1n" };
  const { name, mysql: server } = shard("a", "s3cret");
  await given([{ name, mysql: { ...server, createAccount } }], ["cdc:shards"]);
  expect(loadPasswords(without)).toEqual(
    new Map([
      ["mysql a", "s3cret"],
      ["mysql admin a", "4dm1n"],
    ]),
  );
  expect(JSON.stringify(loadConfig({}))).not.toContain("4dm1n");
});

test("what is no secret is refused, and is nobody's password", async () => {
  await given([shard("a", "s3cret")]);
  expect(loadPasswords(without)).toEqual(new Map());
  let message = "";
  try {
    loadConfig({});
  } catch (error) {
    expect(error).toBeInstanceOf(ProblemError);
    message = String(error);
  }
  expect(message).toContain("CDC-112 cdc:shards[0].mysql.password");
  expect(message).not.toContain("s3cret");
});

test("the key to a certificate for brokers is kept apart, and comes with the certificate; one in clear is refused", async () => {
  const pair = selfSigned(["cdc"]);
  const folder = await mkdtemp(join(tmpdir(), "cdc-load-"));
  const certFile = join(folder, "user.crt");
  await writeFile(certFile, pair.cert);
  const existing = { bootstrapServers: ["b1.example.com:9094"], tls: { certFile, key: pair.key } };
  try {
    await told({ existing }, ["cdc:kafka"], "kafka");
    const { config } = loadConfig({});
    expect(JSON.stringify(config)).not.toContain("PRIVATE KEY");
    expect([...loadPasswords(config)]).toEqual([["kafka keystore", `${pair.key}${pair.cert}`]]);
    await told({ existing: { ...existing, tls: { certFile, key: selfSigned(["cdc"]).key } } }, ["cdc:kafka"], "kafka");
    expect(() => loadPasswords(loadConfig({}).config)).toThrow(
      /CDC-114 cdc:kafka\.existing\.tls\.key: it is not the key/,
    );
    await told({ existing }, [], "kafka");
    expect(() => loadConfig({})).toThrow(/CDC-112 cdc:kafka\.existing\.tls\.key: found a secret/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("without existing servers there are none", async () => {
  await given([{ name: "ours", port: 3308 }], ["cdc:shards"]);
  expect(loadPasswords(without)).toEqual(new Map());
  expect(loadConfig({}).config.shards).toHaveLength(1);
});

/** With a field as Pulumi hands it over. */
async function told(value: object, secretKeys: string[] = [], name = "monitoring"): Promise<void> {
  await pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "cdc", "load-test");
  const values = Object.entries(rawWith({ [name]: value })).map(([key, value]) => [
    `cdc:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(values) as Record<string, string>, secretKeys);
}

const monitored = { enabled: true, prometheus: { enabled: true }, alertsTo: "https://example.com/tok3n" };

test("who is told of alerts is kept apart, and nobody where nobody is named", async () => {
  await told(monitored, ["cdc:monitoring"]);
  expect(loadAlertsTo()).toEqual({ webhook_configs: [{ url: monitored.alertsTo, send_resolved: true }] });
  const input = loadConfig({});
  expect(input.config.monitoring.alertsTo).toBeDefined();
  expect(JSON.stringify(input)).not.toContain("tok3n");
  await told({ enabled: true }, ["cdc:monitoring"]);
  expect(loadAlertsTo()).toBeUndefined();
});

test("who is told of alerts in clear is refused, and is nobody", async () => {
  await told(monitored);
  expect(loadAlertsTo()).toBeUndefined();
  expect(() => loadConfig({})).toThrow(
    /CDC-112 cdc:monitoring\.alertsTo: found a secret; allowed is a secret: \{secure/,
  );
  expect(() => loadConfig({})).not.toThrow(/tok3n/);
});

test("one in clear beside one that is encrypted is found in the stack's file", () => {
  const file = `config:
  cdc:shards:
    - name: a
      mysql: { host: h, user: u, password: { secure: "v1:x" } }
    - name: b
      mysql: { host: h2, user: u, password: s3cret }
    - name: c
      port: 3308
`;
  expect(secretsInClear(file, "shards")).toEqual(new Set(["mysql b"]));
  expect(secretsInClear("{}", "shards")).toEqual(new Set());
});
