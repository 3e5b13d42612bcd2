/** The stack as the Pulumi CLI sees it. All functions take the environment that `prepare` made. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checkout } from "./checkout.ts";
import { cdcDir, project, root } from "./places.ts";
import { isErrno, run, UserError } from "../lib/run.ts";
import { dropStrangeSalt, settleSalt } from "./salt.ts";

/** A stack and how to reach it. */
export interface Stack {
  name: string;
  env: NodeJS.ProcessEnv;
}

/** The file with the stack's configuration. */
export const stackFile = (stack: string): string => `Pulumi.${stack}.yaml`;

/** The value of the label `cdc.stack` on all that the stack owns on the engine. */
export const stackLabel = (stack: string): string => `${project}-${stack}`;

/** Refuses names that are no stack names before they reach a path. */
export function checkStackName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,40}$/.test(name)) return name;
  throw new UserError(
    `"${name}" is no name for a stack`,
    "use letters, digits, - and _, for example: make STACK=dev up",
  );
}

/** The local backend's file of the stack. */
export const stateFile = (stack: string): string =>
  join(cdcDir, "state", ".pulumi", "stacks", project, `${stack}.json`);

/** Whether the local backend knows the stack; a look at the file, as there may be no CLI yet. */
export function existsLocally(stack: string): boolean {
  return existsSync(stateFile(stack));
}

/** Selects the stack, making it when it does not exist, and keeps git clean. */
export async function selectStack(stack: Stack, checkout: Checkout): Promise<void> {
  const file = join(root, stackFile(stack.name));
  if (checkout.ownPassphrase && !existsLocally(stack.name)) await dropStrangeSalt(root, stackFile(stack.name));
  const before = await readFile(file, "utf8").catch((error: unknown) => {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  });
  await run("pulumi", ["stack", "select", "--create", "--stack", stack.name, "--non-interactive"], {
    env: stack.env,
    cwd: root,
    remedy: "mend what pulumi complains about, then run the same command again",
  });
  if (checkout.localBackend) await settleSalt(root, stackFile(stack.name), before);
}

/** The stack's outputs, secrets masked. */
export async function stackOutputs(stack: Stack): Promise<Record<string, unknown>> {
  const { stdout } = await run("pulumi", ["stack", "output", "--json", "--stack", stack.name], {
    env: stack.env,
    cwd: root,
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** What is in the state beside the stack's own entry. */
export async function resourceCount(stack: Stack): Promise<number> {
  const { stdout } = await run("pulumi", ["stack", "export", "--stack", stack.name], { env: stack.env, cwd: root });
  const { deployment } = JSON.parse(stdout) as {
    deployment?: { resources?: { type: string }[]; pending_operations?: unknown[] };
  };
  const resources = (deployment?.resources ?? []).filter(({ type }) => type !== "pulumi:pulumi:Stack");
  return resources.length + (deployment?.pending_operations ?? []).length;
}

/** Whether the backend (the user's or ours) has the stack. */
export async function stackExists(stack: Stack): Promise<boolean> {
  const { stdout } = await run("pulumi", ["stack", "ls", "--json"], { env: stack.env, cwd: root });
  const stacks = JSON.parse(stdout) as { name: string }[];
  return stacks.some(({ name }) => name === stack.name || name.endsWith(`/${stack.name}`));
}
