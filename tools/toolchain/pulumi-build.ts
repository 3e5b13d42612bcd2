/** Builds the Pulumi CLI, the language host and the plugins from the Go module beside, once, into the cache. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { checkSpace } from "./disk.ts";
import { withLock } from "./lock.ts";
import type { Log } from "./log.ts";
import { findOnPath } from "./places.ts";
import { probe } from "./probe.ts";
import { cacheDir, run, ToolError, UserError } from "../../lib/run.ts";
import { atLeast } from "./version.ts";

export const goModule = join(import.meta.dirname, "go");
/** Without Docker Compose's large dependency tree, which nothing here uses. */
export const goTags = "no_compose";
const pulumiCommand = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

export interface BuiltToolchain {
  /** Folder for PATH: `pulumi` and `pulumi-language-nodejs`. */
  bin: string;
  /** Folder with `pulumi-resource-*`; on PATH the engine would take them too, with a warning at every run. */
  plugins: string;
  /** A PULUMI_HOME that belongs to these binaries. */
  home: string;
}

/** The arguments of `go build`; CLI and language host report the version of pkg/v3 that go.mod requires. */
export function buildArguments(goMod: string, out: string): string[] {
  const version = /^\s*github\.com\/pulumi\/pulumi\/pkg\/v3 (v[\d.]+)/m.exec(goMod)?.[1];
  if (version === undefined) throw new Error("tools/toolchain/go/go.mod requires no github.com/pulumi/pulumi/pkg/v3");
  const flags = `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;
  return ["build", "-tags", goTags, "-ldflags", flags, "-o", `${out}/`, "./...", pulumiCommand];
}

/** The version of Go that a go.mod asks for, such as "1.26". */
export function goVersionWanted(goMod: string): string {
  return /^go (\d+(?:\.\d+)*)/m.exec(goMod)?.[1] ?? "1.21";
}

/**
 * A name for a build's result: 12 hex digits over sources, build arguments and platform. Tests do not count.
 * @param folder the Go module.
 */
export async function toolchainHash(
  folder: string = goModule,
  platform = `${process.platform}-${process.arch}`,
): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter(
      (entry) => entry.isFile() && /(\.go|^go\.mod|^go\.sum)$/.test(entry.name) && !entry.name.endsWith("_test.go"),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const bytes = await readFile(file);
    hash.update(JSON.stringify([file.slice(folder.length), bytes.length])).update(bytes);
  }
  hash.update(JSON.stringify([platform, buildArguments(await readFile(join(folder, "go.mod"), "utf8"), "")]));
  return hash.digest("hex").slice(0, 12);
}

/**
 * The built toolchain, from the cache or built now (about 10 CPU-minutes; 300 MB of binaries, 2 GB of Go's own cache).
 * @param reason why it is needed, for the log.
 */
export async function buildToolchain(log: Log, reason: string): Promise<BuiltToolchain> {
  const parent = join(cacheDir(), "toolchain");
  const name = await toolchainHash();
  const built = placesOf(parent, name);
  if (isComplete(built)) return built;

  await mkdir(parent, { recursive: true });
  const waiting = (pid: number) =>
    log(`pulumi: another checkout is building the same (process ${pid}), waiting for it`);
  await withLock(join(parent, `${name}.lock`), waiting, async () => {
    if (isComplete(built)) return;
    const go = await findGo();
    log(`pulumi: ${reason}, so CLI and plugins are built from Go modules: once, 5 to 15 minutes`);
    await build(log, go, parent, name);
  });
  return built;
}

/** The toolchain that was built before; undefined when there is none for these sources. */
export async function builtToolchain(): Promise<BuiltToolchain | undefined> {
  const built = placesOf(join(cacheDir(), "toolchain"), await toolchainHash());
  return isComplete(built) ? built : undefined;
}

function placesOf(parent: string, name: string): BuiltToolchain {
  const folder = join(parent, name);
  return { bin: join(folder, "bin"), plugins: join(folder, "plugins"), home: join(folder, "home") };
}

/** The whole folder appears at once by a rename, so what is there is complete. */
function isComplete({ bin }: BuiltToolchain): boolean {
  return existsSync(bin);
}

/** The go command that can do the build. */
async function findGo(): Promise<string> {
  const wanted = goVersionWanted(await readFile(join(goModule, "go.mod"), "utf8"));
  const usual = "/usr/local/go/bin/go";
  const go = findOnPath("go", process.env["PATH"]) ?? (existsSync(usual) ? usual : undefined);
  const remedy = `install Go ${wanted} or newer, or put a pulumi CLI (with pulumi-language-nodejs) on PATH, then run the same command again`;
  if (go === undefined) throw new UserError("the Pulumi CLI is missing and there is no go to build it with", remedy);
  const version = (await probe(go, ["env", "GOVERSION"], { cwd: "/" })).stdout;
  // Since 1.21 go brings the toolchain that a go.mod asks for by itself, unless told not to.
  const brings = atLeast(version, "1.21") && (await probe(go, ["env", "GOTOOLCHAIN"], { cwd: "/" })).stdout !== "local";
  if (!atLeast(version, wanted) && !brings)
    throw new UserError(`${go} is ${version}, the build needs ${wanted}`, remedy);
  return go;
}

async function build(log: Log, go: string, parent: string, name: string): Promise<void> {
  const goCache = (await probe(go, ["env", "GOCACHE"])).stdout;
  await checkSpace("building the Pulumi CLI and plugins", goCache || parent, 3);
  await checkSpace("keeping the Pulumi CLI and plugins", parent, 0.5);

  const staging = join(parent, `${name}.building`); // ours alone: we hold the lock
  const logFile = join(parent, `${name}.log`);
  await rm(staging, { recursive: true, force: true });
  const args = buildArguments(await readFile(join(goModule, "go.mod"), "utf8"), join(staging, "bin"));
  try {
    for (const folder of ["bin", "plugins", "home"]) await mkdir(join(staging, folder), { recursive: true });
    await log.during("pulumi: building CLI and plugins", () => run(go, args, { cwd: goModule, logFile }));
    for (const file of await readdir(join(staging, "bin"))) {
      if (file.startsWith("pulumi-resource-")) await rename(join(staging, "bin", file), join(staging, "plugins", file));
    }
    await rename(staging, join(parent, name));
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const full = /no space left on device/i.test(error.stderr);
    throw new UserError(
      `building the Pulumi CLI and plugins failed: ${error.message}\nthe whole output: ${logFile}`,
      full
        ? `free about 3 GB in ${goCache} and ${parent}, then run the same command again`
        : "see whether Go reaches its module proxy (go env GOPROXY), then run the same command again: what is compiled is kept",
      { cause: error },
    );
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
