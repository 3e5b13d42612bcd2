import { expect, test } from "vitest";
import { debeziumDefaults, ours, readingTables, withoutExactlyOnce } from "../../../tools/bench/lib/settings.ts";
import type { ShardPlan } from "../../../plan/types.ts";
import { planWith } from "../../support/config.ts";

const plan = planWith({
  readSide: { enabled: false },
  connect: { properties: { "producer.linger.ms": 20 } },
  connectors: { converter: "json-schemaless", properties: { "max.queue.size": 100, "producer.override.acks": "1" } },
});
const shard = plan.shards[0] as ShardPlan;

test("ours are the plan's", () => {
  expect(ours.config(shard)).toEqual(shard.connector.config);
  expect(ours.config(shard)["exactly.once.support"]).toBe("required");
});

test("without exactly-once only that is another", () => {
  const { "exactly.once.support": _, ...rest } = shard.connector.config;
  expect(withoutExactlyOnce.config(shard)).toEqual(rest);
});

test("Debezium's defaults keep what events are, and no tuning", () => {
  const config = debeziumDefaults(plan.connect).config(shard);
  expect(config).toMatchObject({
    "max.queue.size": "8192",
    "poll.interval.ms": "500",
    "producer.override.linger.ms": "5",
    "table.include.list": shard.connector.config["table.include.list"],
    "value.converter.schemas.enable": "true",
  });
  expect(Object.keys(config)).not.toContain("exactly.once.support");
  expect(Object.keys(config)).not.toContain("producer.override.acks");
});

test("other tables are read by so many threads, and all their rows go to one topic", () => {
  const { name, exactlyOnce, config } = readingTables(
    ["products.part1", "products.part2"],
    ({ topicPrefix }) => `${topicPrefix}.products.products`,
    4,
  );
  expect([name, exactlyOnce]).toEqual(["4 threads", true]);
  const found = config(shard);
  expect(found).toEqual({
    ...shard.connector.config,
    "table.include.list": String.raw`products\.part1,products\.part2,cdc\.heartbeat,cdc\.probe`,
    "snapshot.max.threads": "4",
    transforms: "together",
    "transforms.together.type": "org.apache.kafka.connect.transforms.RegexRouter",
    "transforms.together.regex": String.raw`shard0\.products\.part1|shard0\.products\.part2`,
    "transforms.together.replacement": "shard0.products.products",
  });
  // Kafka's router takes a whole name.
  const router = new RegExp(`^(?:${found["transforms.together.regex"]})$`);
  expect(
    ["shard0.products.part2", "shard0.products.part22", "shard0.cdc.probe"].map((topic) => router.test(topic)),
  ).toEqual([true, false, false]);
});

test("transforms that are there stay in front, and one thread is one thread", () => {
  const truncating = planWith({ readSide: { enabled: true } }).shards[0] as ShardPlan;
  const { name, config } = readingTables(["products.products"], () => "shard0.products.products", 1);
  expect(name).toBe("1 thread");
  expect(config(truncating)["transforms"]).toBe(`${truncating.connector.config["transforms"]},together`);
});
