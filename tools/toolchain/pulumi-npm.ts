/**
 * The official Pulumi CLI by its npm package (pulumi-npm/), which fetches the CLI from get.pulumi.com at its first run: a minute
 * where the internet is there. Behind a mirror of packages that run fails, mostly at once, and the build from Go modules follows.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDir, isErrno } from "../../lib/run.ts";
import { withLock } from "./lock.ts";
import type { Log } from "./log.ts";
import { probe, type Answer } from "./probe.ts";

export const npmFolder = join(import.meta.dirname, "pulumi-npm");

/** Two small files from the registry. */
const packageLimitMs = 60_000;
/** 150 MB; beyond this the build is as quick. A firewall that drops what it refuses costs Node's own 10 s. */
const fetchLimitMs = 180_000;

/** A CLI that was fetched. */
export interface FetchedCli {
  /** Folder for PATH: `pulumi` and the language hosts. */
  readonly bin: string;
  /** A PULUMI_HOME that belongs to it. */
  readonly home: string;
}

export interface FetchOptions {
  /** Folder that keeps toolchains; default: in the cache that all checkouts share. */
  readonly parent?: string;
  /** Default 3 minutes. */
  readonly limitMs?: number;
}

/**
 * The official CLI, from the cache or fetched now.
 * @param reason why it is needed, for the log.
 * @returns undefined, with a line in the log, where it cannot be had.
 */
export async function fetchCli(log: Log, reason: string, options: FetchOptions = {}): Promise<FetchedCli | undefined> {
  const { parent = join(cacheDir(), "toolchain"), limitMs = fetchLimitMs } = options;
  const version = await pinnedVersion();
  const name = `npm-${version}-${process.platform}-${process.arch}`;
  const home = join(parent, name);
  const fetched = { bin: binOf(home, version), home };
  // The whole folder appears at once by a rename, so what is there is complete.
  if (existsSync(home)) return fetched;

  await mkdir(parent, { recursive: true });
  const waiting = (pid: number) => log(`pulumi: another checkout fetches the CLI (process ${pid}), waiting for it`);
  return await withLock(`${home}.lock`, waiting, async () => {
    if (existsSync(home)) return fetched;
    log(`pulumi: ${reason}, so the official CLI ${version} is fetched (npm package pulumi)`);
    const staging = `${home}.fetching`; // ours alone: we hold the lock
    await rm(staging, { recursive: true, force: true });
    try {
      const problem = await log.during("pulumi: trying to fetch the CLI", () => fetchInto(staging, version, limitMs));
      if (problem !== undefined) {
        log(`pulumi: the official CLI cannot be fetched here (${problem})`);
        return undefined;
      }
      await rename(staging, home);
      return fetched;
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  });
}

/** The version of the package and of the CLI, which are the same. */
export async function pinnedVersion(): Promise<string> {
  const { dependencies } = JSON.parse(await readFile(join(npmFolder, "package.json"), "utf8")) as {
    dependencies: { pulumi: string };
  };
  return dependencies.pulumi;
}

function binOf(home: string, version: string): string {
  return join(home, "versions", version, "bin");
}

/** @returns what went wrong, in a line; undefined when the CLI is there. */
async function fetchInto(home: string, version: string, limitMs: number): Promise<string | undefined> {
  await mkdir(home, { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) await copyFile(join(npmFolder, file), join(home, file));
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0"];
  const installed = await bounded("npm", args, { cwd: home, limitMs: packageLimitMs });
  if (!installed.ok) return lastLine(installed);

  const run = join(home, "node_modules", "pulumi", "run.js");
  const env = { PULUMI_HOME: home, PULUMI_VERSION: version, PULUMI_SKIP_UPDATE_CHECK: "true", NODE_USE_ENV_PROXY: "1" };
  const ran = await bounded(process.execPath, [run, "version"], { cwd: home, limitMs, env });
  if (!ran.ok) return lastLine(ran);

  const bin = binOf(home, version);
  const answer = await probe(join(bin, "pulumi"), ["version"], { env: { ...process.env, ...env } });
  if (!answer.ok || answer.stdout !== `v${version}`) return `what came is no pulumi ${version}`;
  return existsSync(join(bin, "pulumi-language-nodejs")) ? undefined : "it came without its language host for Node.js";
}

function lastLine({ stdout, stderr }: Answer): string {
  return (stderr || stdout).split("\n").at(-1) ?? "";
}

/** Runs a program, and ends it with everything that it has started when it takes too long or we are ended ourselves. */
async function bounded(
  command: string,
  args: readonly string[],
  { cwd, limitMs, env }: { cwd: string; limitMs: number; env?: Readonly<Record<string, string>> },
): Promise<Answer> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    // A process group of its own: the package starts a shell, and that a downloader.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killAll = () => {
    if (child.pid === undefined) return; // it could not be started
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      if (!isErrno(error, "ESRCH")) throw error; // all of them have ended
    }
  };
  const passOn = (signal: NodeJS.Signals) => {
    killAll();
    process.off(signal, passOn);
    process.kill(process.pid, signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, passOn);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    killAll();
  }, limitMs);
  const written = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (written.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (written.stderr += text));
  try {
    const failure = await new Promise<string | undefined>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("close", (code, signal) => resolve(code === 0 ? undefined : `ended with ${code ?? signal}`));
    });
    const stderr = isLate ? `not within ${Math.round(limitMs / 1000)} s` : written.stderr.trim() || (failure ?? "");
    return { ok: failure === undefined, stdout: written.stdout.trim(), stderr };
  } finally {
    clearTimeout(timer);
    for (const signal of signals) process.off(signal, passOn);
  }
}
