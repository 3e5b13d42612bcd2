import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PipelineConfig } from "../../config/schema.ts";
import { planPipeline } from "../../plan/pipeline.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { configWith, devConfig, shardLists } from "../support/config.ts";

const plan = (config: PipelineConfig) => planPipeline(config, "cdc-test");

function allTopics(pipeline: PipelinePlan) {
  return [...pipeline.connect.topics, ...pipeline.shards.flatMap((shard) => shard.topics)];
}

describe("the dev stack's plan", () => {
  const dev = planPipeline(devConfig(), "cdc-dev");

  test("has the names and ports of the inventory topology", () => {
    expect(dev.shards.map((shard) => [shard.container, shard.alias, shard.port.host, shard.connector.name])).toEqual([
      ["cdc-dev-mysql-3308", "mysql-3308", 3308, "inventory-connector-0"],
      ["cdc-dev-mysql-3309", "mysql-3309", 3309, "inventory-connector-1"],
      ["cdc-dev-mysql-3310", "mysql-3310", 3310, "inventory-connector-2"],
    ]);
    expect(dev.kafka.internalBootstrap).toBe("kafka:29092");
    expect(dev.kafka.hostBootstrap).toBe("localhost:9092");
    expect(dev.connect.restUrl).toBe("http://localhost:8083");
  });

  test("has the connector configuration of the inventory topology", () => {
    expect(dev.shards[1]?.connector.config).toMatchInlineSnapshot(`
      {
        "connect.keep.alive.interval.ms": "3000",
        "connector.class": "io.debezium.connector.mysql.MySqlConnector",
        "database.connectionTimeZone": "Asia/Seoul",
        "database.hostname": "mysql-3309",
        "database.include.list": "products,cdc",
        "database.password": "\${file:/run/secrets/connectors.properties:debezium.password}",
        "database.port": "3306",
        "database.server.id": "5002",
        "database.user": "debezium",
        "exactly.once.support": "required",
        "heartbeat.action.query": "INSERT INTO cdc.heartbeat (id, beat_at) VALUES (1, NOW(6)) ON DUPLICATE KEY UPDATE beat_at = VALUES(beat_at)",
        "heartbeat.interval.ms": "5000",
        "poll.interval.ms": "50",
        "schema.history.internal.kafka.bootstrap.servers": "kafka:29092",
        "schema.history.internal.kafka.topic": "schemahistory.shard1",
        "snapshot.mode": "initial",
        "table.include.list": "products\\.products,products\\.stock,cdc\\.heartbeat,cdc\\.probe",
        "tasks.max": "1",
        "topic.prefix": "shard1",
      }
    `);
  });

  test("declares every topic of a shard with the partitions and policy of its kind", () => {
    const rows = dev.shards[0]?.topics.map((topic) => [topic.name, topic.partitions, topic.config]);
    expect(rows).toEqual([
      ["schemahistory.shard0", 1, { "cleanup.policy": "delete", "retention.bytes": "-1", "retention.ms": "-1" }],
      ["shard0", 1, { "cleanup.policy": "delete", "retention.ms": "-1" }],
      ["__debezium-heartbeat.shard0", 1, { "cleanup.policy": "delete", "retention.ms": "3600000" }],
      ["shard0.cdc.heartbeat", 1, { "cleanup.policy": "delete", "retention.ms": "3600000" }],
      ["shard0.cdc.probe", 1, { "cleanup.policy": "delete", "retention.ms": "3600000" }],
      ["shard0.products.products", 1, { "cleanup.policy": "compact", "min.compaction.lag.ms": "3600000" }],
      ["shard0.products.stock", 1, { "cleanup.policy": "compact", "min.compaction.lag.ms": "3600000" }],
    ]);
  });

  test("compacts the worker's own topics, as Kafka Connect insists", () => {
    expect(dev.connect.topics.map((topic) => [topic.name, topic.partitions, topic.config["cleanup.policy"]])).toEqual([
      ["connect-configs", 1, "compact"],
      ["connect-offsets", 25, "compact"],
      ["connect-status", 5, "compact"],
    ]);
  });

  test("keeps the servers' zone in step with the connectors'", () => {
    for (const shard of dev.shards) {
      expect(shard.mysqldArgs).toContain("--default-time-zone=Asia/Seoul");
      expect(shard.connector.config["database.connectionTimeZone"]).toBe("Asia/Seoul");
    }
  });

  test.each(["--binlog-format=ROW", "--binlog-row-image=FULL", "--gtid-mode=ON", "--enforce-gtid-consistency=ON"])(
    "starts every server with %s",
    (option) => {
      for (const shard of dev.shards) expect(shard.mysqldArgs).toContain(option);
    },
  );
});

describe("clashes are refused, naming both places", () => {
  const base = { name: "a", port: 4000 };
  test.each<[string, PipelineConfig["shards"], RegExp]>([
    ["names", [base, { name: "a", port: 4001 }], /shards\[1\]\.name: a is already taken by cdc:shards\[0\]\.name/],
    ["ports", [base, { name: "b", port: 4000 }], /shards\[1\]\.port: 4000 is already taken by cdc:shards\[0\]\.port/],
    [
      "a port of the broker's",
      [{ name: "a", port: 9092 }],
      /kafkaPort: 9092 is already taken by cdc:shards\[0\]\.port/,
    ],
    [
      "server ids",
      [
        { ...base, serverId: 7 },
        { name: "b", port: 4001, serverId: 7 },
      ],
      /shards\[1\]\.serverId: 7/,
    ],
    [
      "a server's own id",
      [base, { name: "b", port: 4001, serverId: 4000 }],
      /serverId: 4000 .*follows from cdc:shards\[0\]/,
    ],
    ["topic prefixes", [base, { name: "b", port: 4001, topicPrefix: "a" }], /shards\[1\]\.topicPrefix: a/],
    [
      "prefixes that Kafka takes for one another",
      [
        { ...base, topicPrefix: "x.y" },
        { name: "b", port: 4001, topicPrefix: "x_y" },
      ],
      /topicPrefix: x_y is already taken/,
    ],
    [
      "connectors",
      [
        { ...base, connector: "c" },
        { name: "b", port: 4001, connector: "c" },
      ],
      /\[1\]\.connector: c/,
    ],
    [
      "schema history topics",
      [
        { ...base, schemaHistoryTopic: "h" },
        { name: "b", port: 4001, schemaHistoryTopic: "h" },
      ],
      /schemaHistoryTopic: h is already taken/,
    ],
    [
      "a history topic that is a data topic",
      [{ ...base, schemaHistoryTopic: "a.products.stock" }],
      /topic a\.products\.stock/,
    ],
  ])("%s", (_what, shards, message) => {
    expect(() => plan(configWith({ shards }))).toThrow(message);
  });

  test("an offset that leaves the range of ports", () => {
    expect(() => plan(configWith({ portOffset: 60000 }))).toThrow(
      /kafkaPort: 9092 \+ cdc:portOffset 60000 is above 65535/,
    );
  });
});

describe("properties over random topologies", () => {
  test("whatever must be unique is unique", () => {
    fc.assert(
      fc.property(shardLists, (shards) => {
        const pipeline = plan(configWith({ shards }));
        const unique = (values: readonly unknown[]) => expect(new Set(values).size).toBe(values.length);
        unique(pipeline.shards.map((shard) => shard.container));
        unique(pipeline.shards.map((shard) => shard.volume));
        unique([...pipeline.shards, pipeline.kafka, pipeline.connect].map((service) => service.port.host));
        unique(pipeline.shards.map((shard) => shard.connector.config["database.server.id"]));
        unique(pipeline.shards.map((shard) => shard.connector.config["topic.prefix"]));
        unique(pipeline.shards.map((shard) => shard.connector.config["schema.history.internal.kafka.topic"]));
        unique(allTopics(pipeline).map((topic) => topic.name));
      }),
    );
  });

  test("every topic name is one that Kafka takes", () => {
    fc.assert(
      fc.property(shardLists, (shards) => {
        for (const topic of allTopics(plan(configWith({ shards })))) expect(topic.name).toMatch(/^[\w.-]{1,249}$/);
      }),
    );
  });

  test("removing, adding or reordering shards leaves every other shard's plan as it was", () => {
    fc.assert(
      fc.property(shardLists, fc.nat(), (shards, at) => {
        const whole = plan(configWith({ shards }));
        const gone = shards[at % shards.length];
        const rest = shards.filter((shard) => shard !== gone).toReversed();
        fc.pre(rest.length > 0);
        const smaller = plan(configWith({ shards: rest }));
        for (const shard of smaller.shards) {
          expect(shard).toStrictEqual(whole.shards.find(({ name }) => name === shard.name));
        }
        expect(smaller.kafka).toStrictEqual(whole.kafka);
        expect(smaller.connect).toStrictEqual(whole.connect);
      }),
    );
  });

  test("a port offset moves what is published and nothing inside the network", () => {
    fc.assert(
      fc.property(shardLists, fc.integer({ min: 1, max: 50000 }), (shards, portOffset) => {
        const at0 = plan(configWith({ shards }));
        const moved = plan(configWith({ shards, portOffset }));
        for (const [index, shard] of moved.shards.entries()) {
          expect(shard.port.host).toBe((at0.shards[index]?.port.host ?? 0) + portOffset);
          expect(shard.connector).toStrictEqual(at0.shards[index]?.connector);
        }
        expect(moved.kafka.internalBootstrap).toBe(at0.kafka.internalBootstrap);
        expect(moved.kafka.hostBootstrap).toBe(`localhost:${9092 + portOffset}`);
        expect(moved.kafka.environment["KAFKA_ADVERTISED_LISTENERS"]).toContain(moved.kafka.hostBootstrap);
      }),
    );
  });

  test("no plan holds a password", () => {
    fc.assert(
      fc.property(shardLists, (shards) => {
        for (const shard of plan(configWith({ shards })).shards)
          expect(shard.connector.config["database.password"]).toMatch(/^\$\{file:.*\}$/);
      }),
    );
  });
});

describe("the broker", () => {
  test("keeps its cluster id from preview to preview, and another one per stack", () => {
    const id = (stack: string) => planPipeline(devConfig(), stack).kafka.environment["CLUSTER_ID"];
    expect(id("cdc-a")).toBe(id("cdc-a"));
    expect(id("cdc-a")).not.toBe(id("cdc-b"));
    expect(Buffer.from(id("cdc-a") ?? "", "base64url")).toHaveLength(16);
  });

  test("does not make topics by itself, and asks for no more replicas than there are brokers", () => {
    const { environment } = plan(configWith({})).kafka;
    expect(environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"]).toBe("false");
    for (const [key, value] of Object.entries(environment)) {
      if (/REPLICATION_FACTOR|MIN_ISR/.test(key)) expect(`${key}=${value}`).toBe(`${key}=1`);
    }
  });
});
