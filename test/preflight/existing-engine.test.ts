/** A search engine that somebody else runs, before anything is made: whether it lets this stack in. */
import { expect, test } from "vitest";
import { UnreachableError } from "../../lib/run.ts";
import { checkExistingEngine, type AskEngine } from "../../preflight/existing-engine.ts";
import { planWith } from "../support/fake-world.ts";

const engineUrl = "https://search.example.com:9200";
const engineLogin = { user: "cdc", password: { secure: "v1:x" } };
const theirs = planWith({ readSide: { enabled: true, engineUrl, engineLogin } });
const passwords = new Map([["engine", "s3cret"]]);
const answers =
  (status: number): AskEngine =>
  async () =>
    await Promise.resolve(status);

test("it is asked with the user's password, which no problem shows", async () => {
  let asked: unknown;
  const found = await checkExistingEngine(theirs, passwords, async (engine) => {
    asked = [engine.url, engine.login, (await engine.access?.())?.password];
    return 401;
  });
  expect(asked).toEqual([engineUrl, { user: "cdc" }, "s3cret"]);
  expect(found).toMatchObject([{ code: "CDC-733", path: "cdc:readSide.engineLogin" }]);
  expect(JSON.stringify(found)).toContain("does not let cdc in");
  expect(JSON.stringify(found)).not.toContain("s3cret");
});

test("one that wants a login is told so", async () => {
  const plan = planWith({ readSide: { enabled: true, engineUrl } });
  const [problem] = await checkExistingEngine(plan, new Map(), answers(401));
  expect(problem).toMatchObject({ code: "CDC-733", message: expect.stringContaining("wants a login") as string });
  expect(problem?.remedy).toContain("add cdc:readSide.engineLogin");
});

test("a certificate that is not trusted is told with the field that mends it", async () => {
  const ask: AskEngine = () => Promise.reject(new UnreachableError("has a certificate that is not trusted", "Trust."));
  const [problem] = await checkExistingEngine(theirs, passwords, ask);
  expect(problem).toMatchObject({ code: "CDC-733", path: "cdc:readSide.engineUrl" });
  expect(problem?.remedy).toContain("cdc:readSide.engineCaFile");
});

test.each<[string, AskEngine]>([
  ["one that answers", answers(200)],
  ["one that is ill", answers(503)],
  ["one that does not answer", () => Promise.reject(new Error("connect ECONNREFUSED"))],
])("%s stops nothing here", async (_, ask) => {
  expect(await checkExistingEngine(theirs, passwords, ask)).toEqual([]);
});

test("an engine of the stack's own is not asked", async () => {
  const ask = () => Promise.reject(new UnreachableError("asked", "Ask."));
  expect(await checkExistingEngine(planWith({ readSide: { enabled: true } }), new Map(), ask)).toEqual([]);
  expect(await checkExistingEngine(planWith({ readSide: { enabled: false } }), new Map(), ask)).toEqual([]);
});
