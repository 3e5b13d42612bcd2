/** The step as `up` runs it, with an engine of a few lines; what it makes of real columns is test/search/'s and the real stack's. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeEngine } from "../../support/fake-engine.ts";

let engine: FakeEngine;
beforeEach(async () => (engine = await FakeEngine.start()));
afterEach(async () => {
  await engine.stop();
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function prepare(target: { url?: string; indices: readonly object[] }): Promise<Ended> {
  const env = {
    PATH: process.env["PATH"],
    CDC_INDICES: JSON.stringify({ url: engine.url, refreshIntervalMs: 500, ...target }),
    CDC_PASSWORD: "secret-of-the-account",
  };
  const step = join(import.meta.dirname, "..", "..", "..", "provider", "scripts", "prepare-indices.ts");
  return await new Promise((resolve) => {
    execFile(process.execPath, [step], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("tells which engine's data it was", async () => {
  const { code, stdout } = await prepare({ indices: [] });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ clusterUuid: "uuid-of-the-fake" });
});

test("an engine that is out of reach is told in two lines", async () => {
  const { url } = engine;
  await engine.stop();
  const { code, stdout, stderr } = await prepare({ url, indices: [] });
  expect(code).toBe(1);
  expect(stdout).toBe("");
  expect(stderr).toContain(`the search engine is out of reach at ${url}/`);
  expect(stderr.trimEnd().split("\n")).toHaveLength(2);
});

test("a shard that is out of reach is told in two lines, without the password, and nothing is made", async () => {
  // Nothing listens on the first of ports.
  const shard = { name: "shard7", id: "shard7", mysqlHostPort: 1, excludeColumns: [], maskColumns: [] };
  const { code, stderr } = await prepare({ indices: [{ table: "shop.items", alias: "shop-items", shards: [shard] }] });
  expect(code).toBe(1);
  expect(stderr).toContain("the columns of shop.items cannot be read from shard7 at 127.0.0.1:1: ");
  expect(stderr.trimEnd().split("\n")).toHaveLength(2);
  expect(stderr).not.toContain("secret-of-the-account");
  expect(engine.indices.size + engine.templates.size).toBe(0);
});
