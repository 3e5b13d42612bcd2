/** The only place that reads pulumi.Config and the environment. */
import * as pulumi from "@pulumi/pulumi";
import { planPipeline } from "../plan/pipeline.ts";
import type { PipelinePlan } from "../plan/types.ts";
import { parseConfig } from "./parse.ts";
import { configSchema, type PipelineConfig } from "./schema.ts";

/** Keys whose values Pulumi hands over as text and that are not text. */
const structured = new Set(["shards", "tables", "kafkaPort", "connectPort", "portOffset", "dataPartitions"]);

/**
 * Reads the stack's configuration (Pulumi.yaml's defaults under Pulumi.STACK.yaml), checks it and plans the pipeline.
 * `CDC_IMAGES` in the environment wins over `images`: where nothing can be pulled is a fact of the machine, not of the stack.
 * @throws pulumi.RunError naming every field at fault, without a stack trace.
 */
export function loadPlan(environment: NodeJS.ProcessEnv = process.env): PipelinePlan {
  try {
    return planPipeline(readConfig(environment), `${pulumi.getProject()}-${pulumi.getStack()}`);
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}

function readConfig(environment: NodeJS.ProcessEnv): PipelineConfig {
  const stack = new pulumi.Config();
  const raw: Record<string, unknown> = {};
  for (const key of Object.keys(configSchema.shape)) {
    const value: unknown = structured.has(key) ? stack.getObject(key) : stack.get(key);
    if (value !== undefined) raw[key] = value;
  }
  const images = environment["CDC_IMAGES"];
  if (images !== undefined && images !== "") raw["images"] = images;
  return parseConfig(raw);
}
