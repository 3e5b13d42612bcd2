import { beforeEach, expect, test, vi } from "vitest";
import { startTimes } from "../../clients/docker/container.ts";
import { flowHandler } from "../../provider/flow-handler.ts";
import { unknownValue, type Properties } from "../../provider/handler.ts";

vi.mock(import("../../clients/docker/container.ts"), { spy: true });

const then = "2026-01-01T00:00:00Z";

beforeEach(() => {
  vi.mocked(startTimes).mockReset().mockResolvedValue({ mysql: then, kafka: then });
});

const secret = (value: string) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });
const inputs = {
  target: { shard: "shard0", probeTopic: "p" },
  password: "x",
  through: ["a", ["b"]],
  containers: ["mysql", "kafka"],
  timeoutSeconds: 60,
};
const outputs = { latencyMs: 42, provenAt: "2026-01-01T00:00:09Z", startedAt: { mysql: then, kafka: then } };
const state: Properties = { ...inputs, password: secret("x"), ...outputs };

test.each<[string, Properties, boolean]>([
  ["the same", { ...inputs, password: secret("x") }, false],
  ["the same in clear, its keys in another order", Object.fromEntries(Object.entries(inputs).toReversed()), false],
  ["the same target, its keys in another order", { ...inputs, target: { probeTopic: "p", shard: "shard0" } }, false],
  ["something new on the way", { ...inputs, through: ["a", ["c"]] }, true],
  ["something on the way that is not known yet", { ...inputs, through: ["a", unknownValue] }, true],
  ["another password", { ...inputs, password: secret("y") }, true],
  ["a document to be found too", { ...inputs, index: { alias: "cdc-probe" } }, true],
  ["another target", { ...inputs, target: { shard: "shard0", probeTopic: "q" } }, true],
])("a flow is proven again for what changed, and for nothing else: %s", async (_what, news, changes) => {
  expect(await flowHandler.diff("shard0", state, news, () => {})).toEqual({ changes });
});

test.each<[string, Record<string, string>, string]>([
  ["one container, behind our back", { mysql: "2026-01-01T01:00:00Z", kafka: then }, "mysql"],
  ["both", { mysql: "2026-01-01T01:00:00Z", kafka: "2026-01-01T01:00:01Z" }, "mysql, kafka"],
  ["one that is gone", { kafka: then }, "mysql"],
])("a flow is proven again after a restart of what it passes: %s", async (_what, now, named) => {
  vi.mocked(startTimes).mockResolvedValue(now);
  const said: string[] = [];
  const same = { ...inputs, password: secret("x") };
  expect(await flowHandler.diff("shard0", state, same, (text) => said.push(text))).toEqual({ changes: true });
  expect(said).toEqual([`started anew since a change was seen last: ${named}`]);
});

test("an engine that does not answer is an error, and no proof that nothing was restarted", async () => {
  vi.mocked(startTimes).mockRejectedValue(new Error("the Docker engine did not answer: x"));
  const same = { ...inputs, password: secret("x") };
  await expect(flowHandler.diff("shard0", state, same, () => {})).rejects.toThrow("did not answer");
});

test("a refresh keeps the proof, and takes what it left for no input", async () => {
  const known = Object.fromEntries(Object.entries(state).filter(([key]) => !(key in outputs)));
  expect(await flowHandler.read("shard0", state, () => {})).toEqual({ props: state, inputs: known });
});
