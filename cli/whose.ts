/** Whose the stack is that a command would meet: this checkout's, or another's that goes by the same names or ports. */
import { join } from "node:path";
import { saidOf } from "../clients/docker/client.ts";
import { checkoutFolder } from "../lib/checkout.ts";
import { shellWord } from "../lib/shell.ts";
import type { PipelinePlan } from "../plan/types.ts";
import type { Looked } from "../preflight/require-own.ts";
import type { Thing } from "../clients/docker/things.ts";
import { UnreachableError, UsageError } from "./exit.ts";

/** What a command does: `plan` looks at nothing but the files, `changes` writes something somewhere, a probe row included. */
export type Use = "plan" | "reads" | "changes";

/** Containers that the plan's names and ports lead to and that are not this checkout's stack. */
export async function othersMet({ things, us }: Looked, plan: PipelinePlan): Promise<Thing[]> {
  const { engineNames, plannedPorts } = await import("../plan/owner.ts");
  const { whoseIs } = await import("../preflight/whose.ts");
  const [names, ports] = [engineNames(plan).container, plannedPorts(plan)];
  return things.filter(
    (thing) =>
      thing.kind === "container" &&
      (thing.stack === us.stack || names.includes(thing.name) || ports.some((port) => thing.ports.has(port))) &&
      whoseIs(thing, us) !== "own",
  );
}

/**
 * Looks at whose the containers are that a command would talk to.
 * @param name the Pulumi stack.
 * @returns in words, when it is another's: "stack cdc-dev of the checkout /home/ann/cdc"; undefined when it is ours, when nothing
 * is there, and when the engine does not answer and nothing is to be changed.
 * @throws UsageError when something is to be changed and it is another's.
 * @throws UnreachableError when something is to be changed and nobody can tell whose it is.
 */
export async function lookedAt(name: string, plan: PipelinePlan, use: Use): Promise<string | undefined> {
  if (use === "plan") return undefined;
  const { lookWhose } = await import("../preflight/require-own.ts");
  const { askedBy } = await import("../preflight/name-conflicts.ts");
  const { makerOf } = await import("../preflight/whose.ts");
  let looked: Looked;
  try {
    // By the checkout's own file: the state is none of the command line's business.
    looked = await lookWhose({
      ...askedBy(plan, name),
      stack: plan.stack,
      checkout: checkoutFolder,
      state: undefined,
      backendUrl: `file://${join(checkoutFolder, ".cdc", "state")}`,
    });
  } catch (error) {
    if (use === "reads") return undefined;
    const why = saidOf(error);
    throw new UnreachableError(
      `who made stack ${plan.stack} is not known: ${why}`,
      "nothing is changed until the Docker engine answers: docker version",
      { cause: error },
    );
  }
  const [met] = await othersMet(looked, plan);
  if (met === undefined) return undefined;
  const stack = met.stack === undefined ? `container ${met.name}` : `stack ${met.stack}`;
  const owner = `${stack} of ${makerOf(met, looked.us)}`;
  if (use === "reads") return owner;
  throw new UsageError(
    `what answers here is not this checkout's: ${owner}; nothing was changed`,
    met.checkout === undefined || met.checkout === looked.us.checkout
      ? "give this stack a name and ports of its own (a stack file of another name with a cdc:portOffset of its own, cdc -s NAME)"
      : `work on it there (cd ${shellWord(met.checkout)}); or give this checkout's stack a name and a cdc:portOffset of its own, and name it: cdc -s NAME`,
  );
}
