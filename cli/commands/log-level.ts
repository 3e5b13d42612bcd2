/** `cdc log-level`: how much the workers write, without a restart. */
import { Argument, type Command } from "commander";
import { formatTable } from "../../lib/table.ts";
import { effectiveLevel, ownLevels } from "../log-levels.ts";
import { globalsOf, openStack } from "../context.ts";
import { print } from "../output.ts";

const choices = ["ERROR", "WARN", "INFO", "DEBUG", "TRACE", "OFF"];

export function register(program: Command): void {
  program
    .command("log-level")
    .argument("[logger]", "a Java package or class, or root")
    .addArgument(new Argument("[level]", "how much is written").choices(choices))
    .summary("show or set how much the workers write")
    .description(
      "Sets a logger's level, and that of all below it, on every worker until it restarts. Without a level it shows which " +
        "one a logger has; without a logger those that differ from what is above them.",
    )
    .addHelpText(
      "after",
      `
Examples:
  cdc log-level
  cdc log-level io.debezium.connector.mysql DEBUG    what the connectors do
  cdc log-level org.apache.kafka.connect.runtime.distributed TRACE
  cdc log-level io.debezium.connector.mysql INFO     and back`,
    )
    .action(async (logger: string | undefined, level: string | undefined, _options: unknown, command: Command) => {
      const globals = globalsOf(command);
      const { worker } = await openStack(globals, level === undefined ? "reads" : "changes");
      if (logger !== undefined && level !== undefined) {
        await worker.setLogLevel(logger, level);
        print(
          { json: { logger, level }, text: `${logger} is at ${level} on every worker, until the worker restarts` },
          globals,
        );
        return;
      }
      const levels = await worker.getLogLevels();
      const found = logger === undefined ? ownLevels(levels) : [effectiveLevel(levels, logger)];
      const rows = found.map((one) => [one.logger, one.level]);
      print({ json: found, text: formatTable(["LOGGER", "LEVEL"], rows) }, globals);
    });
}
