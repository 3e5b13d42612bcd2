/** What the scripts that `up` runs by @pulumi/command have in common. */
import { labelOptions, labelsOf } from "../../clients/docker/labels.ts";
import { UserError } from "../../lib/run.ts";
import { ownerLabelNames } from "../../plan/owner.ts";

/** What the person meets, without a stack trace. */
export class StepError extends Error {}

/** Does a script's work. What it throws for a person is written to standard error, and the exit code is 1. */
export async function asStep(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof UserError) console.error(`${error.message}\n${error.remedy}`);
    else if (error instanceof StepError) console.error(error.message);
    else throw error;
    process.exitCode = 1;
  }
}

/**
 * The labels that tell whose a volume is, as options for the container that is made for its sake: one that outlives a killed
 * run is found by them. To be asked before a stream for it is opened: what nobody reads yet is lost when its program ends.
 */
export async function ownerOptions(volume: string): Promise<string[]> {
  // Docker makes a volume that a container asks for; such a one is nobody's.
  const labels = (await labelsOf("volume", volume)) ?? {};
  return labelOptions(Object.fromEntries(Object.entries(labels).filter(([label]) => ownerLabelNames.includes(label))));
}
