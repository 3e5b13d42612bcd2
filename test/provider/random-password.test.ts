import { expect, test } from "vitest";
import { randomPasswordHandler as handler } from "../../provider/random-password-handler.ts";
import type { Properties } from "../../provider/handler.ts";

const create = async (inputs: Properties) => (await handler.create(inputs, () => {})).outs as Properties;

test.each<[string, Properties, Properties, boolean]>([
  ["nothing", {}, {}, false],
  ["the first word", {}, { rotation: "a" }, true],
  ["another word", { rotation: "a" }, { rotation: "b" }, true],
  ["the same word", { rotation: "a" }, { rotation: "a" }, false],
  ["a word that is taken out", { rotation: "a" }, {}, false],
])("rotates, in place: %s", async (_what, before, after, changes) => {
  const olds = await create({ length: 24, ...before });
  expect(await handler.diff("password", olds, { length: 24, ...after }, () => {})).toEqual({ changes, replaces: [] });
});

test("another one is made of letters and digits, and is another", async () => {
  const olds = await create({ length: 24 });
  const { outs } = await handler.update("password", olds, { length: 24, rotation: "a" }, () => {});
  expect(outs).toMatchObject({ length: 24, rotation: "a", result: expect.stringMatching(/^[A-Za-z0-9]{24}$/) });
  expect(outs?.["result"]).not.toBe(olds["result"]);
});
