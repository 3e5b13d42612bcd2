/** `cdc stop`: a connector ends its task. */
import type { Command } from "commander";
import { registerChange } from "../state.ts";

export function register(program: Command): void {
  registerChange(
    program,
    { verb: "stop", towards: () => "stopped", act: async (worker, connector) => await worker.stop(connector) },
    {
      summary: "end the tasks of connectors",
      description:
        "Stops connectors: the task ends and gives its connections back; configuration and offsets stay, and cdc resume " +
        "goes on from there. Waits until it is so. Mind how long the server keeps its binlog.",
    },
  );
}
