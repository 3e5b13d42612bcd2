/** The resource graph with servers that somebody else runs: nothing on them, and no secret in clear. */
import { beforeEach, describe, expect, test } from "vitest";
import { CdcPipeline } from "../../components/cdc-pipeline.ts";
import { rawWith, planFrom } from "../support/config.ts";
import { ownerOf } from "../support/fake-world.ts";
import { inClear, keyOf, register, reveal, type Registered } from "../support/mocks.ts";
import { mysqlAdminPassword, mysqlPassword } from "../../lib/passwords.ts";

const images = {
  mysql: "mysql:test",
  kafka: "kafka:test",
  node: "node:test",
  opensearch: "opensearch:test",
  prometheus: "prometheus:test",
  alertmanager: "alertmanager:test",
};
const mysql = { host: "db1.example.com", user: "capture", password: { secure: "v1:x" } };
const ours = { name: "ours", port: 3308 };
const theirs = { name: "theirs", mysql: { ...mysql, tls: { caFile: "test/support/authority.pem" } } };
const password = "pa ss=w\\örd";
const adminPassword = "4dm1n pass";

async function registered(shards: unknown[], preview = false, readSide = true): Promise<Registered[]> {
  const plan = planFrom(rawWith({ shards, readSide: { enabled: readSide } }), "cdc-test");
  const passwords = new Map([
    [mysqlPassword("theirs"), password],
    [mysqlAdminPassword("theirs"), adminPassword],
  ]);
  return await register(
    (options) => void new CdcPipeline("pipeline", { owner: ownerOf(plan.stack), plan, images, passwords }, options),
    preview,
  );
}

let resources: Registered[];
const named = (type: string, name: string): Registered => {
  const found = resources.find((resource) => resource.name === name && resource.type.endsWith(type));
  if (found === undefined) throw new Error(`no ${type} ${name} among ${resources.map((r) => r.name).join(", ")}`);
  return found;
};

beforeEach(async () => {
  resources = await registered([ours, theirs]);
});

test("it has topics, a connector and the proofs of it, and nothing that is made on a server", () => {
  const own = resources.filter(({ name }) => name.startsWith("theirs"));
  expect(own.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`).toSorted()).toMatchSnapshot();
});

describe("with a server of ours beside it", () => {
  test("that one's resources are the same as without it", async () => {
    const alone = await registered([ours]);
    const ofOurs = (all: Registered[]) => all.filter(({ name }) => name.startsWith("ours") && !name.endsWith("-read"));
    expect(ofOurs(resources).map(keyOf)).toEqual(ofOurs(alone).map(keyOf));
  });

  test("workers and guard get its password, escaped as Java reads it, and its authority; everybody else none", () => {
    const holders = resources.filter(({ inputs }) => JSON.stringify(inputs).includes("shard.theirs.password="));
    expect(holders.map(({ name }) => name).toSorted()).toEqual(["connect-container", "guard-container"]);
    for (const { inputs } of holders) {
      const uploads = reveal(inputs["uploads"]) as { file: string; content?: unknown }[];
      const secrets = uploads.find(({ file }) => file === "/run/secrets/connectors.properties");
      const lines = String(reveal(secrets?.content)).split("\n");
      expect(lines).toContain(String.raw`shard.theirs.password=pa\ ss=w\\\u00f6rd`);
      expect(lines.some((line) => line.startsWith("shard.theirs.authority="))).toBe(true);
    }
    const worker = reveal(named("Container", "connect-container").inputs["uploads"]) as { file: string }[];
    expect(worker.map(({ file }) => file)).toContain("/run/secrets/shard.theirs-authority.jks");
  });

  test("the proofs log in as its account, and the indices as each shard's", () => {
    for (const [type, name] of [
      ["Flow", "theirs-flow"],
      ["TablesRead", "theirs-read"],
      ["Flow", "theirs-indexed"],
    ] as const) {
      const { inputs } = named(type, name);
      expect(inputs["user"]).toBe("capture");
      expect(inputs["ca"]).toBeUndefined();
      expect(reveal(inputs["password"])).toBe(password);
    }
    expect(reveal(named("Connector", "theirs-connector").inputs["source"])).toMatchObject({
      host: "db1.example.com",
      port: 3306,
      user: "capture",
    });
    const logins = reveal(named("Indices", "read-side-indices").inputs["logins"]) as Record<string, unknown>;
    expect(Object.keys(logins)).toEqual(["theirs"]);
  });

  test.each([false, true])("no secret stands in clear (preview: %s)", async (preview) => {
    const all = await registered([ours, theirs], preview);
    const clear = inClear(all.map(({ inputs }) => inputs));
    expect(clear).not.toContain(password);
    expect(clear).not.toContain("pa ss");
    expect(clear).not.toContain(String.raw`pa\\ ss`);
  });

  test("a preview registers the same", async () => {
    const preview = await registered([ours, theirs], true);
    expect(preview.map(({ type, name }) => `${type} ${name}`)).toEqual(
      resources.map(({ type, name }) => `${type} ${name}`),
    );
  });
});

test("without a server of ours there is none on the engine, and no account on one", async () => {
  resources = await registered([theirs], false, false);
  const types = resources.map(({ type }) => type.split(":").at(-1));
  for (const type of ["DataVolume", "User", "Schema", "Grants", "AcceptedPassword", "RetiredPassword", "Certificate"])
    expect(types).not.toContain(type);
  const containers = resources.filter(({ type }) => type.endsWith(":Container")).map(({ name }) => name);
  expect(containers.toSorted()).toEqual(["connect-container", "guard-container", "kafka-container"]);
});

describe("an account that is made", () => {
  const createAccount = { user: "admin", password: { secure: "v1:x" } };
  const made = async (fields: object = {}) =>
    await registered([{ ...theirs, mysql: { ...theirs.mysql, createAccount, ...fields } }]);

  test("is the only resource more, and comes before the connector", async () => {
    const without = (await registered([theirs])).map(({ name }) => name);
    resources = await made();
    const further = resources.filter(({ name }) => !without.includes(name));
    expect(further.map(({ name, type }) => [name, type])).toEqual([["theirs-cdc-account", "cdc:index:CreatedAccount"]]);
    const [account] = further;
    expect(reveal(account?.inputs["password"])).toBe(adminPassword);
    expect(reveal(account?.inputs["accountPassword"])).toBe(password);
    expect(account?.inputs).toMatchObject({
      stack: "cdc-test",
      admin: "admin",
      user: "capture",
      server: { host: "db1.example.com", port: 3306 },
    });
    const { privileges } = named("CreatedAccount", "theirs-cdc-account").inputs as { privileges: object };
    expect(Object.keys(privileges).toSorted()).toEqual(["*", "cdc", "products"]);
  });

  test("writes nothing on a server that is only read", async () => {
    resources = await made({ readOnly: true });
    const { privileges } = named("CreatedAccount", "theirs-cdc-account").inputs as { privileges: object };
    expect(Object.keys(privileges).toSorted()).toEqual(["*", "products"]);
  });

  test("shows neither password, and nobody else gets the administrator's", async () => {
    resources = await made();
    const clear = inClear(resources.map(({ inputs }) => inputs));
    for (const one of [JSON.stringify(password).slice(1, -1), adminPassword]) expect(clear).not.toContain(one);
    const holders = resources.filter(({ inputs }) => JSON.stringify(inputs).includes(adminPassword));
    expect(holders.map(({ name }) => name)).toEqual(["theirs-cdc-account"]);
  });
});
