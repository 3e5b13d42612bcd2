/** What a real `pulumi preview` says to configurations that cannot work: a code, a remedy, no resource, no stack trace. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Checkout, committedConfig, namesOwnedBy } from "./support/checkout.ts";
import { failed, succeeded } from "./support/results.ts";

const checkout = new Checkout("e2e-refused");
let committed: Record<string, unknown>;

type Fields = Record<string, unknown>;
const pair = (fields: Fields): Fields => ({
  shards: [
    { name: "a", port: 4000, ...fields },
    { name: "b", port: 4001, ...fields },
  ],
});

const refused: readonly (readonly [what: string, fields: Fields, message: RegExp])[] = [
  [
    "database.server.name",
    { connectors: { properties: { "database.server.name": "x" } } },
    /CDC-301 .*today it is topic\.prefix/,
  ],
  ["the zone KST", { timeZone: "KST" }, /CDC-107 .*[^]*did you mean Asia\/Seoul/],
  [
    "database.history.kafka.topic",
    { connectors: { properties: { "database.history.kafka.topic": "x" } } },
    /CDC-301 .*schema\.history\.internal\.kafka\.topic/,
  ],
  [
    "Debezium 2.7.0.Final on Kafka 4",
    { connectors: { debeziumVersion: "2.7.0.Final" } },
    /CDC-602 .*KafkaConsumer\.poll\(long\)/,
  ],
  ["one server id for two", pair({ serverId: 7 }), /CDC-203/],
  ["one topic prefix for two", pair({ topicPrefix: "p" }), /CDC-205/],
  ["one schema history topic for two", pair({ schemaHistoryTopic: "h" }), /CDC-206/],
  ["a server's own id", { shards: [{ name: "a", port: 4000, serverId: 4000 }] }, /CDC-203/],
  ["an unknown field", { shcema: "products" }, /CDC-101 .*[^]*did you mean schema/],
  ["statement format", { mysql: { options: { binlog_format: "STATEMENT" } } }, /CDC-501/],
  ["more replicas than brokers", { topics: { replicationFactor: 3 } }, /CDC-209/],
  ["snapshot mode schema_only", { connectors: { snapshotMode: "schema_only" } }, /CDC-108 .*[^]*no_data/],
];

beforeAll(async () => {
  await checkout.create({ portOffset: 14_000 });
  committed = await committedConfig("dev");
  succeeded(await checkout.make("toolchain"));
  await checkout.pulumi("stack", "init");
});

afterAll(async () => {
  await checkout.remove();
});

test.each(refused)("%s", async (_what, fields, message) => {
  await checkout.writeConfig({ ...committed, portOffset: 14_000, ...fields });
  const output = failed(await checkout.pulumi("preview"));
  expect(output).toMatch(message);
  expect(output).toMatch(/what to do: .{10}/);
  expect(output).not.toContain("node_modules");
  // Nothing but the stack itself, which Pulumi counts when it is new.
  expect(output).not.toMatch(/(docker|cdc|kafka|mysql|command):index|\b([2-9]|\d\d+) to create/);
  expect(await namesOwnedBy(checkout.prefix)).toEqual([]);
});
