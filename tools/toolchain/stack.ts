/** The stack as the Pulumi CLI sees it. All functions take the environment that `prepare` made. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checkout } from "./checkout.ts";
import { project, stackFile } from "../../config/stack-name.ts";
import { cdcDir } from "./places.ts";
import { checkoutFolder } from "../../lib/checkout.ts";
import { isErrno, run } from "../../lib/run.ts";
import { dropStrangeSalt, settleSalt } from "./salt.ts";

/** A stack and how to reach it. */
export interface Stack {
  name: string;
  env: NodeJS.ProcessEnv;
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
  const file = join(checkoutFolder, stackFile(stack.name));
  if (checkout.ownPassphrase && !existsLocally(stack.name))
    await dropStrangeSalt(checkoutFolder, stackFile(stack.name));
  const before = await readFile(file, "utf8").catch((error: unknown) => {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error;
  });
  await run("pulumi", ["stack", "select", "--create", "--stack", stack.name, "--non-interactive"], {
    env: stack.env,
    cwd: checkoutFolder,
    remedy: "mend what pulumi complains about, then run the same command again",
  });
  if (checkout.localBackend) await settleSalt(checkoutFolder, stackFile(stack.name), before);
}

/** The stack's outputs, secrets masked. */
export async function stackOutputs(stack: Stack): Promise<Record<string, unknown>> {
  const { stdout } = await run("pulumi", ["stack", "output", "--json", "--stack", stack.name], {
    env: stack.env,
    cwd: checkoutFolder,
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** Whether the backend (the user's or ours) has the stack. */
export async function stackExists(stack: Stack): Promise<boolean> {
  const { stdout } = await run("pulumi", ["stack", "ls", "--json"], { env: stack.env, cwd: checkoutFolder });
  const stacks = JSON.parse(stdout) as { name: string }[];
  return stacks.some(({ name }) => name === stack.name || name.endsWith(`/${stack.name}`));
}
