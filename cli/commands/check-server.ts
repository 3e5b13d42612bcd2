/** `cdc check-server`: can a MySQL server be captured that this project did not make? */
import { InvalidArgumentError, type Command } from "commander";
import { hostAndPort } from "../../lib/endpoint.ts";
import { renderProblems } from "../../lib/problem.ts";
import { globalsOf } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { print } from "../output.ts";

interface Options {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly timeZone: string;
  readonly database: readonly string[];
}

export function register(program: Command): void {
  program
    .command("check-server")
    .requiredOption("--host <host>", "the server's name or address")
    .option("--port <port>", "its port", portOf, 3306)
    .requiredOption("--user <name>", "the account that is to capture; its password is taken from MYSQL_PWD")
    .requiredOption("--time-zone <zone>", "the zone that the connector is to be given, such as Asia/Seoul")
    .requiredOption("--database <name...>", "databases that are to be captured")
    .summary("can a server that is not of this stack be captured?")
    .description(
      "Asks a MySQL server whether a connector could capture it: binlog, retention, time zone, privileges of the " +
        "account. Changes nothing, and needs no stack. Exit code 1 when it cannot be captured, 3 when it cannot be asked.",
    )
    .addHelpText(
      "after",
      `
Example:
  MYSQL_PWD=… cdc check-server --host db1 --user debezium --time-zone Asia/Seoul --database shop
What each code means: docs/refusals.md, CDC-711 to CDC-715.`,
    )
    .action(async ({ host, port, user, timeZone, database }: Options, command: Command) => {
      // Not at the top: its reader of time zones takes a while to load, and `--help` need not wait for it.
      const { isIanaZone, suggestZone } = await import("../../config/zones.ts");
      const { checkServer } = await import("../../preflight/server.ts");
      if (!isIanaZone(timeZone)) {
        const near = suggestZone(timeZone);
        command.error(
          `--time-zone ${timeZone} is no IANA region; ${near === undefined ? "such as Asia/Seoul" : `did you mean ${near}?`}`,
        );
      }
      const address = { host, port, user, password: process.env["MYSQL_PWD"] ?? "", path: host };
      const problems = await checkServer(address, { timeZone, databases: database, keyNeeds: {} });
      const isCaptured = problems.length === 0;
      const isUnasked = problems.some(({ code }) => code === "CDC-711");
      const server = hostAndPort(address);
      const headline = `${server} ${isUnasked ? "cannot be asked" : "cannot be captured"}`;
      const text = isCaptured ? `${server} can be captured` : renderProblems(headline, problems);
      print({ json: { server, canBeCaptured: isUnasked ? null : isCaptured, problems }, text }, globalsOf(command));
      if (isCaptured) return;
      process.exitCode = isUnasked ? exitCodes.unreachable : exitCodes.unhealthy;
    });
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError("It is a number from 1 to 65535.");
  return port;
}
