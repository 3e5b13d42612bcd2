/** Moving connectors between their states, and waiting until they are there. */
import { Option, type Command } from "commander";
import type { ConnectClient, ConnectorStatus, DesiredState } from "../clients/connect/client.ts";
import { ConnectRestError } from "../clients/connect/client.ts";
import { systemClock, type Clock } from "../clients/connect/clock.ts";
import { isLasting } from "../clients/connect/hints.ts";
import { awaitState, failureOf, statesOf } from "../clients/connect/status.ts";
import { formatTable } from "../lib/table.ts";
import { UserError } from "../lib/run.ts";
import { globalsOf, lookAtOwner, planOf, type OperatedConnector, type OperatedStack } from "./context.ts";
import { endingOf, exitCodes, UsageError, type Ending } from "./exit.ts";
import { requireHistory } from "./history.ts";
import { coloured, print, printError } from "./output.ts";

/** A task ends or starts within seconds; a rebalance of several workers may come between. */
const timeoutSeconds = 60;

/** One thing that can be done to a connector. */
export interface StateChange {
  /** The command: `pause`. */
  readonly verb: string;
  /** The state that is waited for, given the status of before. @throws UserError when it makes no sense then. */
  readonly towards: (before: ConnectorStatus, operated: OperatedConnector) => DesiredState;
  readonly act: (worker: ConnectClient, connector: string) => Promise<void>;
  /** Whether it lets the connector go on from its place, which then has to be one of the server's history. */
  readonly goesOn?: true;
}

/** What a change has led to. */
export interface Changed {
  /** The shard's name; the sink's own for the sink. */
  readonly shard: string;
  readonly connector: string;
  readonly state: string;
  readonly tasks: readonly string[];
  /** What the plan declares. */
  readonly declared: DesiredState;
}

/**
 * Carries out a change and waits for its state.
 * @throws UserError when there is no such connector, it fails, or the state is not reached in time.
 */
export async function changeState(
  worker: ConnectClient,
  operated: OperatedConnector,
  change: StateChange,
  clock: Clock = systemClock,
): Promise<Changed> {
  const { name, state: declared } = operated.connector;
  const before = await worker.getStatus(name);
  if (before === undefined) {
    throw new UserError(`${operated.name}: connector ${name} is not on the worker`, "pulumi up brings it back");
  }
  const desiredState = change.towards(before, operated);
  await change.act(worker, name);
  const after = await reached(worker, operated, desiredState, before, clock).catch(async (error: unknown) => {
    const failed = change.goesOn === true ? await failedInPassing(worker, name) : undefined;
    if (failed === undefined) throw error;
    await worker.restartFailed(name);
    return await reached(worker, operated, desiredState, failed, clock);
  });
  const { state, taskStates } = statesOf(after);
  return { shard: operated.name, connector: name, state, tasks: taskStates, declared };
}

/**
 * The status of a connector that failed by what a restart heals: one that rested while its server was restarted goes on with the
 * connection that it had, and fails by that first.
 */
async function failedInPassing(worker: ConnectClient, name: string): Promise<ConnectorStatus | undefined> {
  const status = await worker.getStatus(name);
  const failure = status && failureOf(status);
  return failure === undefined || isLasting(failure) ? undefined : status;
}

/** Waits for the state. @throws UserError when the connector fails, or is not there in time. */
export async function reached(
  worker: ConnectClient,
  operated: OperatedConnector,
  desiredState: DesiredState,
  before?: ConnectorStatus,
  clock: Clock = systemClock,
): Promise<ConnectorStatus> {
  try {
    return await awaitState(worker, { name: operated.connector.name, desiredState, timeoutSeconds }, clock, before);
  } catch (error) {
    if (error instanceof ConnectRestError || !(error instanceof Error) || endingOf(error) !== undefined) throw error;
    throw new UserError(
      `${operated.name}: ${error.message}`,
      "cdc status shows what else is wrong, cdc logs connect --tail 100 the worker's log",
      { cause: error },
    );
  }
}

/** What a person should know about a state that the plan does not declare; undefined when it does. */
export function noteOn({ shard, connector, state, declared }: Changed): string | undefined {
  if (state.toLowerCase() === declared) return undefined;
  // The sink has no entry in which another state could be declared.
  if (shard === connector) return `${shard} is declared ${declared}: the next \`pulumi up\` brings that back`;
  return (
    `${shard} is declared ${declared}: the next \`pulumi up\` brings that back; ` +
    `to keep it, set state: ${state.toLowerCase()} in the shard's entry and run pulumi up`
  );
}

/** Registers the command of a change, with several shards and `--all`. */
export function registerChange(
  program: Command,
  change: StateChange,
  words: { readonly summary: string; readonly description: string },
): void {
  program
    .command(change.verb)
    .argument("[shards...]", "their names, or those of their connectors; the sink by its own")
    .addOption(new Option("-a, --all", "every shard of the stack; not the sink"))
    .summary(words.summary)
    .description(words.description)
    .addHelpText(
      "after",
      `\nExamples:\n  cdc ${change.verb} shard0\n  cdc ${change.verb} shard0 shard1\n  cdc ${change.verb} --all\n  cdc ${change.verb} read-side-sink`,
    )
    .action(async (names: string[], options: { all?: true }, command: Command) => {
      const globals = globalsOf(command);
      const stack = await planOf(globals);
      const operated = chosen(stack, names, options.all ?? false, change.verb);
      await lookAtOwner(stack, "changes");
      const results = await Promise.allSettled(
        operated.map(async (one) => {
          if (change.goesOn === true) await requireHistory(stack, one);
          return await changeState(stack.worker, one, change);
        }),
      );
      const changed = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
      if (changed.length > 0) print({ json: changed, text: render(changed) }, globals);
      for (const result of results) if (result.status === "rejected") fail(result.reason, globals);
    });
}

function chosen(stack: OperatedStack, names: readonly string[], all: boolean, verb: string): OperatedConnector[] {
  const sink = stack.plan.readSide?.sink;
  const known = [...stack.plan.shards, ...(sink === undefined ? [] : [sink])].map(({ name }) => name).join(", ");
  if (all && names.length > 0) throw new UsageError("--all and names of shards", "give one or the other");
  if (!all && names.length === 0)
    throw new UsageError(`no connector to ${verb}`, `name some of: ${known}; or give --all`);
  if (all) return [...stack.plan.shards];
  return [...new Map(names.map((name) => stack.connector(name)).map((one) => [one.name, one])).values()];
}

/** One that fails hides no other; the highest exit code stays. */
function fail(error: unknown, options: { readonly json: boolean }): void {
  const ending: Ending | undefined = endingOf(error);
  if (ending === undefined) throw error;
  printError(ending, options);
  process.exitCode = Math.max(Number(process.exitCode ?? exitCodes.fine), ending.exitCode);
}

function render(changed: readonly Changed[]): string {
  const rows = changed.map(({ shard, connector, state, tasks }) => [shard, connector, state, tasks.join(", ") || "-"]);
  const notes = changed.flatMap((one) => noteOn(one) ?? []).map((note) => coloured("yellow", note));
  return [formatTable(["SHARD", "CONNECTOR", "STATE", "TASK"], rows), ...notes].join("\n");
}
