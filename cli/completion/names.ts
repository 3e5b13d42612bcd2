/** Names that a command line is completed with: from the stack files of the checkout, without asking anybody. */
import { readdir } from "node:fs/promises";
import type { PipelinePlan } from "../../plan/types.ts";
import { componentsOf } from "../components.ts";
import { planOf } from "../context.ts";
import { UsageError } from "../exit.ts";
import { capturedTables } from "../tables.ts";
import type { Kind } from "./candidates.ts";
import { checkoutFolder } from "../../lib/checkout.ts";

/**
 * The names of a kind.
 * @param stack the Pulumi stack.
 * @returns none where its file is not there or cannot be used: a line that is being typed has no room for errors, and the command says
 * so itself.
 */
export async function namesOf(kind: Kind, stack: string): Promise<readonly string[]> {
  if (kind === "stack") return await stackNames();
  try {
    return namesIn((await planOf({ stack })).plan, kind);
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}

/** The stacks that have a file in the checkout. */
async function stackNames(): Promise<string[]> {
  return (await readdir(checkoutFolder)).flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? []).toSorted();
}

/** The names that a plan has of a kind. */
export function namesIn(plan: PipelinePlan, kind: Exclude<Kind, "stack">): string[] {
  const shards = plan.shards.map(({ name }) => name);
  const names = {
    shard: shards,
    connector: plan.readSide === undefined ? shards : [...shards, plan.readSide.sink.name],
    table: [...new Set(plan.shards.flatMap(capturedTables))],
    component: componentsOf(plan).flatMap(({ names: [name] }) => name ?? []),
  };
  return names[kind];
}
