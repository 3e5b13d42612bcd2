import { expect, test } from "vitest";
import { lookAtSinks, SinkLags, type SinkQuestions } from "../../../../apps/guard/metrics/sinks.ts";
import type { ObservedConnector } from "../../../../apps/guard/observation.ts";
import { running } from "../../../support/fake-worker.ts";
import { knownOf, sinkName, source } from "./fixture.ts";

const { seen } = knownOf(1).checked!;
const lag = { records: 4, waitingSince: 7 };
const refuse = async () => await Promise.reject(new Error("no answer from Kafka"));
const look = async (questions: Partial<SinkQuestions>, observed = seen) =>
  await lookAtSinks(
    observed,
    {
      lag: async () => lag,
      endOffsets: async () => new Map([["dlq.read-side", 7n]]),
      startOffsets: async () => new Map([["dlq.read-side", 5n]]),
      ...questions,
    },
    () => 5,
  );

function sink(config: Record<string, string>): NonNullable<typeof seen> {
  const one: ObservedConnector = {
    ...source("own", ""),
    info: { name: "own", config, type: "sink" },
    status: running("own"),
    beat: { kind: "none" },
  };
  return { connectors: { own: one } };
}

test("the sinks alone are asked about, with their topics and their dead letters'", async () => {
  const asked: unknown[] = [];
  const found = await look({
    lag: async (...of) => {
      asked.push(of);
      return lag;
    },
    endOffsets: async (topics) => {
      asked.push(topics);
      return new Map([["dlq.read-side", 7n]]);
    },
  });
  expect(found).toEqual({ at: 5, found: { [sinkName]: { lag, deadLetters: 7n, waitingLetters: 2n } } });
  expect(asked).toEqual([[sinkName, ["shard0.a.b", "shard0.a.c"]], ["dlq.read-side"]]);
});

test.each<[string, Partial<SinkQuestions>, object]>([
  ["its lag", { lag: refuse }, { lag: undefined, deadLetters: 7n, waitingLetters: 2n }],
  ["its dead letters", { endOffsets: refuse }, { lag, deadLetters: undefined, waitingLetters: undefined }],
  ["where they begin", { startOffsets: refuse }, { lag, deadLetters: 7n, waitingLetters: undefined }],
  [
    "its dead letters' topic",
    { endOffsets: async () => new Map() },
    { lag, deadLetters: undefined, waitingLetters: undefined },
  ],
])("what the broker does not tell stays unknown: %s", async (_, questions, expected) => {
  expect((await look(questions)).found[sinkName]).toEqual(expected);
});

test("a sink of topics by a pattern, without dead letters, has nothing to be told", async () => {
  expect((await look({}, sink({ "topics.regex": ".*" }))).found).toEqual({
    own: { lag: undefined, deadLetters: undefined, waitingLetters: undefined },
  });
});

test("where the worker did not answer, nobody knows of a sink", async () => {
  expect(
    (await lookAtSinks(undefined, { lag: refuse, endOffsets: refuse, startOffsets: refuse }, () => 5)).found,
  ).toEqual({});
});

test("a broker that does not answer is asked again, over a connection of its own", async () => {
  // Nobody listens on port 1.
  const lags = new SinkLags({ bootstrap: "127.0.0.1:1" });
  for (const _ of [1, 2]) {
    await expect(lags.lag(sinkName, ["a"])).rejects.toThrow("no answer from Kafka at 127.0.0.1:1");
  }
});
