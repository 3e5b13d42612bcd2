import { beforeEach, describe, expect, test } from "vitest";
import { CdcPipeline } from "../../components/cdc-pipeline.ts";
import { labels } from "../../components/docker.ts";
import { ownerLabels } from "../../plan/owner.ts";
import { codeOf, guardEntry, monitoredGuardEntry } from "../../provider/scripts/container-code.ts";
import { codeHash, filterPlugin, sourcesOf } from "../../provider/scripts/plugin-code.ts";
import { stackConfig, planFrom } from "../support/config.ts";
import { ownerOf } from "../support/fake-world.ts";
import { keyOf, inClear, register, reveal, type Registered } from "../support/mocks.ts";

const images = {
  mysql: "mysql:test",
  kafka: "kafka:test",
  node: "node:test",
  opensearch: "opensearch:test",
  prometheus: "prometheus:test",
  alertmanager: "alertmanager:test",
};

/** The dev stack without its read side, which read-side.test.ts has. */
async function registered(fields: Record<string, unknown> = {}, preview = false): Promise<Registered[]> {
  const plan = planFrom({ ...stackConfig("dev"), readSide: { enabled: false }, ...fields }, "cdc-test");
  return await register(
    (options) => void new CdcPipeline("pipeline", { owner: ownerOf(plan.stack), plan, images }, options),
    preview,
  );
}

const shards = stackConfig("dev")["shards"] as unknown[];

const filterVolume = `cdc-test-connect-filter-${codeHash(sourcesOf(filterPlugin))}`;

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

describe("the resource graph of the write side", () => {
  test("has one of everything per shard, and one broker, worker and guard", () => {
    const count = (type: string) => ofType(type).length;
    expect({
      containers: count("docker:index/container:Container"),
      volumes: count("docker:index/volume:Volume"),
      dataVolumes: count("cdc:index:DataVolume"),
      networks: count("cdc:index:Network"),
      users: count("mysql:index/user:User"),
      schemas: count("cdc:index:Schema"),
      grants: count("cdc:index:Grants"),
      topics: count("kafka:index/topic:Topic"),
      prepared: count("cdc:index:PreparedImage"),
      flows: count("cdc:index:Flow"),
      connectors: count("cdc:index:Connector"),
      ready: count("cdc:index:ContainerReady"),
    }).toEqual({
      containers: 6,
      volumes: 4,
      dataVolumes: 3,
      networks: 2,
      users: 3,
      schemas: 3,
      grants: 3,
      topics: 3 * 9,
      prepared: 3,
      flows: 3,
      connectors: 3,
      ready: 6,
    });
  });

  test("registers the same resources in a preview, when nothing is known yet", async () => {
    const preview = await registered({}, true);
    expect(preview.map(({ type, name }) => `${type} ${name}`)).toEqual(
      resources.map(({ type, name }) => `${type} ${name}`),
    );
  });

  test("labels everything on the engine with whose it is", () => {
    const owner = ownerOf("cdc-test");
    for (const network of ofType("cdc:index:Network")) expect(network.inputs).toMatchObject({ ...owner });
    for (const type of ["container:Container", "volume:Volume"]) {
      for (const resource of ofType(`docker:index/${type}`))
        expect(resource.inputs["labels"]).toEqual(expect.arrayContaining(labels(ownerLabels(owner))));
    }
  });

  test("makes no volume before the network, and none anew for the sake of a label", () => {
    for (const { options } of ofType("docker:index/volume:Volume")) {
      expect(options.ignoreChanges).toEqual(["labels"]);
      const before = [options.dependsOn].flat() as { __name?: string }[];
      expect(before.map((one) => one.__name)).toContain("network");
    }
  });

  test("labels a shard's volume with whose it is and with the shard", () => {
    const { inputs, options } = named("shard1-data");
    expect(inputs).toEqual({
      name: "cdc-test-mysql-shard1-data",
      labels: { ...ownerLabels(ownerOf("cdc-test")), "cdc.shard": "shard1", "cdc.mysql.version": "9.7" },
      keepData: false,
    });
    expect(options.aliases).toBeUndefined();
  });

  test("knows a renamed shard's resources and data by its former name", async () => {
    const [first, ...others] = shards as { name: string }[];
    const renamed = [{ ...first, name: "tokyo", formerName: "shard0" }, ...others];
    // These name the shard in what they say.
    const known = (all: Registered[]) =>
      all
        .filter(({ name }) => !["shard0-flow", "shard0-read"].includes(name))
        .map(({ type, name, inputs }) => ({ type, name, inputs }));
    expect(known(await registered({ shards: renamed }))).toEqual(known(resources));
  });

  test("publishes ports on loopback only", () => {
    for (const { inputs } of ofType("docker:index/container:Container")) {
      for (const port of inputs["ports"] as { ip: string }[]) expect(port.ip).toBe("127.0.0.1");
    }
  });

  test("checks a shard's health by a login over TCP", () => {
    const { tests } = named("shard0-container").inputs["healthcheck"] as { tests: string[] };
    expect(tests[1]).toMatch(/mysql --defaults-extra-file=\/dev\/stdin -uroot -h127\.0\.0\.1 .*SELECT 1/);
    // In the environment of no process either.
    expect(tests[1]).not.toContain("MYSQL_PWD");
  });

  test("runs prepared images, and gives root a password before the server listens: the data directory has none", () => {
    expect(ofType("cdc:index:PreparedImage").map(({ inputs }) => [inputs["kind"], inputs["image"]])).toEqual([
      ["broker", "kafka:test"],
      ["worker", "kafka:test"],
      ["mysql", "mysql:test"],
    ]);
    const { image, command, uploads } = named("shard0-container").inputs;
    expect(image).toBe("sha256:mysql-of-mysql:test");
    expect(command).toContain("--init-file=/run/secrets/mysql-root.sql");
    const [, statements] = reveal(uploads) as { file: string; content: string }[];
    expect(statements?.file).toBe("/run/secrets/mysql-root.sql");
    for (const [host, tls] of [
      ["localhost", "NONE"],
      ["%", "SSL"],
    ] as const)
      expect(statements?.content).toContain(
        `ALTER USER root@'${host}' IDENTIFIED BY 'password-of-mysql-root-password' REQUIRE ${tls} ACCOUNT UNLOCK;`,
      );
  });

  test("gives stateful containers time to stop", () => {
    for (const { name, inputs } of ofType("docker:index/container:Container")) {
      const seconds = name === "guard-container" ? 10 : 30;
      expect(inputs).toMatchObject({ stopTimeout: seconds, destroyGraceSeconds: seconds, restart: "unless-stopped" });
    }
  });

  test("mounts the plugins read-only in the worker's plugin.path", () => {
    expect(named("connect-container").inputs["volumes"]).toEqual([
      {
        volumeName: "cdc-test-debezium-mysql-3.6.1.Final",
        containerPath: "/opt/cdc/plugins/3.6.1.Final",
        readOnly: true,
      },
      { volumeName: filterVolume, containerPath: "/opt/cdc/plugins/connect-filter", readOnly: true },
    ]);
  });

  test("brings the filter of the REST API into a volume that is named by its sources", () => {
    expect(named("connect-plugins-filter").inputs["name"]).toBe(filterVolume);
    expect(named("connect-filter").inputs["environment"]).toEqual({
      CDC_FILTER_VOLUME: filterVolume,
      CDC_FILTER_IMAGE: "sha256:kafka:test",
    });
  });

  test("mounts no filter where the worker cannot load it", async () => {
    resources = await registered({ shards, images: "official", kafka: { version: "3.9.1" } });
    expect(ofType("docker:index/volume:Volume").map(({ name }) => name)).not.toContain("connect-plugins-filter");
    expect(ofType("command:local:Command").map(({ name }) => name)).not.toContain("connect-filter");
  });

  test("brings and mounts a volume for each version of the plugin that a shard has", async () => {
    resources = await registered({ shards: [...shards, { name: "old", port: 3311, debeziumVersion: "3.5.0.Final" }] });
    const mounts = named("connect-container").inputs["volumes"] as { volumeName: string; containerPath: string }[];
    expect(mounts.map(({ volumeName, containerPath }) => `${volumeName} ${containerPath}`)).toEqual([
      "cdc-test-debezium-mysql-3.5.0.Final /opt/cdc/plugins/3.5.0.Final",
      "cdc-test-debezium-mysql-3.6.1.Final /opt/cdc/plugins/3.6.1.Final",
      `${filterVolume} /opt/cdc/plugins/connect-filter`,
    ]);
    const brought = ofType("command:local:Command").filter(({ name }) => name.startsWith("connect-debezium-"));
    expect(brought.map(({ inputs }) => inputs["environment"])).toEqual([
      expect.objectContaining({ CDC_DEBEZIUM_VERSION: "3.5.0.Final", CDC_PLUGIN_VOLUME: mounts[0]?.volumeName }),
      expect.objectContaining({ CDC_DEBEZIUM_VERSION: "3.6.1.Final", CDC_PLUGIN_VOLUME: mounts[1]?.volumeName }),
    ]);
  });

  test("grants the CDC account what Debezium needs, and writing only in the pipeline's own database", () => {
    expect(named("shard0-cdc-grants").inputs).toMatchObject({
      account: "debezium@%",
      privileges: {
        "*": ["FLUSH_TABLES", "REPLICATION CLIENT", "REPLICATION SLAVE", "SHOW VIEW"],
        products: ["SELECT"],
        cdc: ["DELETE", "INSERT", "SELECT", "UPDATE"],
      },
    });
  });

  test("makes the databases, and applies the pipeline's own files and those of the schema, named by their content", () => {
    const { inputs, options } = named("shard0-schema");
    expect(inputs).toMatchObject({ shard: "shard0", port: 3308, databases: ["products", "cdc"], allow: [] });
    expect(inputs["files"]).toEqual({
      "cdc/10-tables.sql": expect.stringMatching(/^[0-9a-f]{12}$/),
      "products/10-tables.sql": expect.stringMatching(/^[0-9a-f]{12}$/),
      "products/20-rows.sql": expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    const waited = (dependsOn: unknown) => [dependsOn].flat().map((one) => (one as { __name?: string }).__name);
    expect(waited(options.dependsOn)).toEqual(["shard0-ready"]);
    // It drops the account of a volume that was kept, before that is made.
    expect(waited(named("shard0-cdc-user").options.dependsOn)).toEqual(["shard0-schema"]);
    expect(ofType("mysql:index/database:Database")).toEqual([]);
  });

  test("applies nothing but its own tables when there is no schema", async () => {
    resources = await registered({ schema: "" });
    expect(Object.keys(named("shard0-schema").inputs["files"] as object)).toEqual(["cdc/10-tables.sql"]);
  });

  test("hands on the words that are about files, and no others", async () => {
    const word = "file:products/20-rows.sql@0123456789ab";
    resources = await registered({ allowDelete: ["topic:shard0.products.stock", word] });
    expect(named("shard0-schema").inputs["allow"]).toEqual([word]);
  });
});

describe("the guard", () => {
  test("is reached by nobody, and runs its code, mounted read-only, as no root", () => {
    expect(named("guard-ready").inputs).toMatchObject({ memoryLimitMiB: 256 });
    expect(named("guard-container").inputs).toMatchObject({
      name: "cdc-test-guard",
      image: "sha256:node:test",
      user: "1000:1000",
      ports: [],
      command: ["node", "/opt/cdc/guard/apps/guard/main.ts"],
      volumes: [{ volumeName: named("guard-code").inputs["name"], containerPath: "/opt/cdc/guard", readOnly: true }],
      restart: "unless-stopped",
    });
  });

  test("is told where worker and broker are inside the network, and no secret", () => {
    const [settings] = named("guard-container").inputs["envs"] as string[];
    expect(JSON.parse(String(settings).replace("CDC_GUARD_SETTINGS=", ""))).toMatchObject({
      connectUrls: ["http://connect:8083"],
      bootstrap: "kafka:29092",
    });
  });

  test("has its code in a volume that is named by the code", () => {
    expect(named("guard-code").inputs["name"]).toBe(`cdc-test-guard-${codeOf(guardEntry).hash}`);
    expect(named("guard-bring").inputs["environment"]).toEqual({
      CDC_CODE_ENTRY: "apps/guard/main.ts",
      CDC_CODE_VOLUME: named("guard-code").inputs["name"],
      CDC_CODE_IMAGE: "sha256:node:test",
    });
  });

  test("publishes a port on loopback and runs another program where it serves metrics; nothing else is another", async () => {
    const [before, container] = [resources, named("guard-container").inputs];
    resources = await registered({ monitoring: { enabled: true } });
    expect(named("guard-container").inputs).toMatchObject({
      ports: [{ internal: 9108, external: 9108, ip: "127.0.0.1" }],
      command: ["node", "--max-old-space-size=64", "--max-semi-space-size=4", "/opt/cdc/guard/apps/guard/monitored.ts"],
      healthcheck: container["healthcheck"],
    });
    expect(named("guard-code").inputs["name"]).toBe(`cdc-test-guard-${codeOf(monitoredGuardEntry).hash}`);
    expect(resources.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
    const others = (all: Registered[]) => all.filter(({ name }) => !name.startsWith("guard-")).map(keyOf);
    expect(others(resources)).toEqual(others(before));
  });

  test("leaves nothing behind when it is switched off, and changes nothing else", async () => {
    const without = await registered({ guard: { enabled: false } });
    const kept = new Set(without.map(keyOf));
    const gone = resources.filter((resource) => !kept.has(keyOf(resource))).map(({ name }) => name);
    expect(gone.toSorted()).toEqual([
      "guard",
      "guard-bring",
      "guard-code",
      "guard-container",
      "guard-ready",
      "node-image",
    ]);
    expect(without).toHaveLength(resources.length - gone.length);
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

  test("are the keys of certificates, which only their servers get", () => {
    const keys = ["key-of-authority", ...["shard0", "shard1", "shard2"].map((shard) => `key-of-${shard}-certificate`)];
    for (const { type, options } of resources)
      if (/:Certificate(Authority)?$/.test(type)) expect(options.additionalSecretOutputs).toContain("privateKey");
    for (const { name, type, inputs } of resources) {
      for (const key of keys) expect(`${name}: ${inClear(inputs)}`).not.toContain(key);
      const held = keys.filter((key) => JSON.stringify(inputs).includes(key));
      const own = type === "cdc:index:Certificate" ? ["key-of-authority"] : [];
      expect(held, name).toEqual(
        type === "docker:index/container:Container" && name.startsWith("shard")
          ? [`key-of-${name.replace("-container", "")}-certificate`]
          : own,
      );
    }
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
      "shard1-schema",
      "shard1-cdc-grants",
      "shard1-cdc-password",
      "topic-schemahistory.shard1",
      "topic-shard1",
      "topic-__debezium-heartbeat.shard1",
      "topic-shard1.cdc.heartbeat",
      "topic-shard1.cdc.probe",
      "topic-shard1.cdc.signal",
      "topic-shard1.cdc.notifications",
      "topic-shard1.products.products",
      "topic-shard1.products.stock",
    ]);
  });

  test("the worker waits for the plugins, but for no broker to be ready: both start at the same time", () => {
    expect(dependencies("connect-container")).toEqual([
      "connect-debezium-3.6.1.Final",
      "connect-filter",
      "kafka-container",
    ]);
  });

  test("the worker's image is prepared once the plugin is there, from which it takes classes", () => {
    expect(dependencies("connect-prepared")).toEqual(["connect-debezium-3.6.1.Final"]);
  });

  test("the guard waits for its code and the worker, and nothing waits for the guard", () => {
    expect(dependencies("guard-container")).toEqual(["guard-bring", "connect-ready"]);
    for (const { name, options } of resources.filter((resource) => !resource.name.startsWith("guard-"))) {
      const waited = ([options.dependsOn ?? []].flat() as { __name?: string }[]).map((one) => one.__name ?? "?");
      expect(`${name} ${waited.join(" ")}`).not.toContain(" guard-");
    }
  });

  test("the flow is checked last", () => {
    expect(dependencies("shard2-flow")).toEqual(["shard2-connector"]);
  });

  test("what lives inside a container goes with it, so that destroy needs no living server", () => {
    const inside = resources.filter(({ type }) =>
      /^(mysql|kafka):index\/|^cdc:index:(Connector|ContainerReady|Flow|Schema)$/.test(type),
    );
    expect(inside.length).toBeGreaterThan(40);
    for (const { name, options } of inside)
      expect(`${name} ${(options.deletedWith as { __name?: string } | undefined)?.__name}`).toMatch(
        / (shard\d|kafka|connect|guard)-container$/,
      );
  });
});

describe("changes stay local", () => {
  test("a fourth shard adds its own resources and leaves every other one's inputs as they were", async () => {
    const more = await registered({ shards: [...shards, { name: "shard3", port: 3311 }] });
    const after = new Set(more.map(keyOf));
    expect(resources.map(keyOf).filter((resource) => !after.has(resource))).toEqual([]);
    const before = new Set(resources.map(keyOf));
    const added = more.filter((resource) => !before.has(keyOf(resource)));
    expect(added).toHaveLength(more.length - resources.length);
    for (const { name } of added) expect(name).toMatch(/^(shard3|topic-(.*\.)?shard3)/);
  });
});

describe("with cdc:security: tls", () => {
  const password = "password-of-connect-password";
  const fields = { security: "tls", connect: { workers: 2 }, monitoring: { enabled: true } };

  beforeEach(async () => {
    resources = await registered(fields);
  });

  test("each worker and the guard get a certificate of their own, by all their names", () => {
    const names = ["connect", "connect-2", "guard"].map((one) => named(`${one}-certificate`).inputs["names"]);
    expect(names).toEqual(
      ["connect", "connect-2", "guard"].map((one) => [one, `cdc-test-${one}`, "localhost", "127.0.0.1", "::1"]),
    );
  });

  test("whoever asks a worker is given the login, and the login is nowhere in clear", () => {
    for (const { name, inputs } of resources) expect(`${name}: ${inClear(inputs)}`).not.toContain(password);
    const asking = [...ofType("cdc:index:Connector"), ...ofType("cdc:index:Flow"), ...ofType("cdc:index:TablesRead")];
    expect(asking).toHaveLength(9);
    for (const { inputs } of asking) expect(reveal(inputs["connectAccess"])).toMatchObject({ password });
    for (const container of ["connect-container", "connect-2-container", "guard-container"])
      expect(JSON.stringify(reveal(named(container).inputs["uploads"]))).toContain(`connect.password=${password}`);
  });

  test("a worker has the files of its REST API, which no connector may name; the health check has no password", () => {
    const { uploads, healthcheck } = named("connect-container").inputs;
    const files = (reveal(uploads) as { file: string }[]).map(({ file }) => file);
    const rest = files.filter((file) => file.startsWith("/opt/cdc/rest/"));
    expect(rest.map((file) => file.replace("/opt/cdc/rest/", "")).toSorted()).toEqual([
      "authority.jks",
      "authority.pem",
      "jaas.conf",
      "key.jks",
      "logins.properties",
    ]);
    expect(JSON.stringify(healthcheck)).toContain("/dev/tcp/localhost/8084");
    expect(JSON.stringify(healthcheck)).not.toContain(password);
  });

  test("plain, no resource knows of it", async () => {
    const plain = await registered();
    expect(JSON.stringify(plain.map(({ name, inputs }) => [name, inputs]))).not.toMatch(
      /connect-password|connectAccess|connect-certificate|\/opt\/cdc\/rest/,
    );
  });
});
