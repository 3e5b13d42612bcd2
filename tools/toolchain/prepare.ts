/** Brings what a verb needs, in order: engine, Pulumi CLI, images, this checkout's own files. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { prepareCheckout, writeEnvFile, type Checkout } from "./checkout.ts";
import { refuseCopy } from "./copy.ts";
import { ensureEngine } from "./engine.ts";
import { applied, readVariable } from "./env-file.ts";
import { ensureImages, neededImages, type Images } from "./images-choice.ts";
import type { Log } from "./log.ts";
import { cdcDir } from "./places.ts";
import { ensurePulumi } from "./pulumi-cli.ts";
import type { PipelinePlan } from "../../plan/types.ts";

export interface Prepared {
  checkout: Checkout;
  /** For child processes: the user's environment with `.cdc/env` on top. */
  env: NodeJS.ProcessEnv;
}

/**
 * Brings everything for a change of the stack.
 * @param configured `cdc:images` of the stack's configuration.
 * @param plan that of the stack, where there is one.
 */
export async function prepare(log: Log, configured: string | undefined, plan?: PipelinePlan): Promise<Prepared> {
  await ensureEngine(log);
  const cli = await ensurePulumi(log);
  const wishes = {
    environment: process.env["CDC_IMAGES"],
    configuration: configured,
    remembered: await rememberedImages(),
  };
  const images = await ensureImages(log, wishes, neededImages(plan));
  // What the stack's configuration says needs no variable, and a variable would hide a later change of it.
  return await withEnvironment(
    await prepareCheckout(cli, configured === undefined || wishes.environment ? images : undefined),
  );
}

/** Brings the CLI alone, for what only reads or removes. */
export async function prepareCli(log: Log): Promise<Prepared> {
  const cli = await ensurePulumi(log);
  const images = process.env["CDC_IMAGES"] ?? (await rememberedImages());
  return await withEnvironment(await prepareCheckout(cli, images as Images | undefined));
}

async function withEnvironment(checkout: Checkout): Promise<Prepared> {
  await refuseCopy();
  await writeEnvFile(checkout.envFile);
  return { checkout, env: applied(checkout.envFile, process.env) };
}

async function rememberedImages(): Promise<string | undefined> {
  return readVariable(await readFile(join(cdcDir, "env"), "utf8").catch(() => ""), "CDC_IMAGES");
}
