/** A Chromium for the search page's test: the machine's own, else Debian's. */
import { readFile } from "node:fs/promises";
import { isDebianLike } from "./engine.ts";
import type { Log } from "./log.ts";
import { findOnPath, type Env } from "./places.ts";
import { probe } from "./probe.ts";
import { run, UserError } from "../../lib/run.ts";

/** What Debian, Google and other distributions call it. */
const names = ["chromium", "google-chrome-stable", "google-chrome", "chromium-browser"];

const byHand =
  "install Chromium (Debian: sudo apt-get install chromium), or name a browser of its kind by CHROMIUM=PATH";

/** The browser that CHROMIUM names, or the first on PATH; undefined for none. */
export function findBrowser(env: Env): string | undefined {
  return env["CHROMIUM"] || names.map((name) => findOnPath(name, env["PATH"])).find((file) => file !== undefined);
}

/**
 * Returns the path of a browser that starts.
 * @param install puts one on PATH; only tests give another than apt-get.
 * @throws {UserError} when there is none and none could be brought, or when the one that is there does not start.
 */
export async function ensureBrowser(log: Log, env: Env = process.env, install = aptInstall): Promise<string> {
  if (findBrowser(env) === undefined) {
    await log.during("browser: none here for the page's test, installing Debian's chromium", install);
  }
  const browser = findBrowser(env);
  if (browser === undefined) throw new UserError("no browser was found for the search page's test", byHand);
  const { ok, stderr } = await probe(browser, ["--version"], { env });
  if (!ok) throw new UserError(`the browser ${browser} does not start: ${stderr}`, byHand);
  return browser;
}

async function aptInstall(): Promise<void> {
  const debianLike = isDebianLike(await readFile("/etc/os-release", "utf8").catch(() => ""));
  if (process.getuid?.() !== 0 || !debianLike) {
    throw new UserError("no browser was found for the search page's test", byHand);
  }
  const settings = { env: { DEBIAN_FRONTEND: "noninteractive" }, remedy: byHand };
  await run("apt-get", ["update"], settings);
  await run("apt-get", ["install", "--yes", "--no-install-recommends", "chromium"], settings);
}
