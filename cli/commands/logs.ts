/** `cdc logs`: what the containers of the stack write. */
import type { Command } from "commander";
import { containersOf } from "../../clients/docker/containers.ts";
import { streamLogs } from "../../clients/docker/logs.ts";
import { componentsOf, findComponents, type Component } from "../components.ts";
import { globalsOf, openStack } from "../context.ts";
import { exitCodes, UnreachableError } from "../exit.ts";
import { dockerArgs, printLogs, type ComponentLine, type LogsOptions } from "../logs/run.ts";
import { coloured } from "../output.ts";

export function register(program: Command): void {
  program
    .command("logs")
    .argument("[component...]", "a shard (shard0, mysql-3308), kafka, connect, guard …; all when none is named")
    .summary("what containers write")
    .description(
      "Prints the log of one container of the stack, as it is; of several in the order of time, each line with whose it is. " +
        "Connectors and their tasks write to the worker's: connect.",
    )
    .option("-f, --follow", "go on as more is written; Ctrl-C ends it")
    .option("-n, --tail <lines>", "of each only the last lines")
    .option("--since <time>", "only from then on: 10m, 2h, or 2026-11-21T10:00:00Z")
    .addHelpText(
      "after",
      `
Examples:
  cdc logs connect --tail 50
  cdc logs guard --follow
  cdc logs shard0 connect guard --since 10m
  cdc logs --follow --tail 5`,
    )
    .action(async (names: string[], options: LogsOptions, command: Command) => {
      const globals = globalsOf(command);
      const { plan } = await openStack(globals);
      const asked = names.length === 0 ? componentsOf(plan) : findComponents(plan, names);
      const components = await present(plan.stack, asked);
      const [only] = components;
      if (only !== undefined && asked.length === 1 && !globals.json) {
        const code = await streamLogs(only.container, dockerArgs(options));
        if (code !== 0) process.exitCode = exitCodes.unreachable; // docker has said why
        return;
      }
      const print = globals.json ? (line: ComponentLine) => console.log(JSON.stringify(line)) : printer(components);
      await printLogs(components, options, print);
    });
}

/** @throws UnreachableError when none of them is there; of others that are not, it tells. */
async function present(stack: string, asked: readonly Component[]): Promise<Component[]> {
  const there = new Set((await containersOf(stack)).map(({ name }) => name));
  const components = asked.filter(({ container }) => there.has(container));
  const missing = asked.filter(({ container }) => !there.has(container)).map(({ container }) => container);
  if (missing.length === 0) return components;
  const message = `there is no container ${missing.join(", ")} on the Docker engine`;
  if (components.length === 0) throw new UnreachableError(message, "make up brings it back");
  console.error(`${coloured("yellow", "warning:", process.stderr)} ${message}`);
  return components;
}

const colours = ["cyan", "green", "magenta", "yellow", "blue", "red"] as const;

/** As Docker Compose does: whose line it is in front, in a colour of its own. */
function printer(components: readonly Component[]): (line: ComponentLine) => void {
  const names = components.map(({ names: [name = ""] }) => name);
  const width = Math.max(...names.map(({ length }) => length));
  return ({ component, line }) => {
    const colour = colours[names.indexOf(component) % colours.length] ?? "cyan";
    console.log(`${coloured(colour, `${component.padEnd(width)} |`)} ${line}`);
  };
}
