/** The rules over whole resource graphs: silent at the shipped stacks, and each speaks up when it should. */
import { beforeAll, describe, expect, test } from "vitest";
import { publishedAddresses } from "../../policy/rules/addresses.ts";
import { oneConnectorPerShard } from "../../policy/rules/connectors.ts";
import { pinnedImages } from "../../policy/rules/images.ts";
import { leastRights } from "../../policy/rules/least-rights.ts";
import { limitedMemory, limitedProcesses } from "../../policy/rules/limits.ts";
import { fields, types, type Resource, type StackRule, type Violation } from "../../policy/rules/resource.ts";
import { clearSecrets } from "../../policy/rules/secrets.ts";
import { sameTimeZone } from "../../policy/rules/time-zone.ts";
import { orderedTopics } from "../../policy/rules/topics.ts";
import { uniqueIds } from "../../policy/rules/unique.ts";
import { gracefulStop, keptVolumes } from "../../policy/rules/volumes.ts";
import { planted, stackGraph } from "./graph.ts";

const each =
  (rule: (resource: Resource) => Violation[]): StackRule =>
  (resources) =>
    resources.flatMap((resource) => rule(resource));

const rules: Record<string, StackRule> = {
  "pinned-images": each(pinnedImages),
  "loopback-only": each((resource) => publishedAddresses(resource)),
  "one-connector-per-shard": oneConnectorPerShard,
  "unique-ids": uniqueIds,
  "least-rights": each(leastRights),
  "limited-memory": limitedMemory,
  "limited-processes": limitedProcesses,
  "kept-volumes": each(keptVolumes),
  "graceful-stop": each(gracefulStop),
  "same-time-zone": sameTimeZone,
  "ordered-topics": orderedTopics,
};

let graph: Resource[];
let marked: Resource[];
beforeAll(async () => {
  graph = await stackGraph("dev");
  marked = await stackGraph("dev", "marked");
});

/** `RULE RESOURCE PROPERTY` of everything that any rule finds. */
function found(resources: readonly Resource[]): string[] {
  return Object.entries(rules).flatMap(([name, rule]) =>
    rule(resources).map(({ resource, property }) => `${name} ${resource.name} ${property}`),
  );
}

const monitoring = { enabled: true, prometheus: { enabled: true }, alertsTo: { secure: "v1:x" } };

describe.each([
  ["dev", {}],
  ["orders", {}],
  ["merged", {}],
  ["dev", { monitoring }],
])("the stack %s with %j", (stack, more) => {
  test("breaks no rule", async () => {
    expect(found(await stackGraph(stack, "uncovered", false, more))).toEqual([]);
    expect((await stackGraph(stack, "marked", false, more)).flatMap(clearSecrets)).toEqual([]);
  });

  test("breaks no rule in its first preview, when little is known", async () => {
    expect(found(await stackGraph(stack, "uncovered", true, more))).toEqual([]);
    expect((await stackGraph(stack, "marked", true, more)).flatMap(clearSecrets)).toEqual([]);
  });
});

test("the generated passwords are hidden from the rule by their marks alone", () => {
  const uncovered = graph.flatMap(clearSecrets).map(({ resource, property }) => `${resource.name} ${property}`);
  expect(uncovered).toEqual(expect.arrayContaining(["shard0-cdc-user plaintextPassword", "shard0-flow password"]));
});

describe("planted in the dev stack", () => {
  const inputsOf = (name: string, type: string) =>
    graph.find((resource) => resource.name === name && resource.type === type)?.inputs ?? {};
  const container = (name: string, inputs: object) => planted(graph, `${name}-container`, types.container, inputs);
  const connector = (config: object) => {
    const known = fields(inputsOf("shard1-connector", types.connector)["config"]);
    return planted(graph, "shard1-connector", types.connector, { config: { ...known, ...config } });
  };

  test.each<[string, () => Resource[], string[]]>([
    [
      "latest",
      () => planted(graph, "mysql-image", types.remoteImage, { name: "mysql:latest" }),
      ["pinned-images mysql-image name"],
    ],
    [
      "a capability",
      () => container("kafka", { capabilities: { drops: ["ALL"], adds: ["NET_ADMIN"] } }),
      ["least-rights kafka-container capabilities.adds"],
    ],
    [
      "a container that nobody limits",
      () => graph.filter(({ name }) => name !== "kafka-ready"),
      ["limited-memory kafka-container memoryLimitMiB", "limited-processes kafka-container pidsLimit"],
    ],
    [
      "a container without an end",
      () => planted(graph, "guard-ready", types.containerReady, { pidsLimit: -1 }),
      ["limited-processes guard-container pidsLimit"],
    ],
    [
      "a container that may take all memory",
      () => planted(graph, "guard-ready", types.containerReady, { memoryLimitMiB: 0 }),
      ["limited-memory guard-container memoryLimitMiB"],
    ],
    [
      "an image prepared from the latest",
      () => planted(graph, "broker-prepared", types.preparedImage, { image: "apache/kafka:latest" }),
      ["pinned-images broker-prepared image"],
    ],
    [
      "a broker on every address",
      () => container("kafka", { ports: [{ internal: 9092, external: 9092, ip: "0.0.0.0" }] }),
      ["loopback-only kafka-container ports[0].ip"],
    ],
    [
      "a connector removed",
      () => graph.filter(({ name }) => name !== "shard1-connector"),
      ["one-connector-per-shard shard1-container connector"],
    ],
    [
      "a connector at another's server",
      () => connector({ "database.hostname": "mysql-3308" }),
      [
        "one-connector-per-shard shard1-connector config.database.hostname",
        "one-connector-per-shard shard1-container connector",
      ],
    ],
    [
      "another's server id",
      () => connector({ "database.server.id": "5001" }),
      ["unique-ids shard1-connector config.database.server.id"],
    ],
    [
      "a server's own id",
      () => connector({ "database.server.id": "3310" }),
      ["unique-ids shard1-connector config.database.server.id"],
    ],
    [
      "another's prefix",
      () => connector({ "topic.prefix": "shard0" }),
      ["unique-ids shard1-connector config.topic.prefix"],
    ],
    [
      "another's history topic",
      () => connector({ "schema.history.internal.kafka.topic": "schemahistory.shard0" }),
      ["unique-ids shard1-connector config.schema.history.internal.kafka.topic"],
    ],
    [
      "a server without its volume",
      () => container("shard2", { volumes: [] }),
      ["kept-volumes shard2-container /var/lib/mysql"],
    ],
    [
      "a broker without its volume",
      () => container("kafka", { volumes: [] }),
      ["kept-volumes kafka-container /var/lib/kafka/data"],
    ],
    [
      "an engine without its volume",
      () => container("opensearch", { volumes: [] }),
      ["kept-volumes opensearch-container /usr/share/opensearch/data"],
    ],
    [
      "a broker killed at once",
      () => container("kafka", { destroyGraceSeconds: 1 }),
      ["graceful-stop kafka-container destroyGraceSeconds"],
    ],
    [
      "another zone",
      () => connector({ "database.connectionTimeZone": "UTC" }),
      ["same-time-zone shard1-connector config.database.connectionTimeZone"],
    ],
    [
      "a history in partitions",
      () => planted(graph, "topic-schemahistory.shard1", types.topic, { partitions: 2 }),
      ["ordered-topics topic-schemahistory.shard1 partitions"],
    ],
  ])("%s is found, and nothing else", (_title, plant, expected) => {
    const unordered = found(plant());
    expect(unordered.toSorted()).toEqual(expected.toSorted());
  });

  test.each<[string, string, string, object, string]>([
    [
      "a connector's password",
      "shard1-connector",
      types.connector,
      { config: { "database.password": "clear" } },
      "config.database.password",
    ],
    [
      "root's password",
      "shard1-container",
      types.container,
      { envs: ["MYSQL_ROOT_PASSWORD=clear"] },
      "envs.MYSQL_ROOT_PASSWORD",
    ],
    [
      "the CDC account's password",
      "shard1-cdc-user",
      "mysql:index/user:User",
      { plaintextPassword: "clear" },
      "plaintextPassword",
    ],
    ["the flow check's password", "shard1-flow", "cdc:index:Flow", { password: "clear" }, "password"],
  ])("%s in clear is found, and nothing else", (_title, name, type, inputs, property) => {
    const violations = planted(marked, name, type, inputs).flatMap(clearSecrets);
    expect(violations.map((violation) => [violation.resource.name, violation.property])).toEqual([[name, property]]);
  });
});
