/** How a command ends: the exit codes, and the errors that carry one. */
import { CommanderError } from "commander";
import { ConnectRestError } from "../clients/connect/client.ts";
import { ToolError, UnreachableError, UsageError, UserError } from "../lib/run.ts";

export { UnreachableError, UsageError } from "../lib/run.ts";

/** The exit codes of every command; docs/cli.md and `cdc --help` say the same. */
export const exitCodes = {
  fine: 0,
  /** Something is unhealthy, or was not found to be well. */
  unhealthy: 1,
  /** Wrong usage: an unknown shard, a stack file that cannot be used. */
  usage: 2,
  /** The stack, or a part of it that the command needs, cannot be reached. */
  unreachable: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What the clients of Kafka Connect and Kafka say of a part that does not answer. */
const silence: readonly { readonly said: RegExp; readonly remedy: string }[] = [
  { said: /^no answer from Kafka Connect/, remedy: "cdc status shows its container, make up starts it again" },
  { said: /answers, but not as Kafka Connect does/, remedy: "see what listens there, and the stack's portOffset" },
  { said: /^no answer from Kafka at/, remedy: "cdc status shows the broker's container, make up starts it again" },
];

/** The same of the search engine, whose client is not loaded for every command. */
const engineIsAway = /^the search engine (?:is out of reach|at \S+ does not answer)/;

/** An error as a person meets it, and the exit code that goes with it. */
export interface Ending {
  readonly message: string;
  readonly remedy: string;
  readonly exitCode: ExitCode;
}

/**
 * What to say of an error, and how to end.
 * @returns undefined for a defect of ours, which keeps its stack trace.
 */
export function endingOf(error: unknown): Ending | undefined {
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, "");
    return { message, remedy: "see cdc --help, or cdc COMMAND --help", exitCode: exitCodes.usage };
  }
  if (error instanceof ConnectRestError) {
    return {
      message: `Kafka Connect refused (HTTP ${error.status}): ${error.message}`,
      remedy: error.remedy ?? "cdc status shows the connectors, cdc logs connect the worker's own words",
      exitCode: exitCodes.unhealthy,
    };
  }
  if (error instanceof UserError) {
    return { message: error.message, remedy: error.remedy, exitCode: exitCodeOf(error) };
  }
  const remedy = error instanceof Error ? silence.find(({ said }) => said.test(error.message))?.remedy : undefined;
  if (error instanceof Error && remedy !== undefined) {
    return { message: error.message, remedy, exitCode: exitCodes.unreachable };
  }
  return undefined;
}

function exitCodeOf(error: UserError): ExitCode {
  if (error instanceof UsageError) return exitCodes.usage;
  return error instanceof UnreachableError || error instanceof ToolError || engineIsAway.test(error.message)
    ? exitCodes.unreachable
    : exitCodes.unhealthy;
}
