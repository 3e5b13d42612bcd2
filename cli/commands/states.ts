/** `cdc pause`, `resume`, `restart` and `stop`: connectors move between their states. */
import type { Command } from "commander";
import { UserError } from "../../lib/run.ts";
import { registerChange, type StateChange } from "../state.ts";

const pause: StateChange = {
  verb: "pause",
  towards: () => "paused",
  act: async (worker, connector) => await worker.pause(connector),
};

const resume: StateChange = {
  verb: "resume",
  towards: () => "running",
  act: async (worker, connector) => await worker.resume(connector),
  goesOn: true,
};

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
  goesOn: true,
};

const stop: StateChange = {
  verb: "stop",
  towards: () => "stopped",
  act: async (worker, connector) => await worker.stop(connector),
};

/** The four commands, in the help's order. */
export function register(program: Command): void {
  registerChange(program, pause, {
    summary: "let connectors rest, with their tasks",
    description:
      "Pauses connectors: no more changes are published, the task keeps its place in the binlog and goes on from there " +
      "with cdc resume. Waits until it is so. Mind how long the server keeps its binlog.",
  });
  registerChange(program, resume, {
    summary: "let paused or stopped connectors run",
    description:
      "Lets paused or stopped connectors run again, from where they were, and waits until connector and task are RUNNING. " +
      "One that has failed needs cdc restart. Refused where the server's history is another one than at its place.",
  });
  registerChange(program, restart, {
    summary: "restart connectors and their tasks, failed or not",
    description:
      "Restarts connector and task, failed or not, and waits until both are RUNNING again. They go on from their offset. " +
      "A snapshot that was under way begins anew. Refused where the server's history is another one than at their place.",
  });
  registerChange(program, stop, {
    summary: "end the tasks of connectors",
    description:
      "Stops connectors: the task ends and gives its connections back; configuration and offsets stay, and cdc resume " +
      "goes on from there. Waits until it is so. Mind how long the server keeps its binlog.",
  });
}
