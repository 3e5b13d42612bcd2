/** Networks on the engine. */
import { ToolError } from "../../lib/run.ts";
import { docker, isMissing } from "./client.ts";
import { labelOptions, type Labels } from "./labels.ts";

/** @returns false when one of that name is there already. */
export async function createNetwork(name: string, labels: Labels): Promise<boolean> {
  try {
    await docker(["network", "create", ...labelOptions(labels), name]);
    return true;
  } catch (error) {
    if (error instanceof ToolError && /already exists/i.test(error.stderr)) return false;
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
