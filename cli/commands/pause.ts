/** `cdc pause`: a connector rests, with its task and its connections. */
import type { Command } from "commander";
import { registerChange } from "../state.ts";

export function register(program: Command): void {
  registerChange(
    program,
    { verb: "pause", towards: () => "paused", act: async (worker, connector) => await worker.pause(connector) },
    {
      summary: "let connectors rest, with their tasks",
      description:
        "Pauses connectors: no more changes are published, the task keeps its place in the binlog and goes on from there " +
        "with cdc resume. Waits until it is so. Mind how long the server keeps its binlog.",
    },
  );
}
