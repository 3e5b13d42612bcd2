/** The stack's plan, read before there is a CLI. */
import { readStack, toBeMendedIn } from "../../config/stack.ts";
import { stackFile } from "../../config/stack-name.ts";
import { planPipeline } from "../../plan/pipeline.ts";
import type { PipelinePlan } from "../../plan/types.ts";

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
  const { input, images } = await readStack(folder, stack);
  return { plan: toBeMendedIn(stackFile(stack), () => planPipeline(input)), images };
}
