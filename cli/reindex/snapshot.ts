/** The rows of a table, read anew on every shard at once, until all of them are on the table's topics. */
import { UserError } from "../../lib/run.ts";
import type { IndexPlan, ShardPlan } from "../../plan/types.ts";
import { checkFlow, flowTargetOf } from "../../flow/flow.ts";
import type { OperatedStack } from "../context.ts";
import { describeProgress, notStarted, type Progress } from "../../clients/debezium/progress.ts";
import { readAnew, stopReading } from "../../snapshot/read-anew.ts";

/** A shard's last rows are behind nothing but themselves. */
const barrierLimitMs = 60_000;

/**
 * Has every shard's connector read the table, and waits until the last row can be read from the topics.
 * When one shard fails, or on an interruption, the others' readings are ended too.
 * @throws UserError naming the shard whose rows were not all read.
 */
export async function readOnEveryShard(
  stack: OperatedStack,
  index: IndexPlan,
  onProgress: (text: string) => void,
  isInterrupted: () => boolean,
): Promise<void> {
  const shards = index.shards.map(({ name }) => stack.shard(name));
  const progress = new Map<string, Progress>(shards.map(({ name }) => [name, notStarted]));
  let hasFailed = false;
  const readings = await Promise.allSettled(
    shards.map(async (shard) => {
      try {
        await readWhole(stack, shard, index.table, (now) => {
          progress.set(shard.name, now);
          onProgress([...progress].map(([name, one]) => `${name} ${describeProgress(one)}`).join("; "));
        });
        // What the notification tells is on its topic a moment before the last rows are on theirs; a change made now is
        // behind them.
        await checkFlow(flowTargetOf(stack.plan, shard), await stack.cdcLogin(shard.name), barrierLimitMs);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }),
  );
  for (const reading of readings) if (reading.status === "rejected") throw reading.reason;

  async function readWhole(
    of: OperatedStack,
    shard: ShardPlan,
    table: string,
    tell: (now: Progress) => void,
  ): Promise<void> {
    const { progress: last } = await readAnew(of, shard, table, {
      onProgress: tell,
      isInterrupted: () => hasFailed || isInterrupted(),
    });
    if (!last.isOver) await stopReading(of, shard, table);
    if (last.result === "SUCCEEDED" || last.result === "EMPTY") return;
    throw new UserError(
      `${shard.name}: not every row of ${table} was read (${last.result ?? "the snapshot was ended"})`,
      "cdc logs connect has the worker's own words; then cdc reindex again",
    );
  }
}
