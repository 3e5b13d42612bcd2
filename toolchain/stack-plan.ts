/** The stack's plan, read before there is a CLI: a wrong configuration shows in a second, not in minutes. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { planFrom } from "../config/plan-from.ts";
import type { PipelinePlan } from "../plan/types.ts";
import { project } from "./places.ts";
import { isErrno, UserError } from "../lib/run.ts";
import { stackFile, stackLabel } from "./stack.ts";

/**
 * The configuration values that Pulumi would hand to the program: Pulumi.yaml's defaults under the stack's own.
 * Numbers that the CLI has put in quotes (`pulumi config set` does) are numbers again.
 */
export function mergeConfig(projectYaml: string, stackYaml: string): Record<string, unknown> {
  const catalogue = (parse(projectYaml) as { config?: Record<string, { default?: unknown }> }).config ?? {};
  const own = (parse(stackYaml) as { config?: Record<string, unknown> } | null)?.config ?? {};
  const prefix = `${project}:`;
  const values = new Map(Object.entries(catalogue).map(([key, entry]) => [key, entry.default]));
  // Unknown keys too: the program would refuse them, so this has to.
  for (const [key, value] of Object.entries(own))
    if (key.startsWith(prefix)) values.set(key.slice(prefix.length), value);
  return Object.fromEntries(
    [...values]
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value]),
  );
}

export interface StackPlan {
  plan: PipelinePlan;
  /** `cdc:images` as the stack's own file has it; undefined when it leaves that open. */
  images: string | undefined;
}

/**
 * Plans the stack from the files in `folder`.
 * @throws {UserError} when the configuration cannot be used.
 */
export async function planStack(folder: string, stack: string): Promise<StackPlan> {
  const projectYaml = await readFile(join(folder, "Pulumi.yaml"), "utf8");
  const stackYaml = await readFile(join(folder, stackFile(stack)), "utf8").catch((error: unknown) => {
    if (!isErrno(error, "ENOENT")) throw error;
    throw new UserError(
      `there is no ${stackFile(stack)}`,
      `copy Pulumi.dev.yaml to ${stackFile(stack)} and give it ports of its own, for example by cdc:portOffset: 1000`,
      { cause: error },
    );
  });
  try {
    const images: unknown = mergeConfig("{}", stackYaml)["images"];
    const plan = planFrom(mergeConfig(projectYaml, stackYaml), stackLabel(stack));
    return { plan, images: typeof images === "string" ? images : undefined };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UserError(error.message, `mend ${stackFile(stack)}, then run the same command again`, { cause: error });
  }
}
