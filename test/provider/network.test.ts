import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { networkHandler } from "../../provider/network-handler.ts";
import { owner } from "../support/fake-world.ts";

const inputs = { name: "cdc-dev", ...owner };
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

/** A docker that has a network with these labels, as `network inspect` prints them. */
const labelled = (stack: string, identity: string) =>
  `case "$2" in create) echo 'network with name cdc-dev already exists' >&2; exit 1 ;; inspect) echo '${JSON.stringify({ "cdc.stack": stack, "cdc.identity": identity })}' ;; esac`;

describe("cdc:index:Network", () => {
  test("is made with the labels that say whose it is", async () => {
    const calls = await dockerThat("exit 0");
    expect(await networkHandler.create(inputs, say)).toEqual({ id: "cdc-dev", outs: inputs });
    expect(await calls()).toBe(
      `network create --label=cdc.stack=cdc-dev --label=cdc.identity=${owner.identity} --label=cdc.checkout=/checkout cdc-dev\n`,
    );
  });

  test("takes up one of its own that is there already: an `up` was killed before the state knew of it", async () => {
    await dockerThat(labelled("cdc-dev", owner.identity));
    const said: string[] = [];
    expect(await networkHandler.create(inputs, (line) => said.push(line))).toEqual({ id: "cdc-dev", outs: inputs });
    expect(said).toEqual([expect.stringMatching(/was there already/)]);
  });

  test.each([
    ["another checkout's", "cdc-dev", "ffffffffffffffff"],
    ["another stack's", "cdc-other", owner.identity],
    ["nobody's", "", ""],
  ])("takes up none that is %s", async (_whose, stack, identity) => {
    await dockerThat(labelled(stack, identity));
    await expect(networkHandler.create(inputs, say)).rejects.toThrow(
      /network cdc-dev is there already and not of this/,
    );
  });

  test.each([
    [
      "of Docker 20.10",
      "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
    ],
    ["of Docker 28", "all predefined address pools have been fully subnetted"],
  ])("says what to do when the engine has no addresses left, in the words %s", async (_whose, words) => {
    await dockerThat(`echo 'Error response from daemon: ${words}' >&2; exit 1`);
    await expect(networkHandler.create(inputs, say)).rejects.toMatchObject({
      message: expect.stringMatching(/^network cdc-dev gets no addresses/),
      remedy: expect.stringContaining("docker network prune"),
    });
  });

  test.each<[string, string, object | undefined]>([
    ["there", labelled("cdc-dev", owner.identity), { props: inputs, inputs }],
    ["gone", "echo 'Error: No such network: cdc-dev' >&2; exit 1", undefined],
    ["gone, in the words of a newer engine", "echo 'network cdc-dev not found' >&2; exit 1", undefined],
  ])("is read as it is: %s", async (_title, script, expected) => {
    await dockerThat(script);
    expect(await networkHandler.read("cdc-dev", inputs, say)).toEqual(expected);
  });

  test("is no error to remove when it is gone, and one while something hangs on it", async () => {
    await dockerThat("echo 'Error: No such network: cdc-dev' >&2; exit 1");
    await networkHandler.delete("cdc-dev", inputs, say);
    await dockerThat(`${labelled("cdc-dev", owner.identity)}
if [ "$2" = rm ]; then echo 'network cdc-dev has active endpoints' >&2; exit 1; fi`);
    await expect(networkHandler.delete("cdc-dev", inputs, say)).rejects.toThrow(/active endpoints/);
  });

  test("is not removed when another has one of its name by now", async () => {
    const calls = await dockerThat(labelled("cdc-dev", "ffffffffffffffff"));
    await networkHandler.delete("cdc-dev", inputs, say);
    expect(await calls()).not.toContain("network rm");
  });

  test("of an earlier version, whose state knows no identity, is removed", async () => {
    const calls = await dockerThat(labelled("cdc-dev", ""));
    await networkHandler.delete("cdc-dev", { name: "cdc-dev", stack: "cdc-dev" }, say);
    expect(await calls()).toContain("network rm cdc-dev");
  });

  test.each([
    [{ ...inputs, name: "other" }, ["name"]],
    [{ ...inputs, stack: "other" }, ["stack"]],
    [inputs, []],
  ])("is replaced by %o for %j", async (news, replaces) => {
    expect(await networkHandler.diff("cdc-dev", inputs, news, say)).toMatchObject({
      changes: replaces.length > 0,
      replaces,
    });
  });
});
