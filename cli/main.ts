/** The command line `cdc`: what the person who operates a running pipeline asks and does. Started by bin/cdc. */
import { Command, CommanderError, Option } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { endingOf, exitCodes } from "./exit.ts";
import { coloured, printError } from "./output.ts";
import { register as acls } from "./commands/acls.ts";
import { register as checkServer } from "./commands/check-server.ts";
import { register as completion } from "./commands/completion.ts";
import { register as dlq } from "./commands/dlq.ts";
import { register as doctor } from "./commands/doctor.ts";
import { register as events } from "./commands/events.ts";
import { register as graph } from "./commands/graph.ts";
import { register as logLevel } from "./commands/log-level.ts";
import { register as logs } from "./commands/logs.ts";
import { register as monitoring } from "./commands/monitoring.ts";
import { register as offsets } from "./commands/offsets.ts";
import { register as reconcile } from "./commands/reconcile.ts";
import { register as reindex } from "./commands/reindex.ts";
import { register as snapshot } from "./commands/snapshot.ts";
import { register as states } from "./commands/states.ts";
import { register as status } from "./commands/status.ts";
import { register as tail } from "./commands/tail.ts";
import { register as topics } from "./commands/topics.ts";
import { register as verify } from "./commands/verify.ts";

/** Groups of the help, and their commands in its order. */
const groups: Record<string, ((program: Command) => void)[]> = {
  "What is going on:": [status, topics, graph, events, logs],
  "Changes:": [verify, tail, snapshot, doctor],
  "The read side:": [dlq, reconcile, reindex],
  "Connectors:": [states, offsets, logLevel],
  "Other servers:": [checkServer, acls],
  "Prometheus:": [monitoring],
  "The shell:": [completion],
};

/** The whole command line; `parseAsync` runs it. */
export function createProgram(): Command {
  const program = new Command("cdc")
    .description("Looks at and operates a running change-data-capture pipeline: shards, connectors, topics, changes.")
    .addOption(new Option("-s, --stack <name>", "the Pulumi stack").env("STACK").default("dev"))
    .option("--json", "print JSON, errors too (on stderr)")
    .version(`cdc ${packageJson.version} (Node ${process.versions.node})`)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ outputError: () => {} }) // printed with its remedy, by printError
    .configureHelp({ styleTitle: (title) => coloured("bold", title), showGlobalOptions: true })
    .addHelpText("after", afterHelp);
  for (const [heading, commands] of Object.entries(groups)) {
    program.commandsGroup(heading);
    for (const register of commands) register(program);
  }
  return program;
}

const afterHelp = `
Examples:
  cdc status                       is everything well, and how far behind is each shard?
  cdc status --watch               the same, again and again
  cdc verify                       send a change through every shard and time it
  cdc tail --shard shard0          read the changes as they come
  cdc dlq list                     what could not be indexed, and why
  cdc logs guard --follow          what the guard restarts, and why
  cdc status --json | jq .healthy  for programs
  STACK=orders cdc status          another stack of this checkout

A shard is named by its name, its connector or its container; the sink by its connector's name.

Exit codes:
  ${exitCodes.fine}  fine
  ${exitCodes.unhealthy}  something is unhealthy, or was not found to be well
  ${exitCodes.usage}  wrong usage: an unknown command or shard, a stack file that cannot be used, a change of what is another checkout's
  ${exitCodes.unreachable}  the stack, or a part of it that the command needs, cannot be reached`;

/** Runs the command line and sets the exit code. @throws Error a defect of ours, with its stack trace. */
export async function main(args: readonly string[]): Promise<void> {
  // The reader of a pipe may go before the end (`cdc topics | head`); that is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit();
  });
  try {
    await createProgram().parseAsync(args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError && isHelpOrVersion(error)) {
      process.exitCode = error.exitCode === 0 ? exitCodes.fine : exitCodes.usage;
      return;
    }
    const ending = endingOf(error);
    // A defect of ours keeps its stack trace; what a person can mend is reported in two lines.
    if (ending === undefined) throw error;
    printError(ending, { json: args.includes("--json") });
    process.exitCode = ending.exitCode;
  }
}

function isHelpOrVersion({ code }: CommanderError): boolean {
  return ["commander.help", "commander.helpDisplayed", "commander.version"].includes(code);
}

if (import.meta.main) await main(process.argv.slice(2));
