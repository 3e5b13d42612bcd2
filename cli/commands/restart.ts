/** `cdc restart`: connector and task begin anew, from their offset. */
import type { Command } from "commander";
import { UserError } from "../../lib/run.ts";
import { registerChange, type StateChange } from "../state.ts";

const restart: StateChange = {
  verb: "restart",
  towards: ({ connector }, operated) => {
    if (connector.state !== "STOPPED") return connector.state === "PAUSED" ? "paused" : "running";
    throw new UserError(
      `${operated.name}: connector ${operated.connector.name} is stopped`,
      `cdc resume ${operated.name}`,
    );
  },
  act: async (worker, connector) => await worker.restart(connector),
};

export function register(program: Command): void {
  registerChange(program, restart, {
    summary: "restart connectors and their tasks, failed or not",
    description:
      "Restarts connector and task, failed or not, and waits until both are RUNNING again. They go on from their offset. " +
      "A snapshot that was under way begins anew.",
  });
}
