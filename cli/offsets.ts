/** A connector's place in the binlog, and making it begin anew. */
import type { ConnectClient, ConnectorOffset, DesiredState } from "../connect/client.ts";
import { systemClock, type Clock } from "../connect/clock.ts";
import { desiredStateOf } from "../connect/status.ts";
import { UserError } from "../lib/run.ts";
import type { ShardPlan } from "../plan/types.ts";
import type { OperatedConnector, OperatedStack } from "./context.ts";
import { endingOf, UnreachableError } from "./exit.ts";
import { changeState, reached } from "./state.ts";

/** A place in a MySQL binlog, as Debezium stores it. */
export interface Place {
  readonly file: string;
  /** In bytes from the beginning of the file. */
  readonly position: number;
  readonly gtids: string | undefined;
  /** Commit time of the last event that was read, ISO 8601, to the second. */
  readonly committedAt: string | undefined;
  /** While a snapshot runs: what Debezium calls it. */
  readonly snapshot: string | undefined;
}

/** The place that offsets tell of; undefined when none is stored. A MySQL connector has one source partition. */
export function placeOf(offsets: readonly ConnectorOffset[] | undefined): Place | undefined {
  const offset = offsets?.find((one) => one.offset !== null)?.offset;
  if (offset === null || offset === undefined || typeof offset["file"] !== "string") return undefined;
  const { file, pos, gtids, ts_sec: seconds, snapshot } = offset;
  return {
    file,
    position: Number(pos ?? 0),
    gtids: typeof gtids === "string" ? gtids : undefined,
    committedAt: typeof seconds === "number" && seconds > 0 ? new Date(seconds * 1000).toISOString() : undefined,
    snapshot: snapshot === undefined || snapshot === null || snapshot === false ? undefined : textOf(snapshot),
  };
}

/** Debezium's word for the kind of snapshot; older releases only say that there is one. */
function textOf(snapshot: unknown): string {
  return typeof snapshot === "string" ? snapshot : "true";
}

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
  switch (mode) {
    case "no_data":
      return "snapshot mode no_data: it goes on from now, what was not read before is lost to the topics";
    case "recovery":
      return "snapshot mode recovery needs offsets: without them the connector fails, set another mode first";
    default:
      return "a new snapshot follows, with every row once more in the topics";
  }
}

export interface ResetOptions {
  /** Emptied too; undefined where it is to stay, and for a sink, which has none. */
  readonly historyTopic: string | undefined;
  readonly onStep: (step: string) => void;
}

export interface ResetResult {
  /** The shard's name; the sink's own for the sink. */
  readonly shard: string;
  readonly connector: string;
  /** The state it was in before, and is again. */
  readonly state: DesiredState;
  readonly historyDeleted: boolean;
}

/**
 * Stops the connector, forgets its offsets, empties its schema history topic if told to, and brings it back
 * into the state it was in; one that had failed runs afterwards.
 * @throws UserError saying how far it came.
 */
export async function resetConnector(
  { worker, plan }: Pick<OperatedStack, "worker" | "plan">,
  operated: OperatedConnector,
  { historyTopic, onStep }: ResetOptions,
  clock: Clock = systemClock,
): Promise<ResetResult> {
  const { name } = operated.connector;
  const before = await worker.getStatus(name);
  const state = desiredStateOf(before?.connector.state ?? "") ?? "running";
  onStep("stopping the connector");
  await changeState(
    worker,
    operated,
    { verb: "stop", towards: () => "stopped", act: async (client, connector) => await client.stop(connector) },
    clock,
  );
  try {
    onStep("forgetting its offsets");
    await worker.resetOffsets(name);
    if (historyTopic !== undefined) {
      onStep(`deleting the records of ${historyTopic}`);
      await emptyTopic(plan.kafka.hostBootstrap, historyTopic);
    }
  } catch (error) {
    throw halfDone(operated, error);
  }
  if (state === "running") {
    onStep("letting it run");
    await worker.resume(name);
  } else if (state === "paused") {
    await worker.pause(name);
  }
  await reached(worker, operated, state, undefined, clock);
  return { shard: operated.name, connector: name, state, historyDeleted: historyTopic !== undefined };
}

async function emptyTopic(bootstrap: string, topic: string): Promise<void> {
  const { TopicAdmin } = await import("../kafka/admin.ts");
  const admin = new TopicAdmin(bootstrap);
  try {
    await admin.deleteRecords(topic);
  } finally {
    await admin.close();
  }
}

function halfDone({ name }: OperatedConnector, error: unknown): UserError {
  const ending = endingOf(error);
  const why = ending?.message ?? (error instanceof Error ? error.message : String(error));
  return new UnreachableError(
    `${name}: the connector is stopped, and then: ${why}`,
    `run the same command again; cdc resume ${name} goes on without`,
    { cause: error },
  );
}
