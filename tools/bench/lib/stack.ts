/** Stacks that benchmarks make in this checkout and remove again: `bench`, `bench-6` …, beside whatever else runs. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { imagesOf, type Images } from "../../../config/images.ts";
import { readInput } from "../../../config/input.ts";
import { planPipeline } from "../../../plan/pipeline.ts";
import { run } from "../../../lib/run.ts";
import type { PipelinePlan } from "../../../plan/types.ts";
import { readVariable } from "../../toolchain/env-file.ts";
import { removeMadeIn } from "../../toolchain/owned.ts";
import { cdcDir } from "../../toolchain/places.ts";
import { checkoutFolder } from "../../../lib/checkout.ts";
import { mergeConfig } from "../../../config/stack-file.ts";
import { stackFile, stackLabel } from "../../../config/stack-name.ts";

export interface BenchStack {
  readonly name: string;
  /** Value of the label `cdc.stack`: `cdc-NAME`. */
  readonly label: string;
}

/** A verb of ours takes a minute at most, with 12 shards some more; what hangs is ended. */
const verbLimitMs = 10 * 60_000;

/**
 * Writes Pulumi.NAME.yaml: Pulumi.dev.yaml's values, 3000 on top of every port, no read side, and `config` on top of that.
 * @param name begins with `bench`.
 * @param config values by their keys without `cdc:`.
 */
export async function writeStack(name: string, config: Record<string, unknown>): Promise<BenchStack> {
  const dev = parse(await readFile(join(checkoutFolder, stackFile("dev")), "utf8")) as {
    config: Record<string, unknown>;
  };
  const own = { portOffset: 3000, readSide: { enabled: false }, ...config };
  const named = Object.fromEntries(Object.entries(own).map(([key, value]) => [`cdc:${key}`, value]));
  const file = join(checkoutFolder, stackFile(name));
  // The salt belongs to a stack that is there already.
  const before = await readFile(file, "utf8").catch(() => "");
  const salt = /^encryptionsalt: .*\n/m.exec(before)?.[0] ?? "";
  await writeFile(file, stringify({ config: { ...dev.config, ...named } }) + salt);
  return { name, label: stackLabel(name) };
}

/**
 * Runs `make VERB STACK=name`.
 * @returns how long it took, in seconds.
 * @throws Error with all that it wrote when it fails.
 */
export async function make(stack: BenchStack, verb: string, env: NodeJS.ProcessEnv): Promise<number> {
  const lines: string[] = [];
  const began = performance.now();
  try {
    await run("make", [verb, `STACK=${stack.name}`], {
      cwd: checkoutFolder,
      env: { ...env, ...withoutMake(env) },
      timeoutMs: verbLimitMs,
      onLine: (line) => lines.push(line),
    });
  } catch (error) {
    throw new Error([`make ${verb} STACK=${stack.name} failed:`, ...lines].join("\n"), { cause: error });
  }
  return (performance.now() - began) / 1000;
}

/** Takes the stack down, by force if need be, and removes its file. For `finally`. */
export async function removeStack(stack: BenchStack, env: NodeJS.ProcessEnv): Promise<void> {
  await make(stack, "down", { ...env, FORCE: "1" });
  const file = stackFile(stack.name);
  await rm(join(checkoutFolder, file), { force: true });
  await rm(join(cdcDir, "salts", file), { force: true });
}

/** Removes what a benchmark that was killed has left: its stacks, and whatever else carries the label of one. */
export async function removeLeftovers(env: NodeJS.ProcessEnv): Promise<void> {
  for (const file of await readdir(checkoutFolder)) {
    const name = /^Pulumi\.(bench[^.]*)\.yaml$/.exec(file)?.[1];
    if (name !== undefined) await removeStack({ name, label: stackLabel(name) }, env);
  }
  for (const label of await benchLabels()) await removeMadeIn(checkoutFolder, label);
}

/** The values of `cdc.stack` on the engine that are benchmarks'. */
async function benchLabels(): Promise<Set<string>> {
  const labels = new Set<string>();
  for (const kind of [
    ["container", "ls", "--all"],
    ["volume", "ls"],
    ["network", "ls"],
  ]) {
    const { stdout } = await run("docker", [
      ...kind,
      "--filter",
      "label=cdc.stack",
      "--format",
      '{{.Label "cdc.stack"}}',
    ]);
    for (const label of stdout.split("\n")) if (label.startsWith(stackLabel("bench"))) labels.add(label);
  }
  return labels;
}

/** The plan as the program makes it of the stack's file, and the images that it takes. */
export async function planOf({ name, label }: BenchStack): Promise<{ plan: PipelinePlan; images: Images }> {
  const read = async (file: string) => await readFile(join(checkoutFolder, file), "utf8");
  const raw = mergeConfig(await read("Pulumi.yaml"), await read(stackFile(name)));
  // The choice that `make up` remembers for this machine wins over the configuration, as it does in the program.
  const chosen = readVariable(await readFile(join(cdcDir, "env"), "utf8").catch(() => ""), "CDC_IMAGES");
  const plan = planPipeline(readInput(chosen === undefined ? raw : { ...raw, images: chosen }, label));
  return { plan, images: imagesOf(plan.images) };
}

/** The generated passwords, and the certificate of the servers' authority (PEM), out of the stack's state. */
export async function passwordsOf(
  { name }: BenchStack,
  env: NodeJS.ProcessEnv,
): Promise<{ root: string; cdc: string; ca: string }> {
  const { stdout } = await run("pulumi", ["stack", "export", "--show-secrets", "--stack", name], {
    cwd: checkoutFolder,
    env,
  });
  const { deployment } = JSON.parse(stdout) as {
    deployment: { resources: { urn: string; outputs?: { result?: { plaintext?: string }; certificate?: string } }[] };
  };
  const outputsOf = (resource: string) =>
    deployment.resources.find(({ urn }) => urn.endsWith(`::${resource}`))?.outputs;
  const password = (resource: string) => {
    const found = outputsOf(resource)?.result?.plaintext;
    if (found === undefined) throw new Error(`no ${resource} in the state of stack ${name}`);
    return JSON.parse(found) as string;
  };
  const ca = outputsOf("authority")?.certificate;
  if (ca === undefined) throw new Error(`no authority in the state of stack ${name}`);
  return { root: password("mysql-root-password"), cdc: password("cdc-password"), ca };
}

/** What a `make` around us has put into the environment would rule the one that is started. */
function withoutMake(env: NodeJS.ProcessEnv): Record<string, undefined> {
  const names = Object.keys({ ...process.env, ...env }).filter((name) =>
    /^(MAKE|MFLAGS$|STACK$|CDC_BOOTSTRAP)/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
