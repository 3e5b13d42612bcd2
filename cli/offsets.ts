/** A connector's place in the binlog, and making it begin anew. */
import type { ConnectClient, DesiredState } from "../clients/connect/client.ts";
import { systemClock, type Clock } from "../clients/connect/clock.ts";
import { placeOf } from "../clients/debezium/history/place.ts";
import { UserError } from "../lib/run.ts";
import type { PipelinePlan, ShardPlan } from "../plan/types.ts";
import type { OperatedConnector, OperatedStack } from "./context.ts";
import { endingOf, exitCodes, UnreachableError } from "./exit.ts";
import { reached } from "./state.ts";
import type { KafkaEndpoint } from "../lib/endpoint.ts";

/** The place in words. @throws UserError when there is no such connector. */
export async function readPlace(worker: ConnectClient, shard: ShardPlan): Promise<string> {
  const offsets = await worker.getOffsets(shard.connector.name);
  if (offsets === undefined) {
    throw new UserError(
      `${shard.name}: connector ${shard.connector.name} is not on the worker`,
      "pulumi up brings it back",
    );
  }
  const place = placeOf(offsets);
  return place === undefined ? "none stored" : `${place.file}:${place.position}`;
}

/** The topic of the connector's schema history. */
export function historyTopicOf({ connector }: ShardPlan): string {
  return connector.config["schema.history.internal.kafka.topic"] ?? "";
}

/** What a connector without offsets does, by its snapshot mode. */
export function whatFollows({ connector }: ShardPlan): string {
  const mode = connector.config["snapshot.mode"] ?? "initial";
  const once = connector.state === "running" ? "" : `once it runs (it is declared ${connector.state}) `;
  switch (mode) {
    case "no_data":
      return `snapshot mode no_data: ${once}it goes on from then, what was not read before is lost to the topics`;
    case "recovery":
      return "snapshot mode recovery needs offsets: without them the connector fails, set another mode first";
    default:
      return `${once}a new snapshot follows, with every row once more in the topics`;
  }
}

/** What a person should know of a new snapshot: it tells of rows that are there, never of those that are gone. */
export function whatStays({ readSide }: Pick<PipelinePlan, "readSide">): string {
  const stays = "rows deleted since the old place stay in compacted topics";
  if (readSide === undefined) return `${stays}: readers of those have to compare with the shard`;
  return `${stays}, and in the index: once the snapshot is through, \`cdc reconcile --repair\` takes them out there`;
}

export interface ResetOptions {
  /** Emptied too; undefined where it is to stay, and for a sink, which has none. */
  readonly historyTopic: string | undefined;
  /** Called before the connector runs again: what else its source needs for a new beginning. */
  readonly prepare?: () => Promise<void>;
  readonly onStep: (step: string) => void;
}

export interface ResetResult {
  /** The shard's name; the sink's own for the sink. */
  readonly shard: string;
  readonly connector: string;
  /** The state that it is in now: the declared one. */
  readonly state: DesiredState;
  readonly historyDeleted: boolean;
}

/**
 * Stops the connector, forgets its offsets, empties its schema history topic if asked to, and brings it into its declared
 * state. Every step may be taken again: what was broken off is brought to its end by another call.
 * @throws UserError saying how far it came.
 */
export async function resetConnector(
  { worker, plan }: Pick<OperatedStack, "worker" | "plan">,
  operated: OperatedConnector,
  { historyTopic, prepare, onStep }: ResetOptions,
  clock: Clock = systemClock,
): Promise<ResetResult> {
  const { name, state } = operated.connector;
  let done = "nothing is changed";
  try {
    await requirePresent(worker, operated);
    done = "the connector is stopped, or about to";
    onStep("stopping the connector");
    await worker.stop(name);
    await reached(worker, operated, "stopped", undefined, clock);
    onStep("forgetting its offsets");
    await worker.resetOffsets(name);
    if (historyTopic !== undefined) {
      onStep(`deleting the records of ${historyTopic}`);
      await emptyTopic(plan.kafka.endpoints.fromHost, historyTopic);
    }
    await prepare?.();
    // The state of before is no guide: it may be that of a reset which was broken off.
    done = `its offsets are forgotten, but it is not ${state} yet`;
    onStep(state === "running" ? "letting it run" : `leaving it ${state}, as it is declared`);
    if (state === "running") await worker.resume(name);
    else if (state === "paused") await worker.pause(name);
    await reached(worker, operated, state, undefined, clock);
  } catch (error) {
    throw halfDone(operated, done, error);
  }
  return { shard: operated.name, connector: name, state, historyDeleted: historyTopic !== undefined };
}

async function requirePresent(worker: ConnectClient, { name, connector }: OperatedConnector): Promise<void> {
  if ((await worker.getStatus(connector.name)) !== undefined) return;
  throw new UserError(`${name}: connector ${connector.name} is not on the worker`, "pulumi up brings it back");
}

async function emptyTopic(kafka: KafkaEndpoint, topic: string): Promise<void> {
  const { TopicAdmin } = await import("../clients/kafka/admin.ts");
  const admin = new TopicAdmin(kafka);
  try {
    await admin.deleteRecords(topic);
  } finally {
    await admin.close();
  }
}

function halfDone({ name }: OperatedConnector, done: string, error: unknown): Error {
  const ending = endingOf(error);
  if (ending === undefined && !(error instanceof Error)) throw error;
  const why = ending?.message ?? (error as Error).message;
  const Kind = ending?.exitCode === exitCodes.unhealthy ? UserError : UnreachableError;
  return new Kind(
    `${name}: ${done}; then: ${why.replace(`${name}: `, "")}`,
    `run the same command again: it takes every step anew${ending === undefined ? "" : `; ${ending.remedy}`}`,
    { cause: error },
  );
}
