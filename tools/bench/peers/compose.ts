/** Docker Compose, and the pipeline started by it. */
import { plainCdcLogin } from "./containers.ts";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDir, run, UserError } from "../../../lib/run.ts";
import { findOnPath } from "../../toolchain/places.ts";
import type { TopicPlan } from "../../../plan/types.ts";
import { composeFiles, type ComposeArgs } from "./compose-file.ts";
import { changesSeen } from "./seen.ts";

const goModule = join(import.meta.dirname, "compose");
const goPackage = "github.com/docker/compose/v2";

/** How Compose is called: a program, and what comes before its own arguments. */
export type Compose = readonly [program: string, ...before: string[]];

/**
 * Compose v2: as the engine's CLI has it, else built once from Go modules into the cache (about a minute).
 * @throws UserError when it is neither there nor can be built.
 */
export async function ensureCompose(say: (line: string) => void): Promise<Compose> {
  const asPlugin: Compose = ["docker", "compose"];
  if (await succeeds("docker", ["compose", "version"])) return asPlugin;
  const goMod = await readFile(join(goModule, "go.mod"), "utf8");
  const hash = createHash("sha256").update(goMod).update(`${process.platform}-${process.arch}`).digest("hex");
  const folder = join(cacheDir(), "compose");
  const program = join(folder, `docker-compose-${hash.slice(0, 12)}`);
  if (existsSync(program)) return [program];
  say("building Docker Compose from Go modules: once, about a minute");
  await build(goMod, folder, program);
  return [program];
}

async function build(goMod: string, folder: string, program: string): Promise<void> {
  const remedy = "install Docker Compose v2 (the engine's packages have it as docker-compose-plugin), or Go 1.26";
  const usual = "/usr/local/go/bin/go";
  const go = findOnPath("go", process.env["PATH"]) ?? (existsSync(usual) ? usual : undefined);
  if (go === undefined) throw new UserError("there is no Docker Compose and no go to build it with", remedy);
  const version = new RegExp(String.raw`^\s*${goPackage} (v[\d.]+)`, "m").exec(goMod)?.[1] ?? "";
  await mkdir(folder, { recursive: true });
  const staging = await mkdtemp(join(folder, "building-"));
  try {
    const built = join(staging, "docker-compose");
    const flags = `-s -w -X ${goPackage}/internal.Version=${version}`;
    const args = ["build", "-trimpath", "-ldflags", flags, "-o", built, `${goPackage}/cmd`];
    await run(go, args, { cwd: goModule, remedy });
    await rename(built, program);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * Starts the pipeline by `docker compose up --detach` and removes it again.
 * @param topics made beside, as soon as the broker answers.
 * @returns seconds until a change was seen on every shard.
 */
export async function startByCompose(
  [program, ...before]: Compose,
  args: ComposeArgs,
  topics: readonly TopicPlan[],
): Promise<number> {
  const { plan, passwords } = args;
  const folder = await mkdtemp(join(tmpdir(), "cdc-bench-compose-"));
  const compose = async (...verb: string[]) =>
    await run(program, [...before, "--project-name", plan.stack.toLowerCase(), ...verb], { cwd: folder });
  try {
    for (const { name, content } of composeFiles(args)) await writeFile(join(folder, name), content);
    try {
      const began = performance.now();
      const seen = changesSeen(plan, plan.shards, plainCdcLogin(passwords), topics);
      const [seenAt] = await Promise.all([seen, compose("up", "--detach", "--quiet-pull")]);
      return (seenAt - began) / 1000;
    } finally {
      await compose("down", "--volumes", "--timeout", "0");
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  return await run(program, args).then(
    () => true,
    () => false,
  );
}
