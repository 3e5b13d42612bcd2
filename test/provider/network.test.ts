import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { networkHandler } from "../../provider/network-handler.ts";

const inputs = { name: "cdc-dev", stack: "cdc-dev" };
const say = () => {};
let folder = "";

/** A docker on PATH that notes its arguments, and ends as it is told. */
async function dockerThat(script: string): Promise<() => Promise<string>> {
  const file = join(folder, "docker");
  await writeFile(file, `#!/bin/sh\necho "$@" >> ${join(folder, "calls")}\n${script}\n`);
  await chmod(file, 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"] ?? ""}`);
  return async () => await readFile(join(folder, "calls"), "utf8");
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cdc-network-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("cdc:index:Network", () => {
  test("is made with the stack's label", async () => {
    const calls = await dockerThat("exit 0");
    expect(await networkHandler.create(inputs, say)).toEqual({ id: "cdc-dev", outs: inputs });
    expect(await calls()).toBe("network create --label cdc.stack=cdc-dev cdc-dev\n");
  });

  test("says the engine's word when there is one of its name", async () => {
    await dockerThat("echo 'network with name cdc-dev already exists' >&2; exit 1");
    await expect(networkHandler.create(inputs, say)).rejects.toThrow(/network with name cdc-dev already exists/);
  });

  test.each<[string, string, object | undefined]>([
    ["there", "exit 0", { props: inputs, inputs }],
    ["gone", "echo 'Error: No such network: cdc-dev' >&2; exit 1", undefined],
    ["gone, in the words of a newer engine", "echo 'network cdc-dev not found' >&2; exit 1", undefined],
  ])("is read as it is: %s", async (_title, script, expected) => {
    await dockerThat(script);
    expect(await networkHandler.read("cdc-dev", inputs, say)).toEqual(expected);
  });

  test("is no error to remove when it is gone, and one while something hangs on it", async () => {
    await dockerThat("echo 'Error: No such network: cdc-dev' >&2; exit 1");
    await networkHandler.delete("cdc-dev", inputs, say);
    await dockerThat("echo 'network cdc-dev has active endpoints' >&2; exit 1");
    await expect(networkHandler.delete("cdc-dev", inputs, say)).rejects.toThrow(/active endpoints/);
  });

  test.each([
    [{ name: "other", stack: "cdc-dev" }, ["name"]],
    [{ name: "cdc-dev", stack: "other" }, ["stack"]],
    [inputs, []],
  ])("is replaced by %o for %j", async (news, replaces) => {
    expect(await networkHandler.diff("cdc-dev", inputs, news, say)).toMatchObject({
      changes: replaces.length > 0,
      replaces,
    });
  });
});
