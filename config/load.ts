/** The only place that reads pulumi.Config and the environment. */
import * as pulumi from "@pulumi/pulumi";
import { readInput, type PlanInput } from "./input.ts";
import { messageOf } from "../lib/run.ts";
import { valueOf } from "./raw.ts";
import { stackFile } from "./stack-name.ts";

/**
 * Reads the stack's configuration (Pulumi.yaml's defaults under Pulumi.STACK.yaml) and checks it.
 * `CDC_IMAGES` in the environment wins over `images`: where nothing can be pulled is a fact of the machine, not of the stack.
 * @throws ProblemError naming every problem.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): PlanInput {
  const stack = pulumi.getStack();
  return readInput(rawConfig(environment), `${pulumi.getProject()}-${stack}`, stackFile(stack));
}

/** @throws pulumi.RunError instead of any error: Pulumi shows it without a stack trace. */
export function withoutTrace<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new pulumi.RunError(messageOf(error));
  }
}

function rawConfig(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  const namespace = `${pulumi.getProject()}:`;
  const raw: Record<string, unknown> = {};
  // Every key that is set, known or not: a misspelled one is to be reported, not to be passed over.
  for (const [key, value] of Object.entries(pulumi.runtime.allConfig() ?? {})) {
    if (!key.startsWith(namespace)) continue;
    const field = key.slice(namespace.length);
    raw[field] = valueOf(field, value);
  }
  const images = environment["CDC_IMAGES"];
  if (images !== undefined && images !== "") raw["images"] = images;
  return raw;
}
