/** Plain `pulumi` on a stack of ours that is up, with a look at whether it did what is timed. */
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, ToolError } from "../../../lib/run.ts";
import { checkoutFolder } from "../../../lib/checkout.ts";
import { stackFile } from "../../../config/stack-name.ts";
import type { BenchStack } from "../lib/stack.ts";

/** What is changed would be counted before it. */
const unchanged = /Resources:\s+\d+ unchanged/;

/**
 * Runs `pulumi ARGS` where nothing is to be done.
 * @returns seconds.
 * @throws Error when there was something to do.
 */
export async function pulumiSeconds(
  stack: BenchStack,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const began = performance.now();
  const output = await pulumi(stack, args, env);
  const seconds = (performance.now() - began) / 1000;
  if (!unchanged.test(output)) throw new Error(`pulumi ${args.join(" ")} had to do:\n${output}`);
  return seconds;
}

/**
 * Previews the stack with a time zone that is refused.
 * @returns seconds.
 */
export async function refusedSeconds(stack: BenchStack, env: NodeJS.ProcessEnv): Promise<number> {
  // `--config` is written to the stack's file: to a copy of it.
  const folder = await mkdtemp(join(tmpdir(), "cdc-bench-"));
  try {
    const copy = join(folder, "Pulumi.copy.yaml");
    await copyFile(join(checkoutFolder, stackFile(stack.name)), copy);
    const began = performance.now();
    const output = await pulumi(stack, ["preview", "--config-file", copy, "--config", "cdc:timeZone=KST"], env);
    const seconds = (performance.now() - began) / 1000;
    if (!output.includes("CDC-107")) throw new Error(`the preview was not refused:\n${output}`);
    return seconds;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns all that it wrote, also when it failed. */
async function pulumi(stack: BenchStack, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const lines: string[] = [];
  const all = [...args, "--stack", stack.name, "--non-interactive", "--color", "never"];
  try {
    await run("pulumi", all, { cwd: checkoutFolder, env, onLine: (line) => lines.push(line) });
  } catch (error) {
    if (!(error instanceof ToolError) || error.notFound) throw error;
  }
  return lines.join("\n");
}
