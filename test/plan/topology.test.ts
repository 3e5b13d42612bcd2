/** What the operator's page is given of the plan. */
import { expect, test } from "vitest";
import { isMonitored } from "../../plan/guard.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { planWith } from "../support/config.ts";

const topologyOf = ({ guard }: PipelinePlan) => (isMonitored(guard) ? guard.settings.page.topology : undefined);

test("it is the shards in their order, with their servers, connectors, topics and tables, and the read side", () => {
  const plan = planWith({
    monitoring: { enabled: true },
    portOffset: 1000,
    shards: [
      { name: "shard0", port: 3308 },
      { name: "shard1", port: 3309, topicPrefix: "other", state: "paused" },
    ],
    readSide: { enabled: true },
  });
  const [first] = plan.shards;
  expect(topologyOf(plan)).toEqual({
    mysqlVersion: plan.images.mysqlVersion,
    kafkaVersion: plan.images.kafkaVersion,
    workers: 1,
    brokers: 1,
    shards: [
      {
        name: "shard0",
        connector: first?.connector.name,
        state: "running",
        server: "127.0.0.1:4308",
        prefix: "shard0",
        tables: { first: ["products.products", "products.stock"], more: 0 },
      },
      expect.objectContaining({ name: "shard1", state: "paused", server: "127.0.0.1:4309", prefix: "other" }),
    ],
    readSide: {
      sink: "read-side-sink",
      engine: "http://127.0.0.1:10200",
      indices: { first: ["products-products", "products-stock"], more: 0 },
      deadLetterTopic: "dlq.read-side",
      page: "http://127.0.0.1:9090",
    },
  });
});

test("of many tables some are named, and the others counted", () => {
  const tables = Array.from({ length: 40 }, (_, index) => `products.t${index}`);
  const plan = planWith({
    monitoring: { enabled: true },
    schema: "",
    shards: [{ name: "shard0", port: 3308, tables }],
    readSide: { enabled: false },
  });
  expect(topologyOf(plan)?.shards[0]?.tables).toEqual({ first: tables.slice(0, 3), more: 37 });
  expect(topologyOf(plan)?.readSide).toBeUndefined();
});

test("for as many shards as there may be it fits into a container's environment", () => {
  const shards = Array.from({ length: 64 }, (_, index) => ({ name: `shard${index}`, port: 20_000 + index }));
  const plan = planWith({ monitoring: { enabled: true }, shards });
  // Linux takes 128 KiB for one variable.
  expect(JSON.stringify(plan.guard?.settings).length).toBeLessThan(64 * 1024);
});
