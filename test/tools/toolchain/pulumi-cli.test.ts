import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildArguments, goVersionWanted, toolchainHash } from "../../../tools/toolchain/pulumi-build.ts";
import { judgeCli, linkPlugins, oldestCli, pluginFile, wantedPlugins } from "../../../tools/toolchain/pulumi-cli.ts";
import { atLeast } from "../../../tools/toolchain/version.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-cli-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test.each([
  ["v3.229.0", "3.228.0", true],
  ["3.228.0", "3.228.0", true],
  ["v3.99.9", "3.228.0", false],
  ["go1.26.8", "1.26", true],
  ["go1.26", "1.26.1", false],
  ["go1.9", "1.26", false],
  ["v4.0.0-alpha.1", "3.228.0", true],
  ["unknown", "1.0", false],
])("atLeast(%s, %s) is %s", (version, wanted, expected) => {
  expect(atLeast(version, wanted)).toBe(expected);
});

test.each([
  [{ version: "v3.250.0", languageHost: true }, true, "pulumi v3.250.0 on PATH"],
  [{ version: undefined, languageHost: false }, false, "no pulumi on PATH"],
  [{ version: "v3.227.0", languageHost: true }, false, "older than 3.228.0"],
  [{ version: "v3.250.0", languageHost: false }, false, "no language host"],
])("judgeCli(%j) is %s: %s", (facts, use, reason) => {
  const judged = judgeCli(facts);
  expect(judged.use).toBe(use);
  expect(judged.reason).toContain(reason);
});

test("README, code and the CLI that is built name the same oldest Pulumi", () => {
  const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
  const told = [...read("README.md").matchAll(/Pulumi CLI(?:\]\([^)]*\))? ≥ (\d[\d.]*\d)/g)].map(
    ([, version]) => version,
  );
  expect(told).not.toEqual([]);
  expect(new Set(told.map((version) => (version?.split(".").length === 2 ? `${version}.0` : version)))).toEqual(
    new Set([oldestCli]),
  );
  expect(buildArguments(read("tools/toolchain/go/go.mod"), "").join(" ")).toContain(`version.Version=v${oldestCli} `);
});

test("the plugins are those of the @pulumi packages, SDK excepted, at their exact versions", () => {
  const packageJson = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const plugins = wantedPlugins(packageJson);
  expect(plugins.map(({ name }) => name).toSorted()).toEqual(["command", "docker", "kafka", "mysql"]);
  for (const { version } of plugins) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test("plugins are linked where they are missing, and a link to a build that is gone is made anew", async () => {
  const plugins = [
    { name: "docker", version: "5.2.0" },
    { name: "kafka", version: "3.13.2" },
    { name: "mysql", version: "3.3.2" },
  ];
  const [docker, kafka, mysql] = plugins.map((plugin) => pluginFile(folder, plugin)) as [string, string, string];
  const bin = join(folder, "built");
  mkdirSync(bin);
  for (const { name } of plugins) writeFileSync(join(bin, `pulumi-resource-${name}`), "ours");
  mkdirSync(join(docker, ".."), { recursive: true });
  writeFileSync(docker, "the user's own");
  mkdirSync(join(kafka, ".."), { recursive: true });
  symlinkSync(join(folder, "gone"), kafka);

  await linkPlugins({ plugins: bin }, folder, plugins);

  expect(readFileSync(docker, "utf8")).toBe("the user's own");
  expect(readlinkSync(kafka)).toBe(join(bin, "pulumi-resource-kafka"));
  expect(mysql).toBe(join(folder, "plugins", "resource-mysql-v3.3.2", "pulumi-resource-mysql"));
  expect(readFileSync(mysql, "utf8")).toBe("ours");
});

describe("the build", () => {
  const goMod =
    "module x\n\ngo 1.26\n\nrequire (\n\tgithub.com/pulumi/pulumi/pkg/v3 v3.228.0\n\tgithub.com/pulumi/pulumi/sdk/v3 v3.228.0\n)\n";

  test("takes version and Go's version from go.mod", () => {
    expect(buildArguments(goMod, "/out").join(" ")).toContain("version.Version=v3.228.0 -o /out/ ./...");
    expect(goVersionWanted(goMod)).toBe("1.26");
    expect(() => buildArguments("module x\n", "/out")).toThrow(/requires no/);
  });

  test("has a name that depends on sources, go.mod, go.sum and platform, and on nothing else", async () => {
    const write = (name: string, text: string) => {
      mkdirSync(join(folder, name, ".."), { recursive: true });
      writeFileSync(join(folder, name), text);
    };
    write("go.mod", goMod);
    write("go.sum", "a");
    write("plugin/main.go", "package main");
    const first = await toolchainHash(folder, "linux-x64");
    expect(first).toMatch(/^[0-9a-f]{12}$/);
    write("plugin/main_test.go", "package main");
    write("notes.md", "x");
    expect(await toolchainHash(folder, "linux-x64")).toBe(first);
    const seen = new Set([first, await toolchainHash(folder, "linux-arm64")]);
    for (const [name, text] of [
      ["go.sum", "b"],
      ["plugin/main.go", "package main // changed"],
      ["go.mod", goMod.replaceAll("228", "229")],
      ["plugin/more.go", "package main"],
    ] as const) {
      write(name, text);
      seen.add(await toolchainHash(folder, "linux-x64"));
    }
    expect(seen.size).toBe(6);
  });
});
