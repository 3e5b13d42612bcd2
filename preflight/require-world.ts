/** The preflight as the program runs it: warnings are logged, problems stop it. */
import * as pulumi from "@pulumi/pulumi";
import type { Images } from "../config/images.ts";
import { renderProblems, type Problem } from "../plan/problem.ts";
import type { PipelinePlan } from "../plan/types.ts";
import { preflight } from "./index.ts";

/**
 * Looks at the world before the first resource is registered, at `pulumi preview` and `pulumi up` alike.
 * @throws pulumi.RunError naming every problem, without a stack trace.
 */
export async function requireWorld(plan: PipelinePlan, images: Images): Promise<void> {
  const { problems, warnings } = await preflight(plan, images);
  await Promise.all([...plan.warnings, ...warnings].map(warn));
  if (problems.length > 0)
    throw new pulumi.RunError(renderProblems("the pipeline cannot be brought up here", problems));
}

async function warn({ code, path, message, remedy }: Problem): Promise<void> {
  await pulumi.log.warn(`${code} ${path}: ${message}\n  what to do: ${remedy}`);
}
