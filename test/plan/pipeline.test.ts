import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PipelinePlan } from "../../plan/types.ts";
import { planOf, planWith, shardLists } from "../support/config.ts";

function allTopics(pipeline: PipelinePlan) {
  return [...pipeline.connect.topics, ...pipeline.sharedTopics, ...pipeline.shards.flatMap((shard) => shard.topics)];
}

describe("the dev stack's plan", () => {
  const dev = planOf("dev");

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
        "datatype.propagate.source.type": ".+\\.BIGINT UNSIGNED",
        "exactly.once.support": "required",
        "heartbeat.action.query": "INSERT INTO cdc.heartbeat (id, beat_at) VALUES (1, NOW(6)) ON DUPLICATE KEY UPDATE beat_at = VALUES(beat_at)",
        "heartbeat.interval.ms": "5000",
        "incremental.snapshot.watermarking.strategy": "insert_delete",
        "max.batch.size": "8192",
        "max.queue.size": "32768",
        "max.queue.size.in.bytes": "67108864",
        "notification.enabled.channels": "sink",
        "notification.sink.topic.name": "shard1.cdc.notifications",
        "poll.interval.ms": "50",
        "schema.history.internal.kafka.bootstrap.servers": "kafka:29092",
        "schema.history.internal.kafka.topic": "schemahistory.shard1",
        "signal.data.collection": "cdc.signal",
        "signal.enabled.channels": "source",
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
      ["shard0.cdc.signal", 1, { "cleanup.policy": "delete", "retention.ms": "3600000" }],
      ["shard0.cdc.notifications", 1, { "cleanup.policy": "delete", "retention.ms": "604800000" }],
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

describe("properties over random topologies", () => {
  test("whatever must be unique is unique", () => {
    fc.assert(
      fc.property(shardLists, (shards) => {
        const pipeline = planWith({ shards });
        const unique = (values: readonly unknown[]) => expect(new Set(values).size).toBe(values.length);
        unique(pipeline.shards.map((shard) => shard.container));
        unique(pipeline.shards.map((shard) => shard.volume));
        unique(
          [...pipeline.shards, ...pipeline.kafka.brokers, ...pipeline.connect.workers].map(
            (service) => service.port.host,
          ),
        );
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
        for (const topic of allTopics(planWith({ shards }))) expect(topic.name).toMatch(/^[\w.-]{1,249}$/);
      }),
    );
  });

  test("removing, adding or reordering shards leaves every other shard's plan as it was", () => {
    fc.assert(
      fc.property(shardLists, fc.nat(), (shards, at) => {
        const whole = planWith({ shards });
        const gone = shards[at % shards.length];
        const rest = shards.filter((shard) => shard !== gone).toReversed();
        fc.pre(rest.length > 0);
        const smaller = planWith({ shards: rest });
        for (const shard of smaller.shards) {
          expect(shard).toStrictEqual(whole.shards.find(({ name }) => name === shard.name));
        }
        expect(smaller.kafka).toStrictEqual(whole.kafka);
        expect(smaller.connect).toStrictEqual(whole.connect);
        expect(smaller.guard).toStrictEqual(whole.guard);
      }),
    );
  });

  test("a port offset moves what is published and nothing inside the network", () => {
    fc.assert(
      fc.property(shardLists, fc.integer({ min: 1, max: 50000 }), (shards, portOffset) => {
        const at0 = planWith({ shards });
        const moved = planWith({ shards, portOffset });
        for (const [index, shard] of moved.shards.entries()) {
          expect(shard.port.host).toBe((at0.shards[index]?.port.host ?? 0) + portOffset);
          expect(shard.connector).toStrictEqual(at0.shards[index]?.connector);
        }
        expect(moved.kafka.internalBootstrap).toBe(at0.kafka.internalBootstrap);
        expect(moved.guard).toStrictEqual(at0.guard);
        expect(moved.kafka.hostBootstrap).toBe(`localhost:${9092 + portOffset}`);
        expect(moved.kafka.brokers[0]?.environment["KAFKA_ADVERTISED_LISTENERS"]).toContain(moved.kafka.hostBootstrap);
      }),
    );
  });

  test("no plan holds a password", () => {
    fc.assert(
      fc.property(shardLists, (shards) => {
        for (const shard of planWith({ shards }).shards)
          expect(shard.connector.config["database.password"]).toMatch(/^\$\{file:.*\}$/);
      }),
    );
  });
});

describe("brokers", () => {
  const environments = (fields: Record<string, unknown>, stack?: string) =>
    planWith(fields, stack).kafka.brokers.map(({ environment }) => environment);

  test("keep their cluster id from preview to preview, and another one per stack", () => {
    const id = (stack: string) => environments({}, stack)[0]?.["CLUSTER_ID"];
    expect(id("cdc-a")).toBe(id("cdc-a"));
    expect(id("cdc-a")).not.toBe(id("cdc-b"));
    expect(Buffer.from(id("cdc-a") ?? "", "base64url")).toHaveLength(16);
  });

  test.each([
    [1, "1"],
    [2, "2"],
    [3, "3"],
    [4, "3"],
  ])("%i of them: no topics of their own making, and %s replicas of internal topics", (brokers, replicas) => {
    const found = environments({ kafka: { brokers } });
    expect(found).toHaveLength(brokers);
    for (const environment of found) {
      expect(environment["KAFKA_AUTO_CREATE_TOPICS_ENABLE"]).toBe("false");
      const factors = Object.entries(environment).filter(([key]) => key.endsWith("REPLICATION_FACTOR"));
      expect(factors.map(([, value]) => value)).toEqual([replicas, replicas, replicas]);
    }
    expect(planWith({ kafka: { brokers } }).shards[0]?.topics[0]?.replicationFactor).toBe(Number(replicas));
  });

  test("have one controller, whose voters never change when brokers come and go", () => {
    const [first, ...others] = environments({ kafka: { brokers: 3 } });
    expect(first?.["KAFKA_PROCESS_ROLES"]).toBe("broker,controller");
    expect(others.map((environment) => environment["KAFKA_PROCESS_ROLES"])).toEqual(["broker", "broker"]);
    for (const environment of [first, ...others])
      expect(environment?.["KAFKA_CONTROLLER_QUORUM_VOTERS"]).toBe("1@kafka:9093");
  });

  test("take free properties in the image's own spelling", () => {
    const [environment] = environments({ kafka: { properties: { "log.retention.hours": 24, "a-b_c": "x" } } });
    expect(environment).toMatchObject({ KAFKA_LOG_RETENTION_HOURS: "24", KAFKA_A__B___C: "x" });
  });
});

describe("shards", () => {
  test("as a count are shard0, shard1 … on the ports from 3308 on", () => {
    const plan = planWith({ shards: 3 });
    expect(plan.shards.map(({ name, alias }) => [name, alias])).toEqual([
      ["shard0", "mysql-3308"],
      ["shard1", "mysql-3309"],
      ["shard2", "mysql-3310"],
    ]);
  });

  test("take options over the pipeline's, and never against the plan's", () => {
    const plan = planWith({
      mysql: { options: { max_connections: 50, "wait-timeout": 60 }, bufferPoolMiB: 32 },
      shards: [{ name: "a", port: 3308, mysqlOptions: { max_connections: 99 }, bufferPoolMiB: 128, memoryMiB: 512 }],
    });
    const args = plan.shards[0]?.mysqldArgs;
    expect(args).toContain("--max-connections=99");
    expect(args).toContain("--wait-timeout=60");
    expect(args).toContain("--innodb-buffer-pool-size=128M");
    expect(new Set(args?.map((arg) => arg.split("=")[0])).size).toBe(args?.length);
    expect(plan.shards[0]).toMatchObject({ memoryLimitMiB: 512, expectedMemoryMiB: 318 });
  });

  test("have tables, columns, snapshot and connector properties of their own", () => {
    const plan = planWith({
      connectors: { properties: { "max.batch.size": 4096 } },
      shards: [
        {
          name: "a",
          port: 3308,
          tables: ["products.stock"],
          excludeColumns: ["products.stock.reserved"],
          maskColumns: ["products.stock.warehouse"],
          snapshotMode: "no_data",
          connectorProperties: { "max.batch.size": 1024 },
        },
      ],
    });
    expect(plan.shards[0]?.connector.config).toMatchObject({
      "table.include.list": String.raw`products\.stock,cdc\.heartbeat,cdc\.probe`,
      "column.exclude.list": String.raw`products\.stock\.reserved`,
      "column.mask.with.10.chars": String.raw`products\.stock\.warehouse`,
      "snapshot.mode": "no_data",
      "max.batch.size": "1024",
    });
    expect(plan.shards[0]?.topics.map(({ name }) => name)).not.toContain("a.products.products");
  });
});

describe("connectors", () => {
  const config = (connectors: Record<string, unknown>) => planWith({ connectors }).shards[0]?.connector.config;

  test("write JSON without schemas when asked to", () => {
    const properties = { "decimal.handling.mode": "string", "time.precision.mode": "isostring" };
    expect(config({ converter: "json-schemaless", properties })).toMatchObject({
      "key.converter.schemas.enable": "false",
      "value.converter": "org.apache.kafka.connect.json.JsonConverter",
    });
  });

  test("take a plugin's converters by class and properties, on both sides", () => {
    const avro = "io.confluent.connect.avro.AvroConverter";
    const converter = { key: avro, value: avro, properties: { "schema.registry.url": "http://registry:8081" } };
    expect(config({ converter })).toMatchObject({
      "key.converter": avro,
      "value.converter": avro,
      "key.converter.schema.registry.url": "http://registry:8081",
      "value.converter.schema.registry.url": "http://registry:8081",
    });
  });

  test("unwrap data topics only", () => {
    const found = config({ unwrap: { addFields: ["op", "source.ts_ms"] } });
    expect(found).toMatchObject({
      transforms: "unwrap",
      "transforms.unwrap.predicate": "data",
      "transforms.unwrap.add.fields": "op,source.ts_ms",
    });
    const pattern = new RegExp(`^${found?.["predicates.data.pattern"]}$`);
    expect(pattern.test("shard0.products.stock")).toBe(true);
    const others = ["shard0", "shard0.cdc.probe", "shard0.cdc.notifications", "__debezium-heartbeat.shard0"];
    for (const topic of [...others, "shard0xproducts.stock"]) expect(pattern.test(topic)).toBe(false);
  });

  test("say what happens to bad records, and leave out what is upstream's default", () => {
    expect(config({ errors: { tolerance: "all", maxRetries: 5 } })).toMatchObject({
      "errors.tolerance": "all",
      "errors.log.enable": "true",
      "errors.max.retries": "5",
    });
    expect(Object.keys(config({}) ?? {}).filter((key) => key.startsWith("errors."))).toEqual([]);
  });

  test("publish no DDL when asked not to, and no topic is declared for it", () => {
    const plan = planOf("orders");
    expect(plan.shards[0]?.connector.config["include.schema.changes"]).toBe("false");
    expect(plan.shards[0]?.topics.map(({ name }) => name)).toEqual([
      "schema-changes.orders",
      "__debezium-heartbeat.mysql-cdc",
      "mysql-cdc.cdc.heartbeat",
      "mysql-cdc.cdc.probe",
      "mysql-cdc.cdc.signal",
      "mysql-cdc.cdc.notifications",
      "mysql-cdc.ordersdb.orders",
    ]);
  });
});

describe("merged shards", () => {
  const plan = planOf("merged");

  test("write each table to one topic, with the shard in the key", () => {
    expect(plan.sharedTopics.map(({ name, partitions }) => [name, partitions])).toEqual([
      ["inventory.products.products", 3],
      ["inventory.products.stock", 3],
    ]);
    for (const shard of plan.shards) {
      const { config } = shard.connector;
      expect(config["transforms.merge.key.field.replacement"]).toBe(shard.name);
      const route = new RegExp(`^${config["transforms.merge.topic.regex"]}$`);
      expect(
        `${shard.topicPrefix}.products.stock`.replace(route, String(config["transforms.merge.topic.replacement"])),
      ).toBe("inventory.products.stock");
      for (const topic of [shard.probeTopic, shard.heartbeatTopic, shard.notificationTopic])
        expect(route.test(topic)).toBe(false);
      expect(shard.topics.some(({ name }) => name.endsWith("products.stock"))).toBe(false);
    }
  });
});

describe("workers", () => {
  test("share a group, have ports of their own, and leave tasks in place over a short restart", () => {
    const { workers, restUrl } = planWith({
      connect: { workers: 2, properties: { "task.shutdown.graceful.timeout.ms": 9000 } },
    }).connect;
    expect(workers.map(({ alias, port }) => [alias, port.host])).toEqual([
      ["connect", 8083],
      ["connect-2", 8084],
    ]);
    expect(restUrl).toBe("http://localhost:8083");
    expect(workers.map(({ properties }) => properties["group.id"])).toEqual(["cdc-test", "cdc-test"]);
    expect(workers[1]?.properties).toMatchObject({
      "rest.advertised.host.name": "connect-2",
      "scheduled.rebalance.max.delay.ms": "10000",
      "task.shutdown.graceful.timeout.ms": "9000",
    });
  });
});
