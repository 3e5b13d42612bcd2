/** A stack as it is operated: its plan, its worker, and what its containers know. */
import type { Command } from "commander";
import { ConnectClient } from "../clients/connect/client.ts";
import { brokerObstacle } from "../clients/kafka/obstacle.ts";
import { checkStackName, stackFile } from "../config/stack-name.ts";
import { checkoutFolder } from "../lib/checkout.ts";
import { UserError } from "../lib/run.ts";
import { authorityKey, authorityPem, loginOf, secretIn } from "../lib/connector-secrets.ts";
import { enginePasswordKey, kafkaPasswordKey } from "../lib/constants.ts";
import type { MysqlLogin } from "../lib/endpoint.ts";
import type { DesiredState, PipelinePlan, ShardPlan } from "../plan/types.ts";
import { workersAccess, workerSecrets } from "../clients/docker/worker-secrets.ts";
import { withRestLogin } from "../plan/connect-access.ts";
import { UnreachableError, UsageError } from "./exit.ts";
import { lookingAt } from "./output.ts";
import { withKafkaLogin, WorkersKeystore } from "./kafka-login.ts";
import { lookedAt, type Use } from "./whose.ts";

/** The options that every command has. */
export interface GlobalOptions {
  /** The Pulumi stack; `--stack`, else the environment's STACK, else dev. */
  readonly stack: string;
  readonly json: boolean;
}

/** The worker answers within milliseconds; one that rebalances or starts may take seconds. */
const answerLimitMs = 10_000;

/** A broker answers within milliseconds; a frozen one never. */
const brokerLimitMs = 5000;

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
   * The account that captures a shard, by the shard's name: read out of a worker's container, running or not. Never printed.
   * @throws UnreachableError when there is no such container, or it is of a version before.
   */
  readonly cdcLogin: (shard: string) => Promise<MysqlLogin>;
  /** Reads the certificate for the brokers, and the key to it, where they want one: `lookAtOwner` does. */
  readonly readKeystore: () => Promise<void>;
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
 * Reads the stack's files in the checkout and plans it, and looks at whose it is (`lookAtOwner`). A command whose arguments name
 * things of the stack takes the two apart: wrong usage is reported first, with an engine or without.
 * @param use what the command does with it.
 */
export async function openStack(globals: Pick<GlobalOptions, "stack">, use: Use = "reads"): Promise<OperatedStack> {
  const stack = await planOf(globals);
  await lookAtOwner(stack, use);
  return stack;
}

/**
 * Reads the stack's files in the checkout and plans it; asks nobody.
 * @throws UsageError when there is no such stack file, and when it cannot be used.
 */
export async function planOf({ stack }: Pick<GlobalOptions, "stack">): Promise<OperatedStack> {
  let secrets: Promise<WorkerSecrets> | undefined;
  const read = async () => await (secrets ??= readSecrets(planned));
  const planned = await readPlan(stack);
  const access = workersAccess(containersOf(planned));
  const keystore = new WorkersKeystore(planned);
  const plan = withEngineLogin(
    await withKafkaLogin(withRestLogin(planned, access), async () => kafkaPasswordIn(await read(), planned), keystore),
    async () => enginePasswordIn(await read(), planned),
  );
  return {
    name: stack,
    plan,
    worker: new ConnectClient(plan.connect.endpoints.fromHost, {
      timeoutMs: answerLimitMs,
      others: plan.connect.workers.slice(1).map(({ endpoints }) => endpoints.fromHost),
      // A worker whose broker is away says nothing of it.
      watch: { obstacle: async () => await brokerObstacle(plan.kafka.endpoints.fromHost, brokerLimitMs) },
    }),
    cdcLogin: async (name) => loginIn(await read(), findShard(plan, name)),
    readKeystore: async () => await keystore.read(),
    shard: (name) => findShard(plan, name),
    connector: (name) => findConnector(plan, name),
  };
}

/**
 * Looks at whose the stack is that its names and ports lead to. When that is another checkout's, it is said in a line on stderr,
 * and in JSON by the field `stackOf`. Then its brokers can be asked.
 * @throws UsageError when something is to be changed and it is another checkout's.
 */
export async function lookAtOwner({ name, plan, readKeystore }: OperatedStack, use: Use): Promise<void> {
  if (use !== "plan") await readKeystore();
  lookingAt(await lookedAt(name, plan, use));
}

async function readPlan(stack: string): Promise<PipelinePlan> {
  // The configuration's schema takes a while to load; `--help` need not wait for it.
  const { readStack, toBeMendedIn } = await import("../config/stack.ts");
  const { planPipeline } = await import("../plan/pipeline.ts");
  try {
    const { input } = await readStack(checkoutFolder, checkStackName(stack));
    return toBeMendedIn(stackFile(stack), () => planPipeline(input));
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(error.message, error.remedy, { cause: error });
    throw error;
  }
}

/** @param further what else a person could have meant; for the error. */
function findShard(plan: PipelinePlan, name: string, further: readonly string[] = []): ShardPlan {
  const found = plan.shards.find(({ name: own, connector, server }) =>
    [own, connector.name, server?.alias, server?.container].includes(name),
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

/** The connectors' secrets, and the worker's container that has them. */
interface WorkerSecrets {
  readonly container: string;
  readonly text: string;
}

/** The plan, whose search engine is asked with a password where it wants one. */
function withEngineLogin(plan: PipelinePlan, password: () => Promise<string>): PipelinePlan {
  const { readSide } = plan;
  const access = async () => ({ password: await password() });
  if (readSide?.endpoints.fromHost.login === undefined) return plan;
  const { endpoints } = readSide;
  return {
    ...plan,
    readSide: { ...readSide, endpoints: { ...endpoints, fromHost: { ...endpoints.fromHost, access } } },
  };
}

function containersOf({ connect }: PipelinePlan): string[] {
  return connect.workers.map(({ container }) => container);
}

async function readSecrets(plan: PipelinePlan): Promise<WorkerSecrets> {
  const containers = containersOf(plan);
  const found = await workerSecrets(containers);
  if (found !== undefined) return found;
  throw new UnreachableError(
    `passwords cannot be read: ${containers.join(", ")} is not on the Docker engine`,
    "bring the stack up (make up); cdc status shows what there is of it",
  );
}

function kafkaPasswordIn(secrets: WorkerSecrets, { kafka }: PipelinePlan): string {
  return passwordIn(secrets, kafkaPasswordKey, `${kafka.endpoints.fromHost.sasl?.user} on Kafka`);
}

function enginePasswordIn(secrets: WorkerSecrets, { readSide }: PipelinePlan): string {
  return passwordIn(secrets, enginePasswordKey, `${readSide?.endpoints.fromHost.login?.user} on the search engine`);
}

/** @param whose for the error. */
function passwordIn({ container, text }: WorkerSecrets, key: string, whose: string): string {
  const password = secretIn(text, key);
  if (password !== undefined) return password;
  throw new UnreachableError(
    `the password of ${whose} cannot be read: ${container} does not have it yet`,
    "bring the stack up with this configuration (make up)",
  );
}

function loginIn({ container, text }: WorkerSecrets, { name, account, server }: ShardPlan): MysqlLogin {
  const { user, passwordKey, truststore } = account;
  const password = passwordIn({ container, text }, passwordKey, `${user} on ${name}`);
  // Whom to trust as an existing server is in its endpoint.
  if (server === undefined) return loginOf({ user, password });
  const authority = truststore && secretIn(text, authorityKey(truststore));
  if (authority !== undefined) return loginOf({ password, ca: authorityPem(authority) });
  throw new UnreachableError(
    `whom to trust as MySQL cannot be read: ${container} was made by a version of this project that encrypted nothing`,
    "bring the stack up with this version (make up)",
  );
}
