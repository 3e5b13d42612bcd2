import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cacheDir } from "../../../lib/run.ts";
import { createLog } from "../../../tools/toolchain/log.ts";
import { ensurePromtool, findPromtool } from "../../../tools/toolchain/test-promtool.ts";

const log = createLog({ write: () => true });
let folder: string;
let env: NodeJS.ProcessEnv;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-promtool-"));
  env = { PATH: folder, HOME: folder, XDG_CACHE_HOME: join(folder, "cache") };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that answers to --version with an exit code. */
function program(file: string, code: number): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n[ "$1" = --version ] && exit ${code}\n`);
  chmodSync(file, 0o755);
  return file;
}

const nothing = async () => await Promise.reject(new Error("nothing is to be brought"));

test("the one on PATH is taken, and one that PROMTOOL names before it", async () => {
  const found = program(join(folder, "promtool"), 0);
  const own = program(join(folder, "own"), 0);
  expect(await ensurePromtool(log, env, nothing)).toBe(found);
  expect(await ensurePromtool(log, { ...env, PROMTOOL: own }, nothing)).toBe(own);
});

test("where there is none it is brought once, into the cache", async () => {
  expect(await findPromtool(env)).toBeUndefined();
  const bring = vi.fn(async (file: string) => await Promise.resolve(void program(file, 0)));
  const brought = await ensurePromtool(log, env, bring);
  expect(brought.startsWith(cacheDir(env))).toBe(true);
  expect(await ensurePromtool(log, env, nothing)).toBe(brought);
  expect(bring).toHaveBeenCalledTimes(1);
});

test("none after that, or one that does not start, is told with what to do", async () => {
  await expect(ensurePromtool(log, env, async () => await Promise.resolve())).rejects.toMatchObject({
    message: "no promtool was found for the alerts' test",
    remedy: expect.stringContaining("PROMTOOL=PATH") as string,
  });
  const broken = program(join(folder, "promtool"), 3);
  await expect(ensurePromtool(log, env, nothing)).rejects.toMatchObject({
    message: expect.stringContaining(`${broken} does not start`) as string,
  });
});
