import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLog } from "../../../tools/toolchain/log.ts";
import { ensureBrowser, findBrowser } from "../../../tools/toolchain/test-browser.ts";

const log = createLog({ write: () => true });
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cdc-browser-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that answers to --version with an exit code. */
function program(name: string, code: number): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n[ "$1" = --version ] && exit ${code}\n`);
  chmodSync(file, 0o755);
  return file;
}

const noInstall = async () => await Promise.reject(new Error("nothing is to be installed"));

test("the one on PATH is taken, and one that CHROMIUM names before it", async () => {
  const chrome = program("google-chrome", 0);
  const own = program("own", 0);
  expect(await ensureBrowser(log, { PATH: folder }, noInstall)).toBe(chrome);
  expect(await ensureBrowser(log, { PATH: folder, CHROMIUM: own }, noInstall)).toBe(own);
  expect(findBrowser({ PATH: join(folder, "none") })).toBeUndefined();
});

test("where there is none it is installed", async () => {
  const install = vi.fn(async () => await Promise.resolve(void program("chromium", 0)));
  expect(await ensureBrowser(log, { PATH: folder }, install)).toBe(join(folder, "chromium"));
  expect(install).toHaveBeenCalledTimes(1);
});

test("none after that, or one that does not start, is told with what to do", async () => {
  await expect(ensureBrowser(log, { PATH: folder }, async () => await Promise.resolve())).rejects.toMatchObject({
    message: "no browser was found for the search page's test",
    remedy: expect.stringContaining("CHROMIUM=PATH") as string,
  });
  const broken = program("chromium", 3);
  await expect(ensureBrowser(log, { PATH: folder }, noInstall)).rejects.toMatchObject({
    message: expect.stringContaining(`the browser ${broken} does not start`) as string,
  });
});
