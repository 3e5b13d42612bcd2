/** The stack's plan, read before there is a CLI: a wrong configuration or a busy port shows in a second, not in minutes. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { parseConfig } from "../config/parse.ts";
import { configSchema } from "../config/schema.ts";
import { planPipeline } from "../plan/pipeline.ts";
import type { PipelinePlan } from "../plan/types.ts";
import { project } from "./places.ts";
import type { WantedPort } from "./preflight.ts";
import { isErrno, UserError } from "./run.ts";
import { stackFile, stackLabel } from "./stack.ts";

/**
 * The configuration values that Pulumi would hand to the program: Pulumi.yaml's defaults under the stack's own.
 * Numbers that the CLI has put in quotes (`pulumi config set` does) are numbers again.
 */
export function mergeConfig(projectYaml: string, stackYaml: string): Record<string, unknown> {
  const catalogue = (parse(projectYaml) as { config?: Record<string, { default?: unknown }> }).config ?? {};
  const own = (parse(stackYaml) as { config?: Record<string, unknown> } | null)?.config ?? {};
  const merged: Record<string, unknown> = {};
  for (const key of Object.keys(configSchema.shape)) {
    const value = own[`${project}:${key}`] ?? catalogue[key]?.default;
    if (value !== undefined) merged[key] = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
  }
  return merged;
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
    const plan = planPipeline(parseConfig(mergeConfig(projectYaml, stackYaml)), stackLabel(stack));
    return { plan, images: typeof images === "string" ? images : undefined };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new UserError(error.message, `mend ${stackFile(stack)}, then run the same command again`, { cause: error });
  }
}

/** Every port that the plan publishes on 127.0.0.1. */
export function plannedPorts(plan: PipelinePlan): WantedPort[] {
  return [
    ...plan.shards.map((shard) => ({ port: shard.port.host, what: `MySQL of ${shard.name}` })),
    { port: plan.kafka.port.host, what: "Kafka broker" },
    { port: plan.connect.port.host, what: "Kafka Connect" },
  ];
}
