import { expect, test } from "vitest";
import { flowHandler } from "../../provider/flow-handler.ts";
import { unknownValue, type Properties } from "../../provider/handler.ts";

const secret = (value: string) => ({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value });
const inputs = {
  target: { shard: "shard0", probeTopic: "p" },
  password: "x",
  through: ["a", ["b"]],
  timeoutSeconds: 60,
};
const state: Properties = { ...inputs, password: secret("x"), latencyMs: 42 };

test.each<[string, Properties, boolean]>([
  ["the same", { ...inputs, password: secret("x") }, false],
  ["the same in clear, its keys in another order", Object.fromEntries(Object.entries(inputs).toReversed()), false],
  ["the same target, its keys in another order", { ...inputs, target: { probeTopic: "p", shard: "shard0" } }, false],
  ["something new on the way", { ...inputs, through: ["a", ["c"]] }, true],
  ["something on the way that is not known yet", { ...inputs, through: ["a", unknownValue] }, true],
  ["another password", { ...inputs, password: secret("y") }, true],
  ["another target", { ...inputs, target: { shard: "shard0", probeTopic: "q" } }, true],
])("a flow is proven again for what changed, and for nothing else: %s", async (_what, news, changes) => {
  expect(await flowHandler.diff("shard0", state, news, () => {})).toEqual({ changes });
});

test("a refresh keeps the proof, and takes the latency for no input", async () => {
  const { latencyMs: _, ...known } = state;
  expect(await flowHandler.read("shard0", state, () => {})).toEqual({ props: state, inputs: known });
});
