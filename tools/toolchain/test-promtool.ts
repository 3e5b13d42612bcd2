/** promtool, by which the alerting rules are tested: the machine's own, else Debian's. */
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isDebianLike } from "./engine.ts";
import type { Log } from "./log.ts";
import { findOnPath, type Env } from "./places.ts";
import { probe } from "./probe.ts";
import { cacheDir, run, UserError } from "../../lib/run.ts";

const byHand =
  "install Prometheus (Debian: sudo apt-get install prometheus), or name its promtool by PROMTOOL=PATH; make test brings it where it runs as root on Debian";

/** In the cache that all checkouts of this user share. */
function cached(env: Env): string {
  return join(cacheDir(env), "promtool", "promtool");
}

/** The program that PROMTOOL names, or the one on PATH, or the one that was brought before; undefined for none. */
export async function findPromtool(env: Env): Promise<string | undefined> {
  const found = env["PROMTOOL"] || findOnPath("promtool", env["PATH"]);
  if (found !== undefined) return found;
  const { ok } = await probe(cached(env), ["--version"], { env });
  return ok ? cached(env) : undefined;
}

/**
 * Returns the path of a promtool that starts.
 * @param bring puts one where it is told to; only tests give another than apt-get.
 * @throws {UserError} when there is none and none could be brought, or when the one that is there does not start.
 */
export async function ensurePromtool(log: Log, env: Env = process.env, bring = aptDownload): Promise<string> {
  if ((await findPromtool(env)) === undefined) {
    await log.during("promtool: none here for the alerts' test, bringing Debian's", async () => {
      await bring(cached(env));
    });
  }
  const promtool = await findPromtool(env);
  if (promtool === undefined) throw new UserError("no promtool was found for the alerts' test", byHand);
  const { ok, stderr } = await probe(promtool, ["--version"], { env });
  if (!ok) throw new UserError(`${promtool} does not start: ${stderr}`, byHand);
  return promtool;
}

/** Out of the package, which is not installed: that would start a Prometheus on the machine. */
async function aptDownload(file: string): Promise<void> {
  const debianLike = isDebianLike(await readFile("/etc/os-release", "utf8").catch(() => ""));
  if (process.getuid?.() !== 0 || !debianLike) {
    throw new UserError("no promtool was found for the alerts' test", byHand);
  }
  const folder = await mkdtemp(join(tmpdir(), "cdc-promtool-"));
  try {
    const settings = { env: { DEBIAN_FRONTEND: "noninteractive" }, cwd: folder, remedy: byHand };
    // apt downloads as a user of its own.
    await chmod(folder, 0o777);
    await run("apt-get", ["update"], settings);
    await run("apt-get", ["download", "prometheus"], settings);
    const [archive = ""] = await readdir(folder);
    await run("dpkg-deb", ["--extract", archive, "."], settings);
    await mkdir(dirname(file), { recursive: true });
    await run("cp", [join("usr", "bin", "promtool"), `${file}.new`], settings);
    await rename(`${file}.new`, file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
