/** The only place that reads pulumi.Config and the environment. */
import * as pulumi from "@pulumi/pulumi";
import type { PipelinePlan } from "../plan/types.ts";
import { planFrom } from "./plan-from.ts";

/** Fields that are text; Pulumi hands over every other kind of value as JSON. */
const textFields = new Set(["schema", "timeZone", "images"]);

/**
 * Reads the stack's configuration (Pulumi.yaml's defaults under Pulumi.STACK.yaml), checks it and plans the pipeline.
 * `CDC_IMAGES` in the environment wins over `images`: where nothing can be pulled is a fact of the machine, not of the stack.
 * @throws pulumi.RunError naming every problem, without a stack trace.
 */
export function loadPlan(environment: NodeJS.ProcessEnv = process.env): PipelinePlan {
  try {
    return planFrom(rawConfig(environment), `${pulumi.getProject()}-${pulumi.getStack()}`);
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}

function rawConfig(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  const namespace = `${pulumi.getProject()}:`;
  const raw: Record<string, unknown> = {};
  // Every key that is set, known or not: a misspelled one is to be told, not to be passed over.
  for (const [key, value] of Object.entries(pulumi.runtime.allConfig() ?? {})) {
    if (!key.startsWith(namespace)) continue;
    const field = key.slice(namespace.length);
    raw[field] = textFields.has(field) ? value : fromJson(value);
  }
  const images = environment["CDC_IMAGES"];
  if (images !== undefined && images !== "") raw["images"] = images;
  return raw;
}

/** Values that are no JSON stay text, so that the schema can say what is wrong with them. */
function fromJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
