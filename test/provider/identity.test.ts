/** cdc:index:Identity, with docker and the checkout's file stood in for. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { checkoutFolder } from "../../lib/checkout.ts";
import { identitiesOf, noteIdentity } from "../../lib/identity.ts";
import { engineNames } from "../../plan/owner.ts";
import { identityHandler } from "../../provider/identity-handler.ts";
import { planWith } from "../support/fake-world.ts";

vi.mock("../../lib/identity.ts", async (original) => ({
  ...(await original<typeof import("../../lib/identity.ts")>()),
  identitiesOf: vi.fn(),
  noteIdentity: vi.fn(),
}));

const [mine, theirs] = ["00000000000000aa", "00000000000000bb"];
const asked = { name: "dev", names: engineNames(planWith()), ports: [3308], portOffset: 0 };
const news = { stack: "cdc-dev", asked };
const say = () => {};
let folder: string;

function docker(script: string): void {
  writeFileSync(join(folder, "docker"), `#!/bin/sh\n${script}\nexit 0\n`);
  chmodSync(join(folder, "docker"), 0o755);
}
const network = (identity: string, checkout: string) =>
  String.raw`[ "$1" = network ] && printf 'cdc-dev\tid\t\tcdc-dev\t\t${identity}\t${checkout}\t\t\n'`;
const knows = (...ids: { id: string; shared: boolean }[]) => vi.mocked(identitiesOf).mockResolvedValue(ids);

async function check(olds: object = {}) {
  const { inputs, failures = [] } = (await identityHandler.check?.(news, { ...olds }, false, say)) ?? {};
  return { inputs, reasons: failures.map(({ reason }) => reason).join("\n") };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-identity-handler-"));
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"] ?? ""}`);
  vi.stubEnv("PULUMI_BACKEND_URL", `file://${checkoutFolder}/.cdc/state`);
  knows();
  docker("");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("who makes the stack", () => {
  test("is made up for a new checkout; what is asked for is no input", async () => {
    const { inputs, reasons } = await check();
    expect(inputs).toEqual({
      stack: "cdc-dev",
      identity: expect.stringMatching(/^[0-9a-f]{16}$/),
      checkout: checkoutFolder,
    });
    expect(reasons).toBe("");
  });

  test("is the checkout's own, where it has one; not what it knows through a shared state", async () => {
    knows({ id: theirs, shared: true }, { id: mine, shared: false });
    expect((await check()).inputs).toMatchObject({ identity: mine, checkout: checkoutFolder });
  });

  test("stays what the state says, whatever folder it is by now", async () => {
    knows({ id: mine, shared: false });
    const olds = { stack: "cdc-dev", identity: theirs, checkout: "/moved/from" };
    expect((await check(olds)).inputs).toEqual(olds);
  });
});

describe("what is on the engine", () => {
  test("and is our own is no obstacle", async () => {
    knows({ id: mine, shared: false });
    docker(network(mine, checkoutFolder));
    expect((await check()).reasons).toBe("");
  });

  test.each([
    ["another checkout's", network(theirs, "/there"), /CDC-720 [^]*\/there/],
    ["nobody's", network("", ""), /CDC-721/],
    ["not to be looked at", "echo 'Cannot connect' >&2; exit 1", /CDC-701/],
  ])("and is %s is refused", async (_what, script, expected) => {
    docker(script);
    expect((await check()).reasons).toMatch(expected);
  });

  test("is not looked at with the environment of another checkout", async () => {
    vi.stubEnv("PULUMI_BACKEND_URL", "file:///there/.cdc/state");
    expect((await check()).reasons).toMatch(/CDC-723 .*\(\/there\)/);
  });
});

describe("the checkout's file", () => {
  const inputs = { stack: "cdc-dev", identity: mine, checkout: checkoutFolder };

  test("is written when the stack is made, and by an update where it lacks the state's identity", async () => {
    expect(await identityHandler.create(inputs, say)).toEqual({ id: mine, outs: inputs });
    expect(noteIdentity).toHaveBeenLastCalledWith(checkoutFolder, { id: mine, shared: false });
    expect(await identityHandler.diff(mine, inputs, inputs, say)).toMatchObject({ changes: true, replaces: [] });
    await identityHandler.update(mine, inputs, inputs, say);
    knows({ id: mine, shared: false });
    expect(await identityHandler.diff(mine, inputs, inputs, say)).toMatchObject({ changes: false });
  });

  test("marks what it has through a state that other checkouts use too", async () => {
    vi.stubEnv("PULUMI_BACKEND_URL", "s3://states");
    await identityHandler.update(mine, {}, { ...inputs, checkout: "/there" }, say);
    expect(noteIdentity).toHaveBeenLastCalledWith(checkoutFolder, { id: mine, shared: true });
    await identityHandler.create(inputs, say);
    expect(noteIdentity).toHaveBeenLastCalledWith(checkoutFolder, { id: mine, shared: false });
  });
});
