/** What Pulumi's state says of a stack's own things. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isErrno, run } from "../../lib/run.ts";
import type { PipelinePlan } from "../../plan/types.ts";
import { lookWhose, type Looked } from "../../preflight/require-own.ts";
import { askedBy } from "../../preflight/name-conflicts.ts";
import type { StateOwner } from "../../preflight/whose.ts";
import { cdcDir } from "./places.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { stateFile, type Stack } from "./stack.ts";
import { stackLabel } from "../../config/stack-name.ts";

/** A resource as the state has it. */
export interface StateResource {
  type: string;
  parent?: string;
  id?: string;
  inputs?: Record<string, unknown>;
}

/** An operation that was begun and not finished. */
export interface PendingOperation {
  type: string;
  resource: StateResource;
}

export interface Deployment {
  resources?: StateResource[];
  pending_operations?: PendingOperation[];
}

/** The state in this checkout's `.cdc/`; undefined for a stack that it does not have. */
export async function localState(stack: string): Promise<Deployment | undefined> {
  try {
    const state = JSON.parse(await readFile(stateFile(stack), "utf8")) as { checkpoint?: { latest?: Deployment } };
    return state.checkpoint?.latest ?? {};
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The state, wherever it is, through the CLI; with what else an import needs. */
export async function exportedState(stack: Stack): Promise<{ deployment: Deployment }> {
  const { stdout } = await run("pulumi", ["stack", "export", "--stack", stack.name], {
    env: stack.env,
    cwd: checkoutFolder,
  });
  const { deployment, ...rest } = JSON.parse(stdout) as { deployment?: Deployment };
  return { ...rest, deployment: deployment ?? {} };
}

/** How much there is beside the stack's own entry. */
export function resourceCount({ resources = [], pending_operations: pending = [] }: Deployment): number {
  return resources.filter(({ type }) => type !== "pulumi:pulumi:Stack").length + pending.length;
}

/** Who made the stack; undefined for one of an earlier version, and for one that has nothing yet. */
export function ownerIn({ resources = [], pending_operations: pending = [] }: Deployment): StateOwner | undefined {
  const all = [...resources, ...pending.map(({ resource }) => resource)];
  const { identity, checkout } = all.find(({ type }) => type === "cdc:index:Identity")?.inputs ?? {};
  return typeof identity === "string" && typeof checkout === "string" ? { identity, checkout } : undefined;
}

/** Ids of the containers that the state knows. */
export function containersIn({ resources = [] }: Deployment): Set<string> {
  return new Set(
    resources.flatMap(({ type, id }) => (type === "docker:index/container:Container" && id !== undefined ? [id] : [])),
  );
}

/** Names of the volumes that the state knows, those included that were just being made; whatever their type is called. */
export function volumesIn({ resources = [], pending_operations: pending = [] }: Deployment): Set<string> {
  const all = [...resources, ...pending.map(({ resource }) => resource)];
  return new Set(
    all.flatMap(({ type, inputs }) =>
      /volume$/i.test(type) && typeof inputs?.["name"] === "string" ? [inputs["name"]] : [],
    ),
  );
}

/**
 * Whose the things on the engine are, seen from a stack of this checkout.
 * @param plan undefined where the configuration cannot be used: then only labels are looked at.
 * @param local whether the state is this checkout's.
 * @throws Error when the engine does not answer.
 */
export async function lookFrom(
  name: string,
  plan: PipelinePlan | undefined,
  state: Deployment | undefined,
  local: boolean,
): Promise<Looked> {
  const asked = plan === undefined ? { name, names: undefined, ports: [], portOffset: 0 } : askedBy(plan, name);
  return await lookWhose({
    ...asked,
    stack: stackLabel(name),
    checkout: checkoutFolder,
    state: state && ownerIn(state),
    backendUrl: local ? `file://${join(cdcDir, "state")}` : process.env["PULUMI_BACKEND_URL"],
  });
}
