import { describe, expect, test } from "vitest";
import { aliasOf } from "../../plan/indices.ts";
import type { ReadSidePlan } from "../../plan/types.ts";
import { planOf, planWith } from "../support/config.ts";

const shards = [
  { name: "a", port: 4000, topicPrefix: "inv.a" },
  { name: "b", port: 4001, tables: ["products.products"] },
];
const plugin = { archive: "plugins/other.tar.gz", sha256: "ab".repeat(32) };

function readSideOf(fields: Record<string, unknown> = {}, readSide: Record<string, unknown> = {}): ReadSidePlan {
  const { readSide: plan } = planWith({ shards, readSide: { enabled: true, ...readSide }, ...fields });
  if (plan === undefined) throw new Error("no read side was planned");
  return plan;
}

describe("the engine", () => {
  test("is a container on a port of its own, with a heap of fixed size", () => {
    expect(readSideOf({ portOffset: 100 }, { heapMiB: 300 })).toMatchObject({
      engine: {
        container: "cdc-test-opensearch",
        port: { internal: 9200, host: 9300 },
        javaOptions: "-Xms300m -Xmx300m -XX:TieredStopAtLevel=1",
      },
      endpoints: { fromHost: { url: "http://127.0.0.1:9300" }, inNetwork: { url: "http://opensearch:9200" } },
    });
  });

  test("lets no page of another site in, and nothing be closed, or destroyed by a pattern", () => {
    expect(readSideOf({ portOffset: 100 }).engine?.settings).toEqual({
      "action.destructive_requires_name": "true",
      "cluster.indices.close.enable": "false",
      "http.cors.allow-origin": "http://127.0.0.1:9300",
      "http.cors.enabled": "true",
      "script.allowed_types": "none",
    });
    const other = readSideOf({}, { sink: { class: "org.example.Other", plugin } });
    expect(other.engine?.settings).not.toHaveProperty(["script.allowed_types"]);
  });

  test("is no container when there is one already, whatever is on its port", () => {
    const plan = readSideOf({ kafka: { port: 9200 } }, { engineUrl: "http://search.example:9200" });
    expect(plan.engine).toBeUndefined();
    const { fromHost, inNetwork } = plan.endpoints;
    expect([fromHost.url, inNetwork.url, plan.sink.config["connection.url"], plan.page?.settings.engineUrl]).toEqual(
      Array.from({ length: 4 }, () => "http://search.example:9200"),
    );
  });

  test("is not there unless it is switched on", () => {
    const plan = planOf("orders");
    expect(plan.readSide).toBeUndefined();
    expect(plan.connect.workers[0]?.properties["plugin.path"]).toBe(
      "/opt/cdc/plugins/3.6.1.Final,/opt/cdc/plugins/connect-filter",
    );
  });
});

describe("the indices", () => {
  test("are one per table, with the shards that capture it", () => {
    const { indices } = readSideOf(
      { maskColumns: ["products.products.sku"], excludeColumns: ["products.products.name"] },
      {},
    );
    expect(indices.map(({ alias, topics }) => [alias, topics])).toEqual([
      ["products-products", ["inv.a.products.products", "b.products.products"]],
      ["products-stock", ["inv.a.products.stock"]],
    ]);
    expect(indices[0]?.shards).toEqual([
      {
        name: "a",
        id: "inv.a",
        mysql: { host: "127.0.0.1", port: 4000 },
        removalTopics: ["inv.a.cdc.truncates", "inv.a"],
        excludeColumns: ["name"],
        maskColumns: ["sku"],
      },
      {
        name: "b",
        id: "b",
        mysql: { host: "127.0.0.1", port: 4001 },
        removalTopics: ["b.cdc.truncates", "b"],
        excludeColumns: ["name"],
        maskColumns: ["sku"],
      },
    ]);
  });

  test("of merged shards have one topic, and the shard's name for its id; probes keep the prefix", () => {
    const plan = readSideOf({ connectors: { merge: { prefix: "all" } } });
    expect(plan.indices[0]).toMatchObject({ topics: ["all.products.products"], shards: [{ id: "a" }, { id: "b" }] });
    expect(plan.probeIndex).toMatchObject({
      alias: "cdc-probe",
      topics: ["inv.a.cdc.probe", "b.cdc.probe"],
      shards: [{ id: "inv.a" }, { id: "b" }],
    });
    expect(plan.sink.config["shard.key.field"]).toBe("shard");
  });

  test.each([
    ["products.products", "products-products"],
    ["Shop.Order_Lines", "shop-order_lines"],
    ["_shop.orders", "shop-orders"],
    ["shop.$x", "shop-$x"],
  ])("of %s is called %s, as the sink calls it", (table, alias) => {
    expect(aliasOf(table)).toBe(alias);
  });
});

describe("the sink", () => {
  test("reads every data topic, every probe topic, what tells of emptied tables, and the retries", () => {
    expect(readSideOf().sink.config["topics"]?.split(",")).toEqual([
      "inv.a.products.products",
      "b.products.products",
      "inv.a.products.stock",
      "inv.a.cdc.probe",
      "b.cdc.probe",
      "inv.a.cdc.truncates",
      "inv.a",
      "b.cdc.truncates",
      "b",
      "dlq.read-side.retry",
    ]);
  });

  test("learns by the shard's name in the documents which tables were emptied, merged or not", () => {
    const removals = (fields: Record<string, unknown>) => readSideOf(fields).sink.config["removal.topics"];
    expect(removals({})).toBe("inv.a.cdc.truncates=inv.a,inv.a=inv.a,b.cdc.truncates=b,b=b");
    expect(removals({ connectors: { merge: { prefix: "all" }, schemaChanges: false } })).toBe(
      "inv.a.cdc.truncates=a,b.cdc.truncates=b",
    );
  });

  test("has truncations published past the compacted topics, before all other transforms", () => {
    const connectorOf = (fields: Record<string, unknown>) => planWith({ shards, ...fields }).shards[0];
    const withSink = connectorOf({ readSide: { enabled: true }, connectors: { merge: { prefix: "all" }, unwrap: {} } });
    expect(withSink?.connector.config).toMatchObject({
      "skipped.operations": "none",
      transforms: "truncates,merge,unwrap",
      "transforms.truncates.type": "cdc.sink.RouteTruncates",
      "transforms.truncates.topic": "inv.a.cdc.truncates",
    });
    expect(withSink?.topics).toContainEqual({
      name: "inv.a.cdc.truncates",
      partitions: 1,
      replicationFactor: 1,
      config: { "cleanup.policy": "delete", "retention.ms": "-1" },
    });
    const own = connectorOf({
      readSide: { enabled: true },
      connectors: {
        properties: { transforms: "mine", "transforms.mine.type": "org.apache.kafka.connect.transforms.InsertHeader" },
      },
    });
    expect(own?.connector.config["transforms"]).toBe("truncates,mine");
    for (const readSide of [{ enabled: false }, { enabled: true, sink: { class: "org.example.Other", plugin } }]) {
      const without = connectorOf({ readSide });
      expect(without?.connector.config).not.toHaveProperty("transforms");
      expect(without?.connector.config).not.toHaveProperty(["skipped.operations"]);
      expect(without?.topics.map(({ name }) => name)).not.toContain("inv.a.cdc.truncates");
    }
  });

  test("loses nothing: from the beginning, committed records only, dead letters to a declared topic", () => {
    const plan = readSideOf({ kafka: { brokers: 2 } });
    expect(plan.sink.config).toMatchObject({
      "consumer.override.auto.offset.reset": "earliest",
      "consumer.override.isolation.level": "read_committed",
      "errors.tolerance": "all",
      "errors.deadletterqueue.topic.name": "dlq.read-side",
      "errors.deadletterqueue.topic.replication.factor": "2",
      "retry.topic": "dlq.read-side.retry",
    });
    expect(plan.topics).toEqual([
      {
        name: "dlq.read-side",
        partitions: 1,
        replicationFactor: 2,
        config: { "cleanup.policy": "delete", "max.message.bytes": "68157440", "retention.ms": "-1" },
      },
      {
        name: "dlq.read-side.retry",
        partitions: 1,
        replicationFactor: 2,
        config: { "cleanup.policy": "delete", "max.message.bytes": "68157440", "retention.ms": "-1" },
      },
    ]);
  });

  test("takes tasks and further properties", () => {
    const { config } = readSideOf({}, { tasks: 3, sink: { properties: { "batch.size": 200 } } }).sink;
    expect(config).toMatchObject({ "tasks.max": "3", "batch.size": "200" });
  });

  test("reads with the converters that the shards write with", () => {
    const properties = { "decimal.handling.mode": "string", "time.precision.mode": "isostring" };
    const { config } = readSideOf({ connectors: { converter: "json-schemaless", properties } }).sink;
    expect(config).toMatchObject({
      "key.converter.schemas.enable": "false",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
      "value.converter.schemas.enable": "false",
      "value.converter.replace.null.with.default": "false",
    });
    expect(Object.keys(readSideOf().sink.config).filter((key) => key.includes(".converter"))).toEqual([]);
  });

  test("of another class gets the data topics and its own properties; what becomes of the rows is its affair", () => {
    const sink = { class: "org.example.Sink", properties: { "topic.index.map": "a:b" }, plugin };
    const plan = readSideOf({}, { sink });
    expect(plan.sink.config).toMatchObject({
      "connector.class": "org.example.Sink",
      "topic.index.map": "a:b",
      topics: "inv.a.products.products,b.products.products,inv.a.products.stock",
    });
    expect(plan.sink.config).not.toHaveProperty("retry.topic");
    expect(plan.sink.plugin.archive).toEqual({ file: plugin.archive, sha256: plugin.sha256 });
    expect([plan.indices, plan.page]).toEqual([[], undefined]);
  });
});

describe("the sources", () => {
  const unwrapped = (readSide: Record<string, unknown>) =>
    planWith({ connectors: { unwrap: {} }, readSide }).shards[0]?.connector.config["transforms.unwrap.add.headers"];

  test("tell where a change stands when rows are unwrapped, deletions too", () => {
    expect(unwrapped({ enabled: true })).toMatch(/^op,source\.ts_us,source\.gtid,/);
    expect(unwrapped({ enabled: false })).toBeUndefined();
  });

  test("tell an unsigned BIGINT, and a NULL where a column has a default, with or without a read side", () => {
    const { connect, shards: planned } = planWith({ readSide: { enabled: false } });
    expect(planned[0]?.connector.config["datatype.propagate.source.type"]).toBe(
      String.raw`.+\.((BIGINT|INT8) .*(UNSIGNED|ZEROFILL).*|SERIAL|BOOL|BOOLEAN)`,
    );
    expect(connect.workers[0]?.properties["value.converter.replace.null.with.default"]).toBe("false");
  });
});

test("the page is left out when it is switched off", () => {
  expect(readSideOf().page).toMatchObject({ container: "cdc-test-search", port: { internal: 8090, host: 8090 } });
  expect(readSideOf({}, { page: { enabled: false } }).page).toBeUndefined();
});
