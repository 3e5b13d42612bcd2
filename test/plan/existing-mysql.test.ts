/** Shards with servers that somebody else runs: what is planned for them, and what is not. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { flowTargetOf, indexTargetOf } from "../../flow/flow-target.ts";
import { cdcPrivileges } from "../../lib/cdc-privileges.ts";
import { serverIdOf } from "../../plan/access.ts";
import { heldOf } from "../../plan/held.ts";
import { judgeLosses } from "../../plan/losses.ts";
import { plannedContainers } from "../../plan/networks.ts";
import { engineNames, heldVolumes, plannedPorts } from "../../plan/owner.ts";
import { wantedOf } from "../../preflight/wanted.ts";
import { planWith } from "../support/config.ts";

const ca = readFileSync(new URL("../support/authority.pem", import.meta.url), "utf8");
const mysql = { host: "db1.example.com", port: 3307, user: "capture", password: { secure: "v1:x" } };
const ours = { name: "ours", port: 3308 };
const theirs = { name: "theirs", mysql };
const trusting = (tls: unknown) => planWith({ shards: [{ ...theirs, mysql: { ...mysql, tls } }] });
const mixed = planWith({ shards: [ours, theirs] });

test("the plan has no secret, and the entry's address for everybody", () => {
  const [, shard] = mixed.shards;
  expect(shard?.endpoints).toEqual({
    inNetwork: { host: "db1.example.com", port: 3307, tls: {} },
    fromHost: { host: "db1.example.com", port: 3307, tls: {} },
  });
  expect(JSON.stringify(mixed)).not.toContain("v1:x");
});

test("a connector differs from that of a server of ours by its address, its account, whom it trusts, and its id", () => {
  const [own, other] = planWith({ shards: [ours, { ...theirs, topicPrefix: "ours2" }] }).shards.map(
    ({ connector }) => connector.config,
  ) as [Record<string, string>, Record<string, string>];
  const different = Object.keys({ ...own, ...other }).filter(
    (key) => own[key] !== other[key]?.replaceAll("ours2", "ours"),
  );
  expect(Object.fromEntries(different.map((key) => [key, other[key]]))).toEqual({
    "database.hostname": "db1.example.com",
    "database.port": "3307",
    "database.user": "capture",
    "database.password": "${file:/run/secrets/connectors.properties:shard.theirs.password}",
    "database.server.id": String(serverIdOf("theirs")),
    "database.ssl.truststore": undefined,
  });
});

test.each([
  [true, { "database.ssl.mode": "verify_identity" }, {}],
  [false, { "database.ssl.mode": "disabled" }, undefined],
  [
    { caFile: "test/support/authority.pem" },
    { "database.ssl.mode": "verify_identity", "database.ssl.truststore": "/run/secrets/shard.theirs-authority.jks" },
    { ca },
  ],
  [
    { caFile: "test/support/authority.pem", verify: "ca" },
    { "database.ssl.mode": "verify_ca", "database.ssl.truststore": "/run/secrets/shard.theirs-authority.jks" },
    { ca, verify: "ca" },
  ],
])("tls: %j", (tls, properties, endpoint) => {
  const plan = trusting(tls);
  const [shard] = plan.shards;
  const config = Object.entries(shard?.connector.config ?? {}).filter(([key]) => key.startsWith("database.ssl."));
  expect(Object.fromEntries(config)).toEqual(properties);
  expect(shard?.endpoints.fromHost.tls).toEqual(endpoint);
  expect(plan.warnings.map(({ code }) => code)).toEqual(tls === false ? ["CDC-234"] : []);
});

describe("with readOnly", () => {
  const reading = (more: Record<string, unknown> = {}) =>
    planWith({ shards: [{ ...theirs, mysql: { ...mysql, readOnly: true } }], ...more });
  const configOf = (plan: typeof mixed) => plan.shards[0]?.connector.config ?? {};

  test("the connector writes nothing, and takes signals from a topic of its own", () => {
    const [before, after] = [configOf(planWith({ shards: [theirs] })), configOf(reading())];
    const changed = Object.keys({ ...before, ...after }).filter((key) => before[key] !== after[key]);
    expect(Object.fromEntries(changed.toSorted().map((key) => [key, after[key]]))).toEqual({
      "database.include.list": "products",
      "heartbeat.action.query": undefined,
      "incremental.snapshot.watermarking.strategy": undefined,
      "read.only": "true",
      "signal.data.collection": undefined,
      "signal.enabled.channels": "kafka",
      "signal.kafka.bootstrap.servers": "kafka:29092",
      "signal.kafka.groupId": "theirs-connector-signals",
      "signal.kafka.topic": "theirs.cdc.signal",
      "table.include.list": "products\\.products,products\\.stock",
    });
    expect(JSON.stringify(after)).not.toMatch(/INSERT|cdc\\.(heartbeat|probe)/);
  });

  test("every topic that it names is declared, and none of the pipeline's own rows", () => {
    const [shard] = reading().shards;
    const names = shard?.topics.map(({ name }) => name) ?? [];
    expect(names).toEqual(
      expect.arrayContaining(["theirs.cdc.signal", "__debezium-heartbeat.theirs", shard?.notificationTopic]),
    );
    expect(names.filter((name) => /cdc\.(heartbeat|probe)$/.test(name))).toEqual([]);
    expect(shard).toMatchObject({
      databases: ["products"],
      signals: { topic: "theirs.cdc.signal" },
      heartbeatTopic: "__debezium-heartbeat.theirs",
      probeTopic: "__debezium-heartbeat.theirs",
    });
  });

  test("no probe is looked for in the index, but the sink passes the tables' topics", () => {
    const plan = reading({ readSide: { enabled: true } });
    expect(plan.readSide?.probeIndex).toBeUndefined();
    expect(plan.readSide?.sink.config["topics"]).not.toContain("__debezium-heartbeat");
    const both = planWith({
      shards: [ours, { ...theirs, mysql: { ...mysql, readOnly: true } }],
      readSide: { enabled: true },
    });
    expect(both.readSide?.probeIndex?.shards.map(({ name }) => name)).toEqual(["ours"]);
    const [, shard] = both.shards;
    if (both.readSide === undefined || shard === undefined) throw new Error("there is a read side with two shards");
    expect(indexTargetOf(both, both.readSide, shard).topics).toEqual([
      "theirs.products.products",
      "theirs.products.stock",
    ]);
    expect(flowTargetOf(both, shard).isReadOnly).toBe(true);
    expect(Object.keys(flowTargetOf(both, both.shards[0]!))).not.toContain("isReadOnly");
  });

  test("no privilege on the pipeline's own database is needed", () => {
    expect(cdcPrivileges(["shop"], true)).toEqual({ "*": cdcPrivileges([])["*"], shop: ["SELECT"] });
  });
});

describe("nothing is made for it", () => {
  const without = planWith({ shards: [ours] });

  test("no container, volume, network or port, and nothing that is looked for on the engine", () => {
    expect(engineNames(mixed)).toEqual(engineNames(without));
    expect(plannedPorts(mixed)).toEqual(plannedPorts(without));
    expect(heldVolumes(mixed)).toEqual(heldVolumes(without));
    // But for what the filter of the workers' REST API hides.
    const names = (plan: typeof mixed) =>
      plannedContainers(plan).map(({ container, networks }) => [container, networks]);
    expect(names(mixed)).toEqual(names(without));
    const images = {
      mysql: "m:1",
      kafka: "k:1",
      node: "n:1",
      opensearch: "o:1",
      prometheus: "p:1",
      alertmanager: "a:1",
    };
    expect(wantedOf(mixed, images)).toEqual(wantedOf(without, images));
  });

  test("the other shard's plan is the same", () => {
    expect(mixed.shards[0]).toEqual(without.shards[0]);
  });

  test("names that the schema's files do not make can be captured, with the columns that are named", () => {
    const [shard] = planWith({
      shards: [{ ...theirs, tables: ["shop.orders"], excludeColumns: ["shop.orders.card"] }],
      topics: { tables: {} },
    }).shards;
    expect(shard?.databases).toEqual(["shop", "cdc"]);
    expect(shard?.topics.map(({ name }) => name)).toContain("theirs.shop.orders");
  });
});

describe("ids of replication clients", () => {
  test("follow from the name, lie where nobody numbers by hand, and hardly meet", () => {
    const names = Array.from({ length: 2000 }, (_, index) => `shard-${index}`);
    const ids = names.map(serverIdOf);
    expect(new Set(ids).size).toBe(names.length);
    for (const id of ids) {
      expect(id).toBeGreaterThanOrEqual(1_000_000);
      expect(id).toBeLessThanOrEqual(4_294_967_295);
    }
    expect(serverIdOf("theirs")).toBe(serverIdOf("theirs"));
  });
});

describe("what people have", () => {
  const before = heldOf(mixed);
  const judge = (shards: unknown[], words: readonly string[] = []) =>
    judgeLosses({ planned: heldOf(planWith({ shards })), before, living: undefined }, words);

  test("its server is known by its address, and has no volume", () => {
    expect(before.shards[1]).toEqual({
      key: "theirs",
      name: "theirs",
      alias: "db1.example.com:3307",
      topicPrefix: "theirs",
      connector: "theirs-connector",
    });
  });

  test("taken out, its topics go by a word alone, and its server stays as it is", () => {
    const [problem] = judge([ours]).problems;
    expect(problem).toMatchObject({ code: "CDC-820", path: "shard theirs" });
    expect(problem?.message).toContain("its connector would go");
    expect(problem?.message).toContain("nothing changes on its server at db1.example.com:3307");
    expect(judge([ours], ["shard:theirs"]).problems).toEqual([]);
  });

  test("under another name it looks like a rename", () => {
    const [problem] = judge([ours, { ...theirs, name: "orders" }]).problems;
    expect(problem).toMatchObject({ code: "CDC-821" });
    expect(problem?.message).toContain("has its server (db1.example.com:3307)");
    expect(problem?.remedy).toContain("write formerName: theirs");
    expect(judge([ours, { ...theirs, name: "orders", formerName: "theirs" }]).problems).toEqual([]);
  });

  test("at another address it is the same shard: whether the connector can go on is asked of the server", () => {
    expect(judge([ours, { ...theirs, mysql: { ...mysql, host: "db2.example.com" } }]).problems).toEqual([]);
  });
});
