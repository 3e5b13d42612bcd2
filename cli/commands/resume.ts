/** `cdc resume`: a paused or stopped connector runs again. */
import type { Command } from "commander";
import { registerChange } from "../state.ts";

export function register(program: Command): void {
  registerChange(
    program,
    { verb: "resume", towards: () => "running", act: async (worker, connector) => await worker.resume(connector) },
    {
      summary: "let paused or stopped connectors run",
      description:
        "Lets paused or stopped connectors run again, from where they were, and waits until connector and task are RUNNING. " +
        "One that has failed needs cdc restart.",
    },
  );
}
