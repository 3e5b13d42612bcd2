/** A stack as it is operated: its plan, its worker, and what its containers know. */
import type { Command } from "commander";
import { ConnectClient } from "../connect/client.ts";
import { UserError } from "../lib/run.ts";
import { cdcPasswordKey, connectorSecretsFile } from "../plan/constants.ts";
import type { DesiredState, PipelinePlan, ShardPlan } from "../plan/types.ts";
import { fileFrom } from "./engine.ts";
import { UnreachableError, UsageError } from "./exit.ts";

/** The options that every command has. */
export interface GlobalOptions {
  /** The Pulumi stack; `--stack`, else the environment's STACK, else dev. */
  readonly stack: string;
  readonly json: boolean;
}

/** The worker answers within milliseconds; one that rebalances or starts may take seconds. */
const answerLimitMs = 10_000;

/** A connector as its commands need it: of a shard, or the sink of the read side. */
export interface OperatedConnector {
  /** What a person calls it: the shard's name, or the sink's. */
  readonly name: string;
  readonly connector: { readonly name: string; readonly state: DesiredState };
}

/** The same with its configuration as it is planned. */
export interface PlannedConnector extends OperatedConnector {
  readonly connector: OperatedConnector["connector"] & { readonly config: Readonly<Record<string, string>> };
}

export interface OperatedStack {
  /** The Pulumi stack: `dev`. */
  readonly name: string;
  readonly plan: PipelinePlan;
  /** REST API of the first worker, with a short time-out. */
  readonly worker: ConnectClient;
  /**
   * Password of the CDC account, read out of a worker's container, running or not. Never printed.
   * @throws UnreachableError when there is no such container.
   */
  readonly cdcPassword: () => Promise<string>;
  /**
   * The shard of this name; the names of its connector and of its container count too.
   * @throws UsageError listing the shards.
   */
  readonly shard: (name: string) => ShardPlan;
  /**
   * The connector of a shard, by the same names, or the sink's by its own.
   * @throws UsageError listing them.
   */
  readonly connector: (name: string) => OperatedConnector;
}

/** The global options, as a command's action gets them. */
export function globalsOf(command: Command): GlobalOptions {
  const { stack, json } = command.optsWithGlobals<{ stack: string; json?: boolean }>();
  return { stack, json: json ?? false };
}

/**
 * Reads the stack's files in the checkout and plans it; nothing is asked of the stack itself.
 * @throws UsageError when there is no such stack file, or it cannot be used.
 */
export async function openStack({ stack }: Pick<GlobalOptions, "stack">): Promise<OperatedStack> {
  const plan = await readPlan(stack);
  let password: Promise<string> | undefined;
  return {
    name: stack,
    plan,
    worker: new ConnectClient({ url: plan.connect.restUrl, timeoutMs: answerLimitMs }),
    cdcPassword: async () => await (password ??= readPassword(plan)),
    shard: (name) => findShard(plan, name),
    connector: (name) => findConnector(plan, name),
  };
}

async function readPlan(stack: string): Promise<PipelinePlan> {
  // The configuration's schema takes a while to load; `--help` need not wait for it.
  const { planStack } = await import("../toolchain/stack-plan.ts");
  const { checkStackName } = await import("../toolchain/stack.ts");
  const { root } = await import("../toolchain/places.ts");
  try {
    return (await planStack(root, checkStackName(stack))).plan;
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(error.message, error.remedy, { cause: error });
    throw error;
  }
}

/** @param further what else a person could have meant; for the error. */
function findShard(plan: PipelinePlan, name: string, further: readonly string[] = []): ShardPlan {
  const found = plan.shards.find(
    (shard) => shard.name === name || shard.connector.name === name || shard.alias === name || shard.container === name,
  );
  if (found !== undefined) return found;
  throw new UsageError(
    `there is no shard ${name} in stack ${plan.stack}`,
    `name one of: ${[...plan.shards.map((shard) => shard.name), ...further].join(", ")}`,
  );
}

function findConnector(plan: PipelinePlan, name: string): OperatedConnector {
  const sink = sinkOf(plan);
  if (sink === undefined) return findShard(plan, name);
  if (name === sink.name) return sink;
  return findShard(plan, name, [sink.name]);
}

/** The sink, which is always declared running; undefined without a read side. */
function sinkOf({ readSide }: PipelinePlan): OperatedConnector | undefined {
  return readSide && { name: readSide.sink.name, connector: { name: readSide.sink.name, state: "running" } };
}

async function readPassword(plan: PipelinePlan): Promise<string> {
  const containers = plan.connect.workers.map(({ container }) => container);
  for (const container of containers) {
    const text = await fileFrom(container, connectorSecretsFile);
    const line = text?.split("\n").find((one) => one.startsWith(`${cdcPasswordKey}=`));
    if (line !== undefined) return line.slice(cdcPasswordKey.length + 1);
  }
  throw new UnreachableError(
    `the CDC account's password cannot be read: ${containers.join(", ")} is not on the Docker engine`,
    "bring the stack up (make up); cdc status shows what there is of it",
  );
}
