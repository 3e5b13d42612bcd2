/** Brokers that somebody else runs, before anything is made: whether they answer, and whose the topics on them are. */
import { describe, expect, test } from "vitest";
import { UnreachableError } from "../../lib/run.ts";
import { heldOf } from "../../plan/held.ts";
import { checkData } from "../../preflight/data.ts";
import { checkExistingKafka, type AskCluster } from "../../preflight/existing-kafka.ts";
import { existingKafka } from "../config/refusals/write.ts";
import { dataWorld, livingTopics, planWith } from "../support/fake-world.ts";

const plan = planWith({ kafka: { existing: existingKafka } });
const broker = (host: string) => ({ host, port: 9096 });
const three = [broker("b1"), broker("b2"), broker("b3")];
const codesOf = async (ask: AskCluster, planned = plan) =>
  (await checkExistingKafka(planned, new Map([["kafka", "s3cret"]]), ask)).map(({ code }) => code);

test("they are asked with the account's password, which no problem shows", async () => {
  let asked: string | undefined;
  const found = await checkExistingKafka(plan, new Map([["kafka", "s3cret"]]), async (kafka) => {
    asked = await kafka.password?.();
    throw new UnreachableError("does not let cdc in", "See whether.");
  });
  expect(asked).toBe("s3cret");
  expect(found).toEqual([
    { code: "CDC-730", path: "cdc:kafka.existing", message: "does not let cdc in", remedy: "See whether." },
  ]);
});

test("brokers of the stack's own are not asked", async () => {
  const ask = () => Promise.reject(new Error("asked"));
  expect(await codesOf(ask, planWith({}))).toEqual([]);
});

test.each([
  ["as many as replicas", three, []],
  ["too few", [broker("b1")], ["CDC-731"]],
  ["one that sends clients to themselves", [...three.slice(1), broker("localhost")], ["CDC-732"]],
])("%s", async (_, brokers, codes) => {
  expect(await codesOf(async () => await Promise.resolve({ brokers }))).toEqual(codes);
});

describe("topics that are there already", () => {
  const living = livingTopics(plan);
  const check = async (
    fields: object,
    { records, isKnown = false }: { readonly records: number; readonly isKnown?: boolean },
  ) => {
    const planned = heldOf(planWith({ kafka: { existing: { ...existingKafka, ...fields } } }));
    const amounts = new Map([...living.keys()].map((name) => [name, { records, bytes: 10 }]));
    return await checkData(
      { planned, before: isKnown ? planned : undefined, words: [], kafkaPassword: "s3cret" },
      dataWorld(plan, { topics: async () => living, amounts: async () => amounts }),
    );
  };

  test("with records they are refused at first sight, one by one", async () => {
    const { problems } = await check({}, { records: 3 });
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["CDC-825"]));
    expect(problems).toHaveLength(living.size);
    expect(problems[0]?.remedy).toContain("cdc:kafka.existing.takeTopics: true");
  });

  test.each([
    ["empty ones are taken", {}, { records: 0 }],
    ["those of the last up are the stack's own", {}, { records: 3, isKnown: true }],
    ["a word takes them", { takeTopics: true }, { records: 3 }],
  ])("%s", async (_, fields, there) => {
    expect((await check(fields, there)).problems).toEqual([]);
  });

  test("where nobody tells what they hold, nothing is taken", async () => {
    const amounts = () => Promise.reject(new Error("no answer"));
    const world = dataWorld(plan, { topics: async () => living, amounts });
    await expect(checkData({ planned: heldOf(plan), before: undefined, words: [] }, world)).rejects.toThrow(
      "no answer",
    );
  });
});

describe("CDC-808: other brokers for a stack that is there", () => {
  test.each([
    ["theirs in place of its own", planWith({}), plan],
    ["its own in place of theirs", plan, planWith({})],
  ])("%s", async (_, was, will) => {
    const change = { planned: heldOf(will), before: heldOf(was), words: [] };
    const { problems } = await checkData(change, dataWorld(was, { topics: async () => new Map() }));
    expect(problems.map(({ code }) => code)).toContain("CDC-808");
  });

  test("another address of theirs is no other cluster", async () => {
    const moved = planWith({ kafka: { existing: { ...existingKafka, bootstrapServers: ["b9:9096"] } } });
    const change = { planned: heldOf(moved), before: heldOf(plan), words: [] };
    const { problems } = await checkData(change, dataWorld(plan, { topics: async () => livingTopics(plan) }));
    expect(problems).toEqual([]);
  });
});
