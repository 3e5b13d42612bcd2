import { ownServers } from "../../plan/servers.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CdcPipeline } from "../../components/cdc-pipeline.ts";
import { heldOf } from "../../plan/held.ts";
import { judgeLosses } from "../../plan/losses.ts";
import { ProblemError } from "../../lib/problem.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { rawWith, planFrom } from "../support/config.ts";
import { livingTopics, owner } from "../support/fake-world.ts";
import { register } from "../support/mocks.ts";

type Raw = Record<string, unknown>;
interface Shard {
  readonly name: string;
  readonly port: number;
  readonly formerName?: string;
  readonly topicPrefix?: string;
  readonly tables?: string[];
}

/** Few names, ports and tables, so that edits meet what was there. */
const names = ["a", "b", "c", "eu-1", "eu-2", "shard0", "shard1"];
const tables = ["products.products", "products.stock", "shop.carts", "shop.orders"];
const someTables = fc.uniqueArray(fc.constantFrom(...tables), { minLength: 1, maxLength: 3 });
const shard: fc.Arbitrary<Shard> = fc.record(
  {
    name: fc.constantFrom(...names),
    port: fc.integer({ min: 3308, max: 3313 }),
    formerName: fc.constantFrom(...names),
    topicPrefix: fc.constantFrom("p", "a", "eu-1"),
    tables: someTables,
  },
  { requiredKeys: ["name", "port"] },
);
const list = fc.uniqueArray(shard, { minLength: 1, maxLength: 4, selector: ({ name }) => name });
const cleanup = fc.constantFrom("compact", "delete", "compact,delete");
const topology: fc.Arbitrary<Raw> = fc.record(
  {
    shards: fc.oneof(list, list, fc.integer({ min: 1, max: 4 })),
    schema: fc.constant(""),
    tables: someTables,
    topics: fc.record({ partitions: fc.integer({ min: 1, max: 3 }), cleanup, replicationFactor: fc.constant(1) }),
    kafka: fc.record({ brokers: fc.integer({ min: 1, max: 2 }) }),
    connectors: fc.record(
      { merge: fc.constantFrom({ prefix: "all" }, { prefix: "every" }), schemaChanges: fc.boolean() },
      { requiredKeys: [] },
    ),
    readSide: fc.record({ enabled: fc.boolean() }),
    portOffset: fc.constantFrom(0, 100),
    keepData: fc.boolean(),
  },
  { requiredKeys: ["shards", "schema", "tables"] },
);

/** What a person does to a file: one thing, or several at once. */
function edited(raw: Raw): fc.Arbitrary<Raw> {
  const shards = Array.isArray(raw["shards"]) ? (raw["shards"] as Shard[]) : [];
  const ofList =
    shards.length === 0
      ? []
      : [
          fc.integer({ min: 0, max: shards.length - 1 }).map((gone) => shards.filter((_, index) => index !== gone)),
          fc.constant(shards.toReversed()),
          shard.map((added) => [...shards, added]),
          fc
            .tuple(fc.integer({ min: 0, max: shards.length - 1 }), shard)
            .map(([at, other]) => shards.map((one, index) => (index === at ? { ...one, name: other.name } : one))),
          fc
            .tuple(fc.integer({ min: 0, max: shards.length - 1 }), shard)
            .map(([at, other]) =>
              shards.map((one, index) =>
                index === at ? { ...one, name: other.name, formerName: one.formerName ?? one.name } : one,
              ),
            ),
          fc
            .tuple(fc.integer({ min: 0, max: shards.length - 1 }), shard)
            .map(([at, other]) => shards.map((one, index) => (index === at ? { ...one, port: other.port } : one))),
        ];
  const one = ofList.map((arbitrary) => arbitrary.map((changed) => ({ ...raw, shards: changed })));
  return fc.oneof(
    ...one,
    topology.map((other) => ({ ...raw, ...other, shards: raw["shards"] })),
    topology,
  );
}

/** The plan, or undefined where the configuration is refused. */
function planned(raw: Raw): PipelinePlan | undefined {
  try {
    return planFrom({ ...rawWith({}), readSide: { enabled: false }, ...raw }, "cdc-test");
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

/** Two configurations that can be used, the second an edit of the first. */
const edits = topology
  .chain((raw) => fc.tuple(fc.constant(raw), edited(raw)))
  .filter((both) => both.every((raw) => planned(raw) !== undefined));

interface Thing {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** The data among what the program registers: volumes with rows or records, and the topics that readers come for. */
async function dataOf(plan: PipelinePlan): Promise<Map<string, Thing>> {
  const images = {
    mysql: "mysql:test",
    kafka: "kafka:test",
    node: "node:test",
    opensearch: "opensearch:test",
    prometheus: "prometheus:test",
    alertmanager: "alertmanager:test",
  };
  const all = await register((options) => void new CdcPipeline("pipeline", { owner, plan, images }, options));
  const passing = new Set(
    heldOf(plan)
      .topics.filter(({ kind }) => kind !== "data")
      .map(({ name }) => `topic-${name}`),
  );
  const isData = ({ type, name }: Thing) =>
    type === "cdc:index:DataVolume" ||
    (type === "docker:index/volume:Volume" && /^kafka(-\d)?-data$/.test(name)) ||
    (type === "kafka:index/topic:Topic" && !passing.has(name));
  return new Map(all.filter(isData).map((thing) => [`${thing.type} ${thing.name}`, thing]));
}

/** What of the data the engine would delete, or make anew in its place. */
async function deleted(before: PipelinePlan, after: PipelinePlan): Promise<string[]> {
  const [had, has] = [await dataOf(before), await dataOf(after)];
  return [...had].flatMap(([key, was]) => {
    const is = has.get(key);
    if (is === undefined) return [key];
    const isSmaller = Number(is.inputs["partitions"] ?? 0) < Number(was.inputs["partitions"] ?? 0);
    return isSmaller || is.inputs["name"] !== was.inputs["name"] ? [key] : [];
  });
}

/** Judges the edit; `deleted` looks only where nothing was said, and may find nothing there. */
async function hold(
  [was, is]: [Raw, Raw],
  answers: boolean,
  deleted: (before: PipelinePlan, after: PipelinePlan) => string[] | Promise<string[]>,
): Promise<void> {
  const [before, after] = [planned(was) as PipelinePlan, planned(is) as PipelinePlan];
  const facts = { planned: heldOf(after), before: heldOf(before), living: answers ? livingTopics(before) : undefined };
  const { problems } = judgeLosses(facts, []);
  if (problems.length === 0) {
    expect((await deleted(before, after)).filter((name) => !isSpare(name, answers))).toEqual([]);
    return;
  }
  // Every word that a refusal gives lets just that go.
  const words = problems.flatMap(({ remedy }) => /allowDelete: \[(.*)\]/.exec(remedy)?.[1]?.split(", ") ?? []);
  expect(judgeLosses(facts, words).problems).toEqual([]);
  for (const word of words)
    expect(
      judgeLosses(
        facts,
        words.filter((one) => one !== word),
      ).problems,
    ).not.toEqual([]);
}

describe("a topic whose records one shard wrote, and another is to go on with in fewer partitions", () => {
  const carts = { topicPrefix: "p", tables: ["shop.carts"] };
  const of = (shard: Shard, partitions = 1): Raw => ({
    schema: "",
    shards: [{ ...carts, ...shard }],
    tables: ["shop.carts"],
    topics: { partitions },
  });
  it.each<[string, Shard, Shard, string]>([
    [
      "whose former name is the name of the one that goes",
      { name: "b", formerName: "eu-1", port: 3308 },
      { name: "a", formerName: "b", port: 3308 },
      "shard:b",
    ],
    [
      "that has the name of the one that goes",
      { name: "eu-2", formerName: "c", port: 3311 },
      { name: "eu-2", port: 3308 },
      "shard:eu-2",
    ],
    ["with the prefix alone", { name: "a", port: 3308 }, { name: "b", port: 3309 }, "shard:a"],
  ])("goes with the word for the shard that wrote them, and with no other: %s", async (_, was, is, word) => {
    const both = [of(was, 3), of(is)] as const;
    for (const answers of [true, false]) await hold([...both], answers, missing);
    const [before, after] = both.map((raw) => planned(raw) as PipelinePlan) as [PipelinePlan, PipelinePlan];
    const facts = { planned: heldOf(after), before: heldOf(before), living: livingTopics(before) };
    expect(judgeLosses(facts, []).problems.map(({ remedy }) => /allowDelete: \[(.*)\]/.exec(remedy)?.[1])).toEqual([
      word,
    ]);
    const others = ["shard:a", "shard:b", "shard:c", "shard:eu-1", "shard:eu-2"].filter((other) => other !== word);
    expect(judgeLosses(facts, [...others, "topic:p.shop.carts"]).problems).toHaveLength(1);
  });
});

describe.each([
  ["with a broker that answers", true],
  ["with one that does not", false],
])("no edit without the word removes a volume or a data topic, %s", (_, answers) => {
  it("from the plan", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (raws) => await hold(raws, answers, missing)),
      { numRuns: 500 },
    );
  });

  it("from what the program registers", { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (raws) => await hold(raws, answers, deleted)),
      { numRuns: 8 },
    );
  });
});

/** Volumes, and topics that readers come for, of the first plan that the second has not, or has smaller. */
function missing(before: PipelinePlan, after: PipelinePlan): string[] {
  const topicsOf = (plan: PipelinePlan) => [...plan.shards.flatMap(({ topics }) => topics), ...plan.sharedTopics];
  const own = (name: string) => /\.cdc\.|^__debezium|^schemahistory\./.test(name);
  const volumes = new Set([...ownServers(after.shards), ...after.kafka.brokers].map(({ volume }) => volume));
  const topics = new Map(topicsOf(after).map((topic) => [topic.name, topic]));
  return [
    ...ownServers(before.shards).flatMap(({ volume }) => (volumes.has(volume) ? [] : [volume])),
    ...before.kafka.brokers.flatMap(({ volume }) => (volumes.has(volume) ? [] : [`docker:${volume}`])),
    ...topicsOf(before).flatMap(({ name, partitions }) =>
      own(name) || (topics.get(name)?.partitions ?? 0) >= partitions ? [] : [name],
    ),
  ];
}

/** A broker with copies of what others have, too, may go; in the fake world the first one has everything. */
function isSpare(name: string, answers: boolean): boolean {
  return answers && name.startsWith("docker:");
}

it("what has data stays where it is when its shard is renamed, moved or changes its place", () => {
  fc.assert(
    fc.property(list, fc.integer({ min: 0, max: 3 }), fc.constantFrom(...names, "new"), (shards, at, name) => {
      const index = at % shards.length;
      const renamed = shards.map((one, i) =>
        i === index ? { ...one, name, formerName: one.formerName ?? one.name } : one,
      );
      const [before, after] = [planned({ schema: "", shards }), planned({ schema: "", shards: renamed })];
      if (before === undefined || after === undefined) return;
      const { name: _was, ...was } = before.shards[index] as PipelinePlan["shards"][number];
      const { name: is, ...now } = after.shards[index] as PipelinePlan["shards"][number];
      expect([is, now]).toEqual([name, was]);
    }),
  );
});
