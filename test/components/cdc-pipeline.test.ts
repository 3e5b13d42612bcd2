import { beforeEach, describe, expect, test } from "vitest";
import { CdcPipeline } from "../../components/cdc-pipeline.ts";
import { planFrom } from "../../config/plan-from.ts";
import { stackConfig } from "../support/config.ts";
import { inClear, register, reveal, type Registered } from "../support/mocks.ts";

const images = { mysql: "mysql:test", kafka: "kafka:test" };

async function registered(fields: Record<string, unknown> = {}, preview = false): Promise<Registered[]> {
  const plan = planFrom({ ...stackConfig("dev"), ...fields }, "cdc-test");
  return await register((options) => void new CdcPipeline("pipeline", { plan, images }, options), preview);
}

let resources: Registered[];
const ofType = (type: string) => resources.filter((resource) => resource.type === type);
const named = (name: string): Registered => {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`no resource ${name} among ${resources.map((r) => r.name).join(", ")}`);
  return found;
};

beforeEach(async () => {
  resources = await registered();
});

describe("the resource graph of the dev stack", () => {
  test("has one of everything per shard, and one broker and worker", () => {
    const count = (type: string) => ofType(type).length;
    expect({
      containers: count("docker:index/container:Container"),
      volumes: count("docker:index/volume:Volume"),
      networks: count("docker:index/network:Network"),
      users: count("mysql:index/user:User"),
      databases: count("mysql:index/database:Database"),
      grants: count("mysql:index/grant:Grant"),
      topics: count("kafka:index/topic:Topic"),
      connectors: count("cdc:index:Connector"),
      ready: count("cdc:index:ContainerReady"),
    }).toEqual({
      containers: 5,
      volumes: 5,
      networks: 1,
      users: 3,
      databases: 6,
      grants: 6,
      topics: 3 + 3 * 7,
      connectors: 3,
      ready: 5,
    });
  });

  test("registers the same resources in a preview, when nothing is known yet", async () => {
    const preview = await registered({}, true);
    expect(preview.map(({ type, name }) => `${type} ${name}`)).toEqual(
      resources.map(({ type, name }) => `${type} ${name}`),
    );
  });

  test("labels everything on the engine with the stack", () => {
    for (const type of ["container:Container", "volume:Volume", "network:Network"]) {
      for (const resource of ofType(`docker:index/${type}`))
        expect(resource.inputs["labels"]).toContainEqual({ label: "cdc.stack", value: "cdc-test" });
    }
  });

  test("publishes ports on loopback only", () => {
    for (const { inputs } of ofType("docker:index/container:Container")) {
      for (const port of inputs["ports"] as { ip: string }[]) expect(port.ip).toBe("127.0.0.1");
    }
  });

  test("checks a shard's health by a login over TCP", () => {
    const { tests } = named("shard0-container").inputs["healthcheck"] as { tests: string[] };
    expect(tests[1]).toMatch(/mysql -uroot -h127\.0\.0\.1 .*SELECT 1/);
  });

  test("gives stateful containers time to stop", () => {
    for (const { inputs } of ofType("docker:index/container:Container"))
      expect(inputs).toMatchObject({ stopTimeout: 30, destroyGraceSeconds: 30, restart: "unless-stopped" });
  });

  test("mounts the plugins read-only under the worker's plugin.path", () => {
    expect(named("connect-container").inputs["volumes"]).toEqual([
      { volumeName: "cdc-test-debezium-3.6.1.Final", containerPath: "/opt/cdc/plugins", readOnly: true },
    ]);
  });

  test("grants the CDC account what Debezium needs, and writing only in the pipeline's own database", () => {
    const grants = ofType("mysql:index/grant:Grant").filter(({ name }) => name.startsWith("shard0"));
    expect(grants.map(({ inputs }) => [inputs["database"], inputs["privileges"], inputs["host"]])).toEqual([
      ["cdc", ["DELETE", "INSERT", "UPDATE"], "%"],
      ["*", ["RELOAD", "REPLICATION CLIENT", "REPLICATION SLAVE", "SELECT", "SHOW DATABASES"], "%"],
    ]);
  });

  test("applies the pipeline's tables before the users' schema", () => {
    const sql = String(named("shard0-tables").inputs["stdin"]);
    expect(sql.indexOf("cdc.probe")).toBeGreaterThan(0);
    expect(sql.indexOf("cdc.probe")).toBeLessThan(sql.indexOf("CREATE TABLE IF NOT EXISTS products.products"));
    expect(sql.indexOf("products.products (")).toBeLessThan(sql.indexOf("INSERT IGNORE INTO products.products"));
  });

  test("applies nothing but its own tables when there is no schema", async () => {
    resources = await registered({ schema: "" });
    expect(String(named("shard0-tables").inputs["stdin"])).not.toMatch(/products\./);
  });
});

describe("secrets", () => {
  const passwords = ["password-of-mysql-root-password", "password-of-cdc-password"];

  test("stand nowhere in clear in any resource's inputs", () => {
    for (const { name, inputs } of resources) {
      for (const password of passwords) expect(`${name}: ${inClear(inputs)}`).not.toContain(password);
    }
  });

  test("are marked as such where they are made", () => {
    const made = ofType("cdc:index:RandomPassword");
    expect(made).toHaveLength(2);
    for (const { options } of made) expect(options.additionalSecretOutputs).toContain("result");
  });

  test("reach root, the CDC account and the worker", () => {
    expect(JSON.stringify(reveal(named("shard0-container").inputs["uploads"]))).toContain(passwords[0]);
    expect(reveal(named("shard0-cdc-user").inputs["plaintextPassword"])).toBe(passwords[1]);
    expect(JSON.stringify(reveal(named("connect-container").inputs["uploads"]))).toContain(
      `debezium.password=${passwords[1]}`,
    );
  });

  test("of root are not in the worker, and none is in a container's environment or command", () => {
    expect(JSON.stringify(named("connect-container").inputs)).not.toContain(passwords[0]);
    for (const { inputs } of ofType("docker:index/container:Container")) {
      const shown = JSON.stringify([inputs["envs"], inputs["command"], inputs["healthcheck"], inputs["labels"]]);
      for (const password of passwords) expect(shown).not.toContain(password);
    }
  });
});

describe("order and tear-down", () => {
  const dependencies = (name: string): string[] =>
    ([named(name).options.dependsOn].flat() as { __name?: string }[]).map((resource) => resource.__name ?? "?");

  test("a connector waits for the worker, its shard's tables and grants, and its topics", () => {
    expect(dependencies("shard1-connector")).toEqual([
      "connect-ready",
      "shard1-tables",
      "shard1-cdc-grant-global",
      "shard1-cdc-grant-cdc",
      "topic-schemahistory.shard1",
      "topic-shard1",
      "topic-__debezium-heartbeat.shard1",
      "topic-shard1.cdc.heartbeat",
      "topic-shard1.cdc.probe",
      "topic-shard1.products.products",
      "topic-shard1.products.stock",
    ]);
  });

  test("the worker waits for the plugin and its own topics", () => {
    expect(dependencies("connect-container")).toEqual([
      "connect-debezium",
      "topic-connect-configs",
      "topic-connect-offsets",
      "topic-connect-status",
    ]);
  });

  test("the flow is checked last", () => {
    expect(dependencies("shard2-flow")).toEqual(["shard2-connector"]);
  });

  test("what lives inside a container goes with it, so that destroy needs no living server", () => {
    const inside = resources.filter(({ type }) =>
      /^(mysql|kafka):index\/|^cdc:index:(Connector|ContainerReady)$/.test(type),
    );
    expect(inside.length).toBeGreaterThan(40);
    for (const { name, options } of inside)
      expect(`${name} ${(options.deletedWith as { __name?: string } | undefined)?.__name}`).toMatch(
        / (shard\d|kafka|connect)-container$/,
      );
  });
});

describe("changes stay local", () => {
  test("a fourth shard adds its own resources and leaves every other one's inputs as they were", async () => {
    const shards = [...(stackConfig("dev")["shards"] as unknown[]), { name: "shard3", port: 3311 }];
    const more = await registered({ shards });
    const key = ({ type, name, inputs }: Registered) => JSON.stringify({ type, name, inputs });
    const after = new Set(more.map(key));
    expect(resources.map(key).filter((resource) => !after.has(resource))).toEqual([]);
    const before = new Set(resources.map(key));
    const added = more.filter((resource) => !before.has(key(resource)));
    expect(added).toHaveLength(more.length - resources.length);
    for (const { name } of added) expect(name).toMatch(/^(shard3|topic-(.*\.)?shard3)/);
  });
});
