/** `cdc logs`: what a container of the stack writes. */
import type { Command } from "commander";
import { findComponent } from "../components.ts";
import { globalsOf, openStack } from "../context.ts";
import { containersOf } from "../../clients/docker/containers.ts";
import { streamLogs, streamLogsAsJson } from "../../clients/docker/logs.ts";
import { exitCodes, UnreachableError } from "../exit.ts";

interface LogsOptions {
  readonly follow?: true;
  readonly tail?: string;
  readonly since?: string;
}

export function register(program: Command): void {
  program
    .command("logs")
    .argument("<component>", "a shard (shard0, mysql-3308), kafka, connect or guard")
    .summary("what a container writes")
    .description(
      "Prints the log of one container of the stack, as it is. Connectors and their tasks write to the worker's: connect.",
    )
    .option("-f, --follow", "go on as more is written; Ctrl-C ends it")
    .option("-n, --tail <lines>", "only the last lines")
    .option("--since <time>", "only from then on: 10m, 2h, or 2026-11-21T10:00:00Z")
    .addHelpText(
      "after",
      `
Examples:
  cdc logs connect --tail 50
  cdc logs guard --follow
  cdc logs shard0 --since 10m`,
    )
    .action(async (name: string, options: LogsOptions, command: Command) => {
      const globals = globalsOf(command);
      const { plan } = await openStack(globals);
      const { container } = findComponent(plan, name);
      if (!(await containersOf(plan.stack)).some((found) => found.name === container)) {
        throw new UnreachableError(`there is no container ${container} on the Docker engine`, "make up brings it back");
      }
      const args = dockerArgs(options);
      const code = globals.json ? await streamLogsAsJson(container, args) : await streamLogs(container, args);
      if (code !== 0) process.exitCode = exitCodes.unreachable; // docker has said why
    });
}

function dockerArgs({ follow, tail, since }: LogsOptions): string[] {
  return [
    ...(follow === true ? ["--follow"] : []),
    ...(tail === undefined ? [] : ["--tail", tail]),
    ...(since === undefined ? [] : ["--since", since]),
  ];
}
