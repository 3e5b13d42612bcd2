/** `cdc check-server`: can a MySQL server be captured that this project did not make? */
import { readFile } from "node:fs/promises";
import { InvalidArgumentError, type Command } from "commander";
import { hostAndPort, type Tls } from "../../lib/endpoint.ts";
import { renderProblems } from "../../lib/problem.ts";
import { messageOf } from "../../lib/run.ts";
import { globalsOf } from "../context.ts";
import { exitCodes, UsageError } from "../exit.ts";
import { print } from "../output.ts";

interface Options {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly timeZone: string;
  readonly database: readonly string[];
  readonly tls?: true;
  readonly ca?: string;
  readonly serverId?: number;
  readonly readOnly?: true;
}

export function register(program: Command): void {
  program
    .command("check-server")
    .requiredOption("--host <host>", "the server's name or address")
    .option("--port <port>", "its port", portOf, 3306)
    .requiredOption("--user <name>", "the account that is to capture; its password is taken from MYSQL_PWD")
    .requiredOption("--time-zone <zone>", "the zone that the connector is to be given, such as Asia/Seoul")
    .requiredOption("--database <name...>", "databases that are to be captured")
    .option("--tls", "encrypt, and trust the authorities that Node trusts")
    .option("--ca <file>", "encrypt, and trust the authority whose certificate (PEM) this file has")
    .option("--read-only", "nothing is to be written to it: the account needs no database of the pipeline's own")
    .option("--server-id <id>", "the connector's id as a replication client, to be compared with those in use", idOf)
    .summary("can a server that is not of this stack be captured?")
    .description(
      "Asks a MySQL server whether a connector could capture it: binlog, retention (Amazon's own too), time zone, privileges of " +
        "the account, its place among replicas. Changes nothing, and needs no stack. Without --tls or --ca nothing is encrypted. " +
        "Exit code 1 when it cannot be captured, 3 when it cannot be asked.",
    )
    .addHelpText(
      "after",
      `
Example:
  MYSQL_PWD=… cdc check-server --host db1 --ca db1-ca.pem --user debezium --time-zone Asia/Seoul --database shop
What each code means: docs/refusals.md, CDC-711 to CDC-718. How to prepare a server: docs/existing-mysql.md.`,
    )
    .action(async (options: Options, command: Command) => {
      const { host, port, user, timeZone, database, serverId } = options;
      // Not at the top: its reader of time zones takes a while to load, and `--help` need not wait for it.
      const { isIanaZone, suggestZone } = await import("../../config/zones.ts");
      const { checkServer } = await import("../../preflight/server.ts");
      if (!isIanaZone(timeZone)) {
        const near = suggestZone(timeZone);
        command.error(
          `--time-zone ${timeZone} is no IANA region; ${near === undefined ? "such as Asia/Seoul" : `did you mean ${near}?`}`,
        );
      }
      const tls = await tlsOf(options);
      const password = process.env["MYSQL_PWD"] ?? "";
      const address = { host, port, user, password, path: host, ...(tls !== undefined && { tls }) };
      const problems = await checkServer(address, {
        timeZone,
        databases: database,
        keyNeeds: {},
        isReadOnly: options.readOnly === true,
        ...(serverId !== undefined && { serverId }),
      });
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

/** @throws UsageError when there is no such file, or no certificate in it. */
async function tlsOf({ tls, ca }: Options): Promise<Tls | undefined> {
  if (ca === undefined) return tls === true ? {} : undefined;
  const remedy = "give a PEM file with the certificate of the authority that signed the server's";
  const text = await readFile(ca, "utf8").catch((error: unknown) => {
    throw new UsageError(`--ca ${ca} cannot be read: ${messageOf(error)}`, remedy, { cause: error });
  });
  if (!text.includes("-----BEGIN CERTIFICATE-----")) throw new UsageError(`--ca ${ca} has no certificate`, remedy);
  return { ca: text };
}

function idOf(text: string): number {
  const id = Number(text);
  if (!/^\d+$/.test(text) || id < 1 || id > 4_294_967_295)
    throw new InvalidArgumentError("It is a whole number from 1 to 4294967295.");
  return id;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new InvalidArgumentError("It is a number from 1 to 65535.");
  return port;
}
