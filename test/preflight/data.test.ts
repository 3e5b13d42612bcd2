import { describe, expect, it } from "vitest";
import { brokerDefault } from "../../clients/kafka/topic-settings.ts";
import { heldOf } from "../../plan/held.ts";
import type { KafkaEndpoint } from "../../lib/endpoint.ts";
import type { LivingTopic } from "../../plan/topic-losses.ts";
import { checkData, type DataWorld } from "../../preflight/data.ts";
import {
  brokerDefaults,
  container,
  dataWorld,
  livingTopics,
  planWith,
  runningContainers,
  topic,
} from "../support/fake-world.ts";

const data = "shard0.products.products";
const hour = 3_600_000;

/** What is said without a state when `fields` is planned and the broker holds what `before` made, changed by `changes`. */
async function found(
  fields: Record<string, unknown>,
  changes: Record<string, LivingTopic> = {},
  before: Record<string, unknown> = {},
) {
  const plan = planWith(fields);
  const topics = new Map([...livingTopics(planWith(before)), ...Object.entries(changes)]);
  const change = { planned: heldOf(plan), before: undefined, words: plan.allowDelete };
  return await checkData(change, dataWorld(plan, { topics: async () => topics, amounts: async () => new Map() }));
}

/** What is said of an edit from `before` to `fields`, where the state is known. */
async function edited(
  fields: Record<string, unknown>,
  before: Record<string, unknown> = {},
  world: Partial<DataWorld> = {},
) {
  const [plan, was] = [planWith(fields), planWith(before)];
  const change = { planned: heldOf(plan), before: heldOf(was), words: plan.allowDelete };
  return await checkData(change, dataWorld(was, world));
}

const said = { problems: [], warnings: [] };
const codes = (problems: readonly { readonly code: string }[]) => problems.map(({ code }) => code);

it("more partitions, a longer retention and new topics lose nothing", async () => {
  const kept = { cleanup: "delete", retentionHours: 24 };
  const more = { cleanup: "delete", retentionHours: 48, partitions: 4 };
  expect(await found({ topics: more }, {}, { topics: kept })).toMatchObject(said);
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
          "the topic would be deleted with its data and made anew; how much they hold is unknown",
        remedy:
          "keep at least 3 partitions; or, if the data may go, write cdc:allowDelete: " +
          "[topic:shard0.products.products, topic:shard0.products.stock, topic:shard1.products.products, topic:shard1.products.stock]",
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
    expect(await found({}, { [`shard0.cdc.${name}`]: there })).toMatchObject(said);
  },
);

it("topics that the guard and the signals need come to a stack without them in silence", async () => {
  const plan = planWith();
  const former = new Map([...livingTopics(plan)].filter(([name]) => !/\.cdc\.(signal|notifications)$/.test(name)));
  expect(former.size).toBe(livingTopics(plan).size - 4);
  const change = { planned: heldOf(plan), before: heldOf(plan), words: [] };
  expect(await checkData(change, dataWorld(plan, { topics: async () => former }))).toMatchObject(said);
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
    expect(problems[0]?.remedy).toContain(`cdc:allowDelete: [topic:${data}]`);
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
    expect(await found(fields, { [data]: there }, fields)).toMatchObject(said);
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
    const { problems } = await edited({ shards });
    expect(problems).toMatchObject([
      { code: "CDC-804", path: "topics shard0, shard0.products.products, shard0.products.stock" },
    ]);
    expect(problems[0]?.message).toContain("belongs to shard0, which is planned with topic prefix first");
    expect(problems[0]?.remedy).toContain("keep the shard's topicPrefix shard0; or, if the data may go");
    expect((await edited({ shards, allowDelete: ["shard:shard0"] })).problems).toEqual([]);
  });

  it.each([
    ["a shard that was taken out", { "shard7.products.products": topic(1) }],
    ["a shard whose name only begins alike", { "shard00.products.products": topic(1), "shard00.products": topic(1) }],
    [
      "topics that are not called like a table's",
      { "shard0.dead-letters": topic(1), "shard0.a.b.c": topic(1), other: topic(1) },
    ],
  ])("not for %s", async (_, topics) => {
    expect(await found({}, topics)).toMatchObject(said);
  });
});

describe("CDC-805: a broker goes", () => {
  const config = { "cleanup.policy": "compact" };

  it("that holds the only copy", async () => {
    const topics = { [data]: { ...topic(3, config), replicas: [[1], [2], [3]] } };
    const { problems } = await found({ topics: { partitions: 3 } }, topics);
    expect(problems).toMatchObject([{ code: "CDC-805", path: "brokers kafka-2, kafka-3" }]);
    expect(problems[0]?.remedy).toContain("write cdc:allowDelete: [broker:kafka-2, broker:kafka-3]");
    const shared = { [data]: { ...topic(1, config), replicas: [[2, 1]] } };
    expect((await found({}, shared)).problems).toEqual([]);
  });

  it("and cannot be looked at: who knows what it holds", async () => {
    const before = { kafka: { brokers: 2 }, topics: { replicationFactor: 1 } };
    const after = { topics: { replicationFactor: 1 } };
    const topics = () => Promise.reject(new Error("connect ECONNREFUSED"));
    const { problems } = await edited(after, before, { topics });
    expect(problems).toMatchObject([{ code: "CDC-805", path: "broker kafka-2" }]);
    expect(problems[0]?.message).toContain("unknown");
    const allowed = await edited({ ...after, allowDelete: ["broker:kafka-2"] }, before, { topics });
    expect(allowed.problems).toEqual([]);
  });
});

describe("what the state has, with and without a broker", () => {
  const silent = { topics: () => Promise.reject(new Error("connect ECONNREFUSED 127.0.0.1:9092")) };
  const stopped = {
    containers: async () => runningContainers(planWith()).map((one) => ({ ...one, running: false })),
  };
  const noEngine = { containers: () => Promise.reject(new Error("no engine")) };
  const removed = { containers: async () => [] };
  const shop = { schema: "", tables: ["shop.carts"] };

  it.each([
    ["answers", {}],
    ["is silent", silent],
    ["is stopped", stopped],
    ["was removed", removed],
    ["has no engine", noEngine],
  ])("other tables are refused where the broker %s", async (_, world) => {
    const { problems } = await edited(shop, {}, world);
    expect(codes(problems)).toEqual(["CDC-804"]);
    expect(problems[0]?.path).toBe(
      "topics shard0.products.products, shard0.products.stock, shard1.products.products, shard1.products.stock",
    );
    expect(problems[0]?.message).toContain(
      Object.keys(world).length === 0
        ? "shard0.products.products holds up to 100 records (0.5 MiB)"
        : "how much would be lost is unknown: the broker does not answer",
    );
  });

  it.each([
    ["fewer partitions", { topics: { partitions: 2 } }, { topics: { partitions: 3 } }, "CDC-801"],
    ["a stricter cleanup", { topics: { cleanup: "compact,delete" } }, {}, "CDC-803"],
    [
      "a shorter retention",
      { topics: { cleanup: "delete", retentionHours: 2 } },
      { topics: { cleanup: "delete", retentionHours: 3 } },
      "CDC-803",
    ],
    [
      "a shorter retention of the brokers",
      { topics: { cleanup: "delete" }, kafka: { properties: { "log.retention.minutes": 1 } } },
      { topics: { cleanup: "delete" } },
      "CDC-803",
    ],
    [
      "the brokers' long retention given up",
      { topics: { cleanup: "delete" } },
      { topics: { cleanup: "delete" }, kafka: { properties: { "log.retention.hours": 1000 } } },
      "CDC-803",
    ],
    ["merged topics", { connectors: { merge: { prefix: "all" } } }, {}, "CDC-804"],
    ["topics merged no longer", {}, { connectors: { merge: { prefix: "all" } } }, "CDC-804"],
    [
      "another merged prefix",
      { connectors: { merge: { prefix: "b" } } },
      { connectors: { merge: { prefix: "a" } } },
      "CDC-804",
    ],
    [
      "a shard's own tables",
      {
        shards: [
          { name: "shard0", port: 3308, tables: ["products.stock"] },
          { name: "shard1", port: 3309 },
        ],
      },
      {},
      "CDC-804",
    ],
    ["no schema changes", { connectors: { schemaChanges: false } }, {}, "CDC-804"],
    ["no read side, and with it the dead letters", {}, { readSide: { enabled: true } }, "CDC-804"],
  ])("%s: refused with the broker and without", async (_, after, before, code) => {
    expect(codes((await edited(after, before)).problems)).toEqual([code]);
    const { problems } = await edited(after, before, silent);
    expect(codes(problems)).toEqual([code]);
    const words = /write cdc:allowDelete: \[(.*)\]/.exec(problems[0]?.remedy ?? "")?.[1]?.split(", ") ?? [];
    expect(words.length).toBeGreaterThan(0);
    // The remedy works, and is all of it.
    const allowed = await edited({ ...after, allowDelete: words }, before);
    expect(allowed.problems).toEqual([]);
    expect(codes(allowed.warnings)).toEqual([code]);
    if (words.length > 1)
      expect(codes((await edited({ ...after, allowDelete: words.slice(1) }, before)).problems)).toEqual([code]);
  });

  it("what is known to be empty loses nothing; what the broker does not list may be there", async () => {
    const amounts = async (_: KafkaEndpoint, topics: readonly string[]) =>
      new Map(topics.map((name) => [name, { records: name.startsWith("shard0") ? 0 : 1, bytes: 0 }]));
    expect((await edited(shop, {}, { amounts })).problems).toMatchObject([
      { path: "topics shard1.products.products, shard1.products.stock" },
    ]);
    const none = { topics: async () => new Map(), amounts: async () => new Map() };
    const { problems } = await edited(shop, {}, none);
    expect(codes(problems)).toEqual(["CDC-804"]);
    expect(problems[0]?.message).toContain("how much they hold is unknown");
    expect(codes((await edited({}, { topics: { partitions: 2 } }, none)).problems)).toEqual(["CDC-801"]);
  });

  it("a broker is asked where it runs, not where it is planned", async () => {
    const asked: string[] = [];
    const topics = async ({ bootstrap }: KafkaEndpoint) => {
      asked.push(...bootstrap.split(","));
      return livingTopics(planWith());
    };
    expect(await edited({ portOffset: 500 }, {}, { topics })).toMatchObject(said);
    expect(asked).toEqual(["127.0.0.1:9092"]);
  });

  it("any one of several brokers is enough", async () => {
    const three = { kafka: { brokers: 3 } };
    const containers = async () =>
      runningContainers(planWith(three)).map((one) =>
        one.name === "cdc-dev-kafka" ? { ...one, running: false } : one,
      );
    const asked: string[] = [];
    const topics = async ({ bootstrap }: KafkaEndpoint) => {
      asked.push(...bootstrap.split(","));
      return new Map([["connect-configs", { ...topic(1), replicas: [[1, 2, 3]] }]]);
    };
    await edited(three, three, { containers, topics });
    expect(asked).toEqual(["127.0.0.1:9093", "127.0.0.1:9094"]);
  });

  it.each([
    ["is stopped", stopped],
    ["does not answer (connect ECONNREFUSED 127.0.0.1:9092)", silent],
  ])("CDC-806, a warning, when the broker %s and nothing is taken out", async (why, world) => {
    const { problems, warnings } = await edited({}, {}, world);
    expect(problems).toEqual([]);
    expect(warnings).toMatchObject([{ code: "CDC-806", path: "container cdc-dev-kafka" }]);
    expect(warnings[0]?.message).toContain(why);
  });

  it("somebody else's container of that name is not asked, and nothing is said before the first up", async () => {
    const topics = () => Promise.reject(new Error("asked"));
    expect(await edited({}, {}, { containers: async () => [container("cdc-dev-kafka")], topics })).toMatchObject(said);
  });
});

describe("shards", () => {
  const shards = (...names: [string, number][]) => names.map(([name, port]) => ({ name, port }));
  const three = shards(["a", 3308], ["b", 3309], ["c", 3310]);

  it.each([
    ["one is taken out", { shards: shards(["a", 3308], ["c", 3310]) }, { shards: three }, "shard b"],
    ["the count is lowered", { shards: 6 }, { shards: 7 }, "shard shard6"],
    ["a list takes the place of a count", { shards: shards(["shard0", 3308]) }, { shards: 2 }, "shard shard1"],
  ])("CDC-820: %s", async (_, after, before, path) => {
    const { problems } = await edited(after, before);
    expect(problems).toMatchObject([{ code: "CDC-820", path }]);
    const name = path.replace("shard ", "");
    expect(problems[0]?.message).toContain(`its rows stay in volume cdc-dev-mysql-${name}-data`);
    expect(problems[0]?.message).toContain(`${name}.products.stock holds up to 100 records`);
    const allowed = await edited({ ...after, allowDelete: [`shard:${name}`] }, before);
    expect([allowed.problems, codes(allowed.warnings)]).toEqual([[], ["CDC-820"]]);
  });

  it("CDC-820 where shards are merged, too: its server goes", async () => {
    const connectors = { merge: { prefix: "all" } };
    expect((await edited({ shards: 1, connectors }, { shards: 2, connectors })).problems).toMatchObject([
      { code: "CDC-820", path: "shard shard1" },
    ]);
  });

  it.each([
    ["its port", { name: "eu-2", port: 3308 }, /eu-2 has its port \(mysql-3308\)/],
    ["its topic prefix", { name: "eu-2", port: 3400, topicPrefix: "eu-1" }, /topic prefix eu-1/],
    ["its connector", { name: "eu-2", port: 3400, connector: "eu-1-connector" }, /connector eu-1-connector/],
  ])("CDC-821: another name with %s looks like a rename, and the remedy works", async (_, entry, message) => {
    const before = { shards: shards(["eu-1", 3308], ["us", 3309]) };
    const { problems } = await edited({ shards: [entry, ...shards(["us", 3309])] }, before);
    expect(problems).toMatchObject([{ code: "CDC-821", path: "shard eu-1" }]);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.remedy).toContain("write formerName: eu-1 in the entry of eu-2");
    const renamed = { shards: [{ ...entry, formerName: "eu-1" }, ...shards(["us", 3309])] };
    expect(await edited(renamed, before)).toMatchObject(said);
    // And once more, and back again.
    const again = { shards: [{ ...entry, name: "eu-3", formerName: "eu-1" }, ...shards(["us", 3309])] };
    expect(await edited(again, renamed)).toMatchObject(said);
    expect(await edited(before, before)).toMatchObject(said);
  });

  it("a renamed one that is taken out is called by the name that people know", async () => {
    const before = { shards: [{ name: "new", port: 3308, formerName: "old" }, ...shards(["us", 3309])] };
    const { problems } = await edited({ shards: shards(["us", 3309]) }, before);
    expect(problems).toMatchObject([{ code: "CDC-820", path: "shard new" }]);
    expect(problems[0]?.message).toContain("cdc-dev-mysql-old-data");
    expect(problems[0]?.remedy).toContain("cdc:allowDelete: [shard:new]");
  });

  it("other ports and another order lose nothing", async () => {
    const moved = { shards: shards(["c", 3308], ["a", 3400], ["b", 3500]) };
    expect(await edited(moved, { shards: three })).toMatchObject(said);
  });
});

it("CDC-822: a word that names nothing, or nothing any more, is told", async () => {
  const { problems, warnings } = await edited({ allowDelete: ["topic:shard0.products.stock", "shard:shard9"] });
  expect(problems).toEqual([]);
  expect(warnings.map(({ code, message }) => `${code} ${message.split(" ")[0]}`)).toEqual([
    "CDC-822 topic:shard0.products.stock",
    "CDC-822 shard:shard9",
  ]);
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
  ).toMatchObject(said);
});
