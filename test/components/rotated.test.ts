import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, test } from "vitest";
import { heldBack } from "../../components/rotated.ts";

const isThere = async (password: pulumi.Output<string>): Promise<boolean> => {
  let found = false;
  password.apply(() => (found = true));
  for (let turns = 0; turns < 50; turns += 1) await new Promise(setImmediate);
  return found;
};
const never = pulumi.output(new Promise<string>(() => {}));

beforeEach(async () => {
  await pulumi.runtime.setMocks({ newResource: () => ({ id: "x", state: {} }), call: () => ({}) });
});

test("a rotated password comes once all of the first have it, and stays a secret", async () => {
  const isTaken = Promise.withResolvers<string>();
  const held = heldBack(pulumi.secret("p"), "a", () => [pulumi.output("done"), pulumi.output(isTaken.promise)]);
  expect(await isThere(held)).toBe(false);
  isTaken.resolve("done");
  expect(await isThere(held)).toBe(true);
  expect(await pulumi.isSecret(held)).toBe(true);
});

test("one that was never rotated waits for nobody", async () => {
  expect(await isThere(heldBack(pulumi.output("p"), undefined, () => [never]))).toBe(true);
});

test("nor does one in a preview", async () => {
  await pulumi.runtime.setMocks({ newResource: () => ({ id: "x", state: {} }), call: () => ({}) }, "p", "s", true);
  expect(await isThere(heldBack(pulumi.output("p"), "a", () => [never]))).toBe(true);
});
