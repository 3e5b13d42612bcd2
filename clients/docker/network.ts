/** Networks on the engine. */
import { ToolError, UserError } from "../../lib/run.ts";
import { docker, isMissing } from "./client.ts";
import { labelOptions, type Labels } from "./labels.ts";

/** Of engines before 28, and since. */
const noAddressesLeft =
  /could not find an available, non-overlapping|all predefined address pools have been fully subnetted/i;

/** What is wrong, and what to do. */
function noAddresses(name: string): [string, string] {
  return [
    `network ${name} gets no addresses: the engine's address pools are used up by its other networks (docker network ls)`,
    "remove those that no container uses (docker network prune), take another stack down, or give the engine more pools " +
      "(default-address-pools in its daemon.json)",
  ];
}

/** @returns false when one of that name is there already. @throws UserError when the engine has no addresses for it. */
export async function createNetwork(name: string, labels: Labels): Promise<boolean> {
  try {
    await docker(["network", "create", ...labelOptions(labels), name]);
    return true;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (/already exists/i.test(error.stderr)) return false;
    if (noAddressesLeft.test(error.stderr)) throw new UserError(...noAddresses(name));
    throw error;
  }
}

/** One that is gone is no error. @throws ToolError while something hangs on it. */
export async function removeNetwork(name: string): Promise<void> {
  try {
    await docker(["network", "rm", name]);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
