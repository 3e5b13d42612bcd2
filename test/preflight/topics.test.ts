import { describe, expect, it } from "vitest";
import { brokerDefault } from "../../preflight/broker.ts";
import { preflight } from "../../preflight/index.ts";
import type { TopicView } from "../../preflight/world.ts";
import { brokerDefaults, images, livingTopics, planWith, runningWorld, topic } from "../support/fake-world.ts";

const data = "shard0.products.products";
const hour = 3_600_000;

/** What is said when `fields` is planned and the broker holds what `before` made, changed by `changes`. */
async function found(
  fields: Record<string, unknown>,
  changes: Record<string, TopicView> = {},
  before: Record<string, unknown> = {},
) {
  const plan = planWith(fields);
  const topics = new Map([...livingTopics(planWith(before)), ...Object.entries(changes)]);
  return await preflight(plan, images, runningWorld(plan, { topics: async () => topics }));
}

it("more partitions, a longer retention and new topics lose nothing", async () => {
  const kept = { cleanup: "delete", retentionHours: 24 };
  const more = { cleanup: "delete", retentionHours: 48, partitions: 4 };
  expect(await found({ topics: more }, {}, { topics: kept })).toEqual({ problems: [], warnings: [] });
  const plan = planWith();
  expect(await preflight(plan, images, runningWorld(plan, { topics: async () => new Map() }))).toEqual({
    problems: [],
    warnings: [],
  });
});

describe("CDC-801: fewer partitions", () => {
  it("is one problem for all topics of the field, with what is there and the remedy", async () => {
    const { problems, warnings } = await found({ topics: { partitions: 2 } }, {}, { topics: { partitions: 3 } });
    expect(problems).toEqual([
      {
        code: "CDC-801",
        path: "topics shard0.products.products, shard0.products.stock, shard1.products.products, shard1.products.stock",
        message:
          "has 3 partitions, 2 are planned; Kafka cannot take partitions away: " +
          "the topic would be deleted with its data and made anew",
        remedy: "keep at least 3 partitions; or set cdc:topics.allowDataLoss to true if the data may go",
      },
    ]);
    expect(warnings).toEqual([]);
  });

  it("names three of many", async () => {
    const shards = [3308, 3309, 3310].map((port, index) => ({ name: `shard${index}`, port }));
    const { problems } = await found({ shards }, {}, { shards, topics: { partitions: 5 } });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.path).toMatch(/^topics shard0\S+, shard0\S+, shard1\S+, and 3 more$/);
  });

  it("holds for the worker's own topics too", async () => {
    const { problems } = await found({}, { "connect-offsets": topic(50, { "cleanup.policy": "compact" }) });
    expect(problems).toMatchObject([{ code: "CDC-801", path: "topic connect-offsets" }]);
  });
});

it.each(["heartbeat", "probe", "signal", "notifications"])(
  "the pipeline's own %s may lose what is in it",
  async (name) => {
    const there = topic(3, { "cleanup.policy": "compact", "retention.ms": "-1" });
    expect(await found({}, { [`shard0.cdc.${name}`]: there })).toEqual({ problems: [], warnings: [] });
  },
);

it("topics that the guard and the signals need come to a stack without them in silence", async () => {
  const plan = planWith();
  const former = new Map([...livingTopics(plan)].filter(([name]) => !/\.cdc\.(signal|notifications)$/.test(name)));
  expect(former.size).toBe(livingTopics(plan).size - 4);
  expect(await preflight(plan, images, runningWorld(plan, { topics: async () => former }))).toEqual({
    problems: [],
    warnings: [],
  });
});

it("CDC-802: another replication factor moves copies and loses nothing: a warning", async () => {
  const config = { "cleanup.policy": "compact" };
  const { problems, warnings } = await found({}, { [data]: { ...topic(1, config), replicas: [[1, 2]] } });
  expect(problems).toEqual([]);
  expect(warnings).toMatchObject([{ code: "CDC-802", path: `topic ${data}` }]);
  expect(warnings[0]?.message).toContain("has replication factor 2, 1 is planned: copies are given up");
});

describe("CDC-803: records would be dropped", () => {
  it.each([
    [
      "compact",
      { cleanup: "delete", retentionHours: 24 },
      /retention.ms=86400000 is dropped \(until now without limit\)/,
    ],
    [
      "compact",
      { cleanup: "compact,delete", retentionHours: 24 },
      /has cleanup.policy=compact, planned is compact,delete/,
    ],
    ["compact", { cleanup: "delete" }, /retention.ms=604800000 is dropped/],
    ["delete", { cleanup: "compact" }, /keeps only the newest change of each key/],
    ["delete", { cleanup: "delete", retentionHours: 1 }, /retention.ms=3600000 is dropped \(until now 604800000\)/],
    ["delete", { cleanup: "compact,delete", retentionHours: 24 * 7 }, /keeps only the newest/],
  ])("%s to %j", async (policy, topics, message) => {
    const { problems, warnings } = await found(
      { topics },
      {
        ...Object.fromEntries([...livingTopics(planWith())].map(([name, there]) => [name, there])),
        [data]: topic(1, { "cleanup.policy": policy }),
        "shard0.products.stock": topic(1, planConfig(topics)),
        "shard1.products.products": topic(1, planConfig(topics)),
        "shard1.products.stock": topic(1, planConfig(topics)),
      },
    );
    expect(problems).toMatchObject([{ code: "CDC-803", path: `topic ${data}` }]);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.remedy).toContain("cdc:topics.allowDataLoss");
    expect(warnings).toEqual([]);
  });

  const planConfig = (topics: Record<string, unknown>) => ({
    ...livingTopics(planWith({ topics })).get(data)?.config,
  });

  it.each([
    ["without any limit", { "cleanup.policy": "compact" }, { "retention.ms": "-1", "retention.bytes": "-1" }],
    [
      "a size limit that is there already",
      { "cleanup.policy": "delete", "retention.bytes": "100" },
      { "retention.bytes": "100" },
    ],
    ["an unreadable limit", { "cleanup.policy": "delete", "retention.ms": "soon" }, {}],
  ])("not when delete comes %s", async (_, config, defaults) => {
    const there = { ...topic(1, config), defaults: { ...brokerDefaults, ...defaults } };
    const fields = { topics: { cleanup: "delete" } };
    expect(await found(fields, { [data]: there }, fields)).toEqual({ problems: [], warnings: [] });
  });

  it("a retention that the topic set itself and the plan leaves to the broker's default counts too", async () => {
    const fields = { topics: { cleanup: "delete" } };
    const there = topic(1, { "cleanup.policy": "delete", "retention.ms": String(24 * 30 * hour) });
    const { problems } = await found(fields, { [data]: there }, fields);
    expect(problems).toMatchObject([{ code: "CDC-803", path: `topic ${data}` }]);
  });
});

describe("CDC-804: a table is no longer planned", () => {
  it("and its topics would go with their data", async () => {
    const { problems, warnings } = await found({ tables: ["products.products"] });
    expect(problems).toMatchObject([{ code: "CDC-804", path: "topics shard0.products.stock, shard1.products.stock" }]);
    expect(problems[0]?.remedy).toContain("cdc:tables");
    expect(warnings).toEqual([]);
  });

  it("of merged topics too", async () => {
    const connectors = { merge: { prefix: "all" } };
    const { problems } = await found({ connectors, tables: ["products.products"] }, {}, { connectors });
    expect(problems).toMatchObject([{ code: "CDC-804", path: "topic all.products.stock" }]);
  });

  it("and of a shard that is given another topic prefix", async () => {
    const shards = [
      { name: "shard0", port: 3308, topicPrefix: "first" },
      { name: "shard1", port: 3309 },
    ];
    const running = planWith();
    const { problems } = await preflight(planWith({ shards }), images, {
      ...runningWorld(running),
      topics: async () => livingTopics(running),
    });
    expect(problems).toMatchObject([
      { code: "CDC-804", path: "topics shard0.products.products, shard0.products.stock" },
    ]);
    expect(problems[0]?.message).toContain("belongs to shard0, which is planned with topic prefix first");
    expect(problems[0]?.remedy).toContain("keep the shard's topicPrefix shard0; or set cdc:topics.allowDataLoss");
  });

  it.each([
    ["a shard that was taken out", { "shard7.products.products": topic(1) }],
    ["a shard whose name only begins alike", { "shard00.products.products": topic(1), "shard00.products": topic(1) }],
    [
      "topics that are not called like a table's",
      { "shard0.dead-letters": topic(1), "shard0.a.b.c": topic(1), other: topic(1) },
    ],
  ])("not for %s", async (_, topics) => {
    expect(await found({}, topics)).toEqual({ problems: [], warnings: [] });
  });
});

it("CDC-805: a broker that goes holds the only copy", async () => {
  const config = { "cleanup.policy": "compact" };
  const topics = { [data]: { ...topic(3, config), replicas: [[1], [2], [3]] } };
  const { problems } = await found({ topics: { partitions: 3 } }, topics);
  expect(problems).toMatchObject([{ code: "CDC-805", path: `topic ${data}` }]);
  expect(problems[0]?.message).toContain("on broker 2, 3 only");
  const shared = { [data]: { ...topic(1, config), replicas: [[2, 1]] } };
  expect((await found({}, shared)).problems).toEqual([]);
});

it("allowDataLoss turns every loss into a warning", async () => {
  const allowed = {
    topics: { allowDataLoss: true, cleanup: "delete", retentionHours: 1 },
    tables: ["products.products"],
  };
  const { problems, warnings } = await found(allowed, { [data]: { ...topic(3), replicas: [[1], [1], [2]] } });
  expect(problems).toEqual([]);
  expect(new Set(warnings.map(({ code }) => code))).toEqual(new Set(["CDC-801", "CDC-803", "CDC-804", "CDC-805"]));
  expect(new Set(warnings.map(({ remedy }) => remedy))).toEqual(
    new Set(["nothing, if that is meant: cdc:topics.allowDataLoss is true"]),
  );
});

describe("what a key is when the topic does not set it, by what the broker tells", () => {
  const told = (name: string, value: string, configSource: number, ...synonyms: [string, string | null, number][]) =>
    brokerDefault({
      name,
      value,
      configSource,
      synonyms: synonyms.map(([key, text, source]) => ({ name: key, value: text, source })),
    });

  it.each([
    ["hours of server.properties", ["log.retention.hours", "24", 4], "86400000"],
    ["minutes", ["log.retention.minutes", "90", 4], "5400000"],
    ["milliseconds", ["log.retention.ms", "1000", 2], "1000"],
    ["hours without limit", ["log.retention.hours", "-1", 4], "-1"],
  ] as const)("%s", (_, synonym, expected) => {
    expect(told("retention.ms", "5", 1, ["retention.ms", "5", 1], [...synonym])).toBe(expected);
  });

  it("Kafka's own default, where the topic sets the key and the broker tells no other", () => {
    expect(told("retention.ms", "5", 1, ["retention.ms", "5", 1])).toBe("604800000");
    expect(told("retention.ms", "5", 1, ["retention.ms", "5", 1], ["log.retention.ms", null, 5])).toBe("604800000");
    expect(told("retention.bytes", "5", 1)).toBe("-1");
  });

  it("the value in force, where the topic does not set the key", () => {
    expect(told("retention.ms", "604800000", 5)).toBe("604800000");
    expect(told("cleanup.policy", "compact", 4, ["log.cleanup.policy", "compact", 4])).toBe("compact");
  });
});

it("a topic of which the broker tells no configuration is not judged by it", async () => {
  const silent = { replicas: [[1]], config: {}, defaults: {} };
  expect(
    await found(
      { topics: { cleanup: "delete", retentionHours: 1 } },
      { [data]: silent },
      { topics: { cleanup: "delete", retentionHours: 1 } },
    ),
  ).toEqual({ problems: [], warnings: [] });
});
