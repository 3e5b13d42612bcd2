/** The stack's files, read before there is a CLI: a wrong configuration shows in a second, not in minutes. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isErrno, messageOf, UserError } from "../lib/run.ts";
import { readInput, type PlanInput } from "./input.ts";
import { mergeConfig } from "./stack-file.ts";
import { stackFile, stackLabel } from "./stack-name.ts";

export interface StackInput {
  readonly input: PlanInput;
  /** `cdc:images` as the stack's own file has it; undefined when it leaves that open. */
  readonly images: string | undefined;
}

/**
 * Reads and checks the stack's files in a checkout.
 * @throws {UserError} when the configuration cannot be used.
 */
export async function readStack(folder: string, stack: string): Promise<StackInput> {
  const name = stackFile(stack);
  const projectYaml = await readFile(join(folder, "Pulumi.yaml"), "utf8");
  const stackYaml = await readFile(join(folder, name), "utf8").catch((error: unknown) => {
    if (!isErrno(error, "ENOENT")) throw error;
    throw new UserError(
      `there is no ${name}`,
      `copy Pulumi.dev.yaml to ${name} and give it ports of its own, for example by cdc:portOffset: 1000`,
      { cause: error },
    );
  });
  const { images } = mergeConfig("{}", stackYaml, name);
  const raw = mergeConfig(projectYaml, stackYaml, name);
  const input = toBeMendedIn(name, () => readInput(raw, stackLabel(stack), name));
  return { input, images: typeof images === "string" ? images : undefined };
}

/**
 * What a configuration is used for, where the stack's file has to be mended when it cannot be.
 * @throws {UserError} in place of any error.
 */
export function toBeMendedIn<Result>(name: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new UserError(messageOf(error), `mend ${name}, then run the same command again`, { cause: error });
  }
}
