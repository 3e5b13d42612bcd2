/** A moment that the whole pipeline has passed: what was committed on the shards before it is in the index. */
import type { MysqlLogin } from "../../lib/endpoint.ts";
import { failureOf, statesOf } from "../../clients/connect/status.ts";
import { untilCaughtUp, type PartitionLag } from "../../clients/kafka/sink-lag.ts";
import { UserError } from "../../lib/run.ts";
import type { IndexPlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import { FlowError, FlowProbe, flowTargetOf } from "../../flow/flow.ts";
import type { OperatedStack } from "../context.ts";
import { topicsOf } from "../reindex/temporary-sink.ts";

/** A probe passes in well under a second; behind a large transaction it waits for that one. */
const probeLimitMs = 120_000;
/** The sink commits every five seconds; after several times that without a step it is stuck. */
const standstillMs = 60_000;

export interface CutOptions {
  readonly stack: OperatedStack;
  readonly readSide: ReadSidePlan;
  readonly shards: readonly ShardPlan[];
  /** Indices that have to be caught up; the retry topic counts too. */
  readonly indices: readonly IndexPlan[];
  /** Called with what is waited for. */
  readonly onProgress: (text: string) => void;
}

/**
 * Waits until everything that is committed on the shards now is in the index: a change of the pipeline's own, made on every
 * shard, has to arrive on its topic behind all changes before it, and then the sink has to pass the ends of all topics.
 * @throws UserError when a connector or the sink does not run, or does not move.
 */
export async function passCut({ stack, readSide, shards, indices, onProgress }: CutOptions): Promise<void> {
  await requireSink(stack, readSide);
  onProgress("waiting for the connectors");
  await Promise.all(shards.map(async (shard) => await sendProbe(stack, shard, await stack.cdcLogin(shard.name))));
  const sink = {
    kafka: stack.plan.kafka.endpoints.fromHost,
    connector: readSide.sink.name,
    topics: [...new Set([...indices.flatMap(topicsOf), readSide.retryTopic])],
  };
  let [records, movedAt] = [Number.POSITIVE_INFINITY, performance.now()];
  const behind = await untilCaughtUp(sink, {
    timeoutMs: Number.POSITIVE_INFINITY,
    onProgress: (partitions) => {
      const left = recordsOf(partitions);
      if (left < records) [records, movedAt] = [left, performance.now()];
      onProgress(`waiting for the sink: ${left.toLocaleString("en-US")} records behind`);
    },
    isInterrupted: () => performance.now() - movedAt > standstillMs,
  });
  if (behind.length > 0)
    throw new UserError(
      `${readSide.sink.name} is ${recordsOf(behind)} records behind and has not moved for ${standstillMs / 1000} s`,
      `see cdc status, and cdc logs ${readSide.sink.name} for its own words; compare when it moves again`,
    );
}

async function sendProbe(stack: OperatedStack, shard: ShardPlan, login: MysqlLogin): Promise<void> {
  try {
    const probe = await FlowProbe.open(flowTargetOf(stack.plan, shard), login);
    try {
      await probe.send(probeLimitMs);
    } finally {
      await probe.close();
    }
  } catch (error) {
    if (!(error instanceof FlowError)) throw error;
    const remedy = `nothing can be compared while changes do not flow: cdc doctor --shard ${shard.name} says what is wrong`;
    throw new UserError(error.message, remedy, { cause: error });
  }
}

async function requireSink({ worker }: OperatedStack, { sink }: ReadSidePlan): Promise<void> {
  const status = await worker.getStatus(sink.name);
  if (status === undefined)
    throw new UserError(`${sink.name} is not on the worker`, "make up creates it; then ask again");
  const failure = failureOf(status);
  if (failure !== undefined)
    throw new UserError(failure, `mend the cause, then cdc restart ${sink.name}, and ask again`);
  const { state } = statesOf(status);
  if (state === "PAUSED" || state === "STOPPED")
    throw new UserError(`${sink.name} is ${state}: the index stands still`, `cdc resume ${sink.name}, then ask again`);
}

function recordsOf(partitions: readonly PartitionLag[]): number {
  return partitions.reduce((sum, { records }) => sum + records, 0);
}
