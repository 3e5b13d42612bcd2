import { expect, test } from "vitest";
import { debeziumDefaults, ours, withoutExactlyOnce } from "../../../tools/bench/lib/settings.ts";
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
