/** Waiting until a temporary sink has written what its topics hold. */
import type { ConnectClient } from "../../clients/connect/client.ts";
import { failureOf, statesOf, summary } from "../../clients/connect/status.ts";
import { untilCaughtUp, type PartitionLag, type SinkTopics } from "../../clients/kafka/sink-lag.ts";
import { UserError } from "../../lib/run.ts";

export interface CatchUp {
  readonly worker: Pick<ConnectClient, "getStatus">;
  readonly sink: SinkTopics;
  /** Given the number of records that are still to be written. */
  readonly onProgress: (records: number) => void;
  readonly isInterrupted: () => boolean;
}

/** Longer than a commit takes (5 s): what is behind for so long is asked how it is. */
const lookEveryMs = 15_000;
const stallLimitMs = 120_000;

/**
 * Waits until the sink has written every record that was in its topics when this was called, or a little later.
 * @returns true; false when it was interrupted.
 * @throws UserError when the sink does not run, or writes nothing for two minutes.
 */
export async function catchUp(
  { worker, sink, onProgress, isInterrupted }: CatchUp,
  wait: typeof untilCaughtUp = untilCaughtUp,
): Promise<boolean> {
  let least = Number.POSITIVE_INFINITY;
  let movedAt = performance.now();
  for (;;) {
    const behind = await wait(sink, {
      timeoutMs: lookEveryMs,
      onProgress: (lags) => onProgress(recordsOf(lags)),
      isInterrupted,
    });
    if (behind.length === 0) return true;
    if (isInterrupted()) return false;
    await requireSink(worker, sink.connector);
    const records = recordsOf(behind);
    if (records < least) [least, movedAt] = [records, performance.now()];
    if (performance.now() - movedAt > stallLimitMs)
      throw new UserError(
        `${sink.connector} has written nothing for ${stallLimitMs / 1000} s; ${records} records are left`,
        "see that the engine takes requests (cdc status) and what the worker says (cdc logs connect), then cdc reindex again",
      );
  }
}

function recordsOf(lags: readonly PartitionLag[]): number {
  return lags.reduce((sum, { records }) => sum + records, 0);
}

async function requireSink(worker: Pick<ConnectClient, "getStatus">, connector: string): Promise<void> {
  const status = await worker.getStatus(connector);
  if (status === undefined)
    throw new UserError(
      `the temporary connector ${connector} is gone; who removed it?`,
      "cdc reindex again: it starts from the beginning",
    );
  const failure = failureOf(status);
  if (failure !== undefined) throw new UserError(failure, "mend the cause, then cdc reindex again");
  const states = statesOf(status);
  if (states.state === "PAUSED" || states.state === "STOPPED")
    throw new UserError(`${connector}: ${summary(states)}; who stopped it?`, "cdc reindex again");
}
