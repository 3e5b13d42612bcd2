/** The empty Pulumi program beside: what the CLI, the language host and Node take without any resource. */
import { join } from "node:path";
import { run } from "../../../lib/run.ts";

const folder = join(import.meta.dirname, "empty");
const stack = "bench-empty";

export interface EmptyProgram {
  /** @returns seconds that `pulumi ARGS` takes on its stack. */
  readonly time: (...args: string[]) => Promise<number>;
  readonly remove: () => Promise<void>;
}

/** Makes the empty program's stack and brings it up once. */
export async function makeEmptyProgram(env: NodeJS.ProcessEnv): Promise<EmptyProgram> {
  const pulumi = async (...args: string[]) =>
    await run("pulumi", [...args, "--stack", stack, "--non-interactive"], { cwd: folder, env });
  const remove = async () => {
    await pulumi("stack", "rm", "--yes", "--force");
  };
  await pulumi("stack", "select", "--create");
  try {
    await pulumi("up", "--yes", "--skip-preview");
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    remove,
    async time(...args) {
      const began = performance.now();
      await pulumi(...args);
      return (performance.now() - began) / 1000;
    },
  };
}
