/** Topics on brokers that somebody else runs: what is mended, and what is never deleted. */
import { describe, expect, test } from "vitest";
import { differenceOf } from "../../clients/kafka/declare-topic.ts";
import type { Properties } from "../../provider/handler.ts";
import { sharedTopicHandler as newHandler } from "../../provider/shared-topic-handler.ts";

const sharedTopicHandler = newHandler();

const wanted = { name: "t", partitions: 3, replicationFactor: 2, config: { "cleanup.policy": "compact" } };
const there = { name: "t", partitions: 3, replicas: 2, config: { "cleanup.policy": "compact" }, sizeBytes: 0 };

describe("what differs", () => {
  test.each([
    ["nothing", {}, undefined],
    ["settings of somebody else's stay", { config: { ...there.config, "segment.ms": "7" } }, undefined],
    ["more partitions stay", { partitions: 9 }, undefined],
    ["replicas are its owner's affair", { replicas: 3 }, undefined],
    ["too few partitions", { partitions: 1 }, { lacking: 2, config: {} }],
    ["a setting that is another", { config: { "cleanup.policy": "delete" } }, { lacking: 0, config: wanted.config }],
    ["a setting that is not there", { config: {} }, { lacking: 0, config: wanted.config }],
  ])("%s", (_, change, difference) => {
    expect(differenceOf({ ...there, ...change }, wanted)).toEqual(difference);
  });
});

describe("what stays", () => {
  // Nobody listens here: a deletion would fail.
  const state = { ...wanted, bootstrap: "127.0.0.1:1" };
  test.each([
    ["one that was there before, whoever asks", { wasMade: false, deleteWithStack: true }, true, /was there before/],
    ["one that was there before, with the stack", { wasMade: false, deleteWithStack: true }, false, /was there before/],
    ["one of this stack's, with it, without a word", { wasMade: true, deleteWithStack: false }, false, /deleteTopics/],
  ])("%s", async (_, kept, isProgramRunning, why) => {
    const said: string[] = [];
    const props: Properties = { ...state, ...kept };
    await sharedTopicHandler.delete("t", props, (text) => said.push(text), { isProgramRunning, stack: "dev" });
    expect(said.join()).toMatch(why);
  });

  test.each([
    ["one of this stack's, with it, with the word", { wasMade: true, deleteWithStack: true }, false],
    ["one of this stack's that the plan has no more", { wasMade: true, deleteWithStack: false }, true],
  ])("but not: %s", async (_, kept, isProgramRunning) => {
    const deletion = sharedTopicHandler.delete("t", { ...state, ...kept }, () => {}, {
      isProgramRunning,
      stack: "dev",
    });
    await expect(deletion).rejects.toThrow("no answer from Kafka at 127.0.0.1:1");
  });
});

test("one that only moved to another part of the plan stays, whoever asks; one of the same name elsewhere is another", async () => {
  const handler = newHandler();
  const state = { ...wanted, bootstrap: "127.0.0.1:1", wasMade: true, deleteWithStack: true };
  await handler.check?.({ ...wanted, bootstrap: "127.0.0.1:1" }, {}, true, () => {});
  const said: string[] = [];
  await handler.delete("t", state, (text) => said.push(text), { isProgramRunning: true, stack: "dev" });
  expect(said.join()).toContain("the plan still has it");
  const elsewhere = { ...state, bootstrap: "127.0.0.1:2" };
  const deletion = handler.delete("t", elsewhere, () => {}, { isProgramRunning: true, stack: "dev" });
  await expect(deletion).rejects.toThrow("no answer from Kafka at 127.0.0.1:2");
});

test("brokers that do not answer change nothing that is known", async () => {
  const props = { ...wanted, bootstrap: "127.0.0.1:1", deleteWithStack: false };
  const olds = { ...props, wasMade: true };
  expect(await sharedTopicHandler.diff("t", olds, props, () => {})).toMatchObject({ changes: false });
  const said: string[] = [];
  expect(await sharedTopicHandler.read("t", olds, (text) => said.push(text))).toEqual({ props: olds, inputs: props });
  expect(said.join()).toContain("taken to be as it was");
});
