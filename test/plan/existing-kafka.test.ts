/** Brokers that somebody else runs: what is planned for them, and what is not. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { neededAcls, aclArguments } from "../../plan/acls.ts";
import { clientProperties } from "../../plan/existing-kafka.ts";
import { heldOf } from "../../plan/held.ts";
import { plannedContainers } from "../../plan/networks.ts";
import { engineNames, heldVolumes, plannedPorts } from "../../plan/owner.ts";
import { wantedOf } from "../../preflight/wanted.ts";
import { existingKafka } from "../config/refusals/write.ts";
import { planWith } from "../support/config.ts";
import { images } from "../support/fake-world.ts";

const ca = readFileSync(new URL("../support/authority.pem", import.meta.url), "utf8");
const withKafka = (fields: object = {}, more: object = {}) =>
  planWith({ kafka: { existing: { ...existingKafka, ...fields } }, ...more });
const theirs = withKafka();

test("the plan has no secret, and one address for everybody", () => {
  const endpoint = {
    bootstrap: "b1.example.com:9096,b2.example.com:9096",
    tls: {},
    sasl: { mechanism: "SCRAM-SHA-512", user: "cdc" },
  };
  expect(theirs.kafka.endpoints).toEqual({ inNetwork: endpoint, fromHost: endpoint });
  expect(JSON.stringify(theirs)).not.toContain("v1:x");
});

test("no broker, port, volume or memory of the stack's own is left", () => {
  const names = (plan: typeof theirs) => plannedContainers(plan).map(({ container }) => container);
  const ours = planWith({});
  expect(names(ours).filter((name) => !names(theirs).includes(name))).toEqual(["cdc-test-kafka"]);
  expect(names(theirs).filter((name) => !names(ours).includes(name))).toEqual([]);
  expect(JSON.stringify([engineNames(theirs), heldVolumes(theirs), plannedPorts(theirs)])).not.toMatch(/kafka|9092/);
  expect(wantedOf(theirs, images).services.map(({ what }) => what)).not.toContain("Kafka broker");
  expect(heldOf(theirs)).toMatchObject({ brokers: [], existing: { takeTopics: false } });
  expect(heldOf(ours)).not.toHaveProperty("existing");
});

test("replicas are three unless the topics say otherwise, and the workers' topics have the stack's name", () => {
  expect(theirs.connect.topics.map(({ name, replicationFactor }) => [name, replicationFactor])).toEqual([
    ["cdc-test-connect-configs", 3],
    ["cdc-test-connect-offsets", 3],
    ["cdc-test-connect-status", 3],
  ]);
  expect(withKafka({}, { topics: { replicationFactor: 2 } }).connect.topics[0]?.replicationFactor).toBe(2);
});

describe("Kafka's clients in Java", () => {
  const login = "${file:/run/secrets/connectors.properties:kafka.jaas}";
  const endpoint = { bootstrap: "b:1" };
  test.each([
    ["plain, for everybody", endpoint, {}],
    ["TLS", { ...endpoint, tls: {} }, { "security.protocol": "SSL" }],
    [
      "TLS of an authority",
      { ...endpoint, tls: { ca } },
      {
        "security.protocol": "SSL",
        "ssl.truststore.location": "/run/secrets/kafka-authority.pem",
        "ssl.truststore.type": "PEM",
      },
    ],
    [
      "a login without TLS",
      { ...endpoint, sasl: { mechanism: "PLAIN" as const, user: "u" } },
      { "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN", "sasl.jaas.config": login },
    ],
    [
      "a token",
      {
        ...endpoint,
        tls: {},
        sasl: { mechanism: "OAUTHBEARER" as const, user: "u", token: { endpoint: "https://id/t" } },
      },
      {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "OAUTHBEARER",
        "sasl.jaas.config": login,
        "sasl.login.callback.handler.class":
          "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginCallbackHandler",
        "sasl.oauthbearer.token.endpoint.url": "https://id/t",
      },
    ],
    [
      "a certificate of the client's",
      { ...endpoint, tls: {}, certificate: { subject: "CN=cdc" } },
      {
        "security.protocol": "SSL",
        "ssl.keystore.location": "/run/secrets/kafka-keystore.pem",
        "ssl.keystore.type": "PEM",
      },
    ],
    [
      "both",
      { ...endpoint, tls: {}, sasl: { mechanism: "SCRAM-SHA-256" as const, user: "u" } },
      { "security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-256", "sasl.jaas.config": login },
    ],
  ])("%s", (_, kafka, properties) => {
    expect(clientProperties(kafka)).toEqual(properties);
  });

  test("the worker's own and those that it makes for connectors, and the schema history's, are told alike", () => {
    const properties = theirs.connect.workers[0]?.properties ?? {};
    const config: Readonly<Record<string, string>> = theirs.shards[0]?.connector.config ?? {};
    const key = "security.protocol";
    const of = (found: Readonly<Record<string, string>>) =>
      Object.keys(found)
        .filter((name) => name.endsWith(key))
        .map((name) => name.slice(0, -key.length))
        .toSorted();
    expect(of(properties)).toEqual(["", "admin.", "consumer.", "producer."]);
    expect(of(config)).toEqual(["schema.history.internal.consumer.", "schema.history.internal.producer."]);
    expect(config["schema.history.internal.kafka.bootstrap.servers"]).toBe(existingKafka.bootstrapServers.join(","));
  });

  test("the worker's JVM may ask for tokens at the one URL that is named, and that one alone", () => {
    const tokenEndpoint = "https://id.example.com/token";
    const asks = withKafka({
      sasl: { mechanism: "OAUTHBEARER", tokenEndpoint, clientId: "cdc", clientSecret: { secure: "v1:x" } },
    });
    const options = (plan: typeof theirs) => plan.connect.workers[0]?.environment["KAFKA_OPTS"]?.split(" ");
    expect(options(asks)).toContain(`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${tokenEndpoint}`);
    expect(options(theirs)?.join(" ")).not.toContain("allowed.urls");
    expect(asks.kafka.endpoints.inNetwork.sasl).toEqual({
      mechanism: "OAUTHBEARER",
      user: "cdc",
      token: { endpoint: tokenEndpoint },
    });
  });

  test("with brokers of the stack's own nothing is told of it", () => {
    expect(JSON.stringify(planWith({}))).not.toMatch(/security\.protocol"|jaas/);
  });
});

describe("what the account has to be allowed", () => {
  const plan = withKafka({}, { readSide: { enabled: true } });
  const allowed = (operation: string, planned = plan) =>
    neededAcls(planned)
      .filter(({ resource, operations }) => resource === "topic" && operations.includes(operation))
      .flatMap(({ names }) => names)
      .toSorted();
  const topics = (planned = plan) =>
    heldOf(planned)
      .topics.map(({ name }) => name)
      .toSorted();

  test("every topic of the plan by its name, and none by another", () => {
    for (const operation of ["Alter", "AlterConfigs", "Create", "Describe", "DescribeConfigs", "Read", "Write"])
      expect(allowed(operation)).toEqual(topics());
  });

  test("records are deleted where a reset or a person empties a topic; topics only where they go with the stack", () => {
    expect(allowed("Delete")).toContain("schemahistory.shard0");
    expect(allowed("Delete")).not.toContain("shard0.products.products");
    const deleting = withKafka({ deleteTopics: true });
    expect(allowed("Delete", deleting)).toEqual(topics(deleting));
  });

  test("groups and transactions are the stack's own", () => {
    const others = neededAcls(plan).filter(({ resource }) => resource === "group" || resource === "transactional-id");
    expect(others.flatMap(({ names, isPrefix }) => names.map((name) => `${name}${isPrefix ? "*" : ""}`))).toEqual([
      "cdc-test",
      "shard0-schemahistory",
      "connect-read-side-sink",
      "connect-cluster-cdc-test*",
      "cdc-test-*",
      "cdc-reader-*",
    ]);
  });

  test("kafka-acls.sh is told of them by its own options", () => {
    const write = { isPrefix: true, operations: ["Write"] };
    expect(aclArguments({ resource: "transactional-id", names: ["a-", "b-"], ...write }).join(" ")).toBe(
      "--operation Write --transactional-id a- --transactional-id b- --resource-pattern-type prefixed",
    );
    const describes = { resource: "cluster", names: [], isPrefix: false, operations: ["Describe"] } as const;
    expect(aclArguments(describes).join(" ")).toBe("--operation Describe --cluster");
  });
});
