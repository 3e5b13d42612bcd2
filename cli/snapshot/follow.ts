/** Following one snapshot on the notification topic until it is over, with an eye on the connector. */
import type { ConnectClient } from "../../connect/client.ts";
import { failureOf, statesOf, summary } from "../../connect/status.ts";
import type { TopicStream } from "../../kafka/topic.ts";
import { UserError } from "../../lib/run.ts";
import { advance, notificationIn, notStarted, type Progress, type SnapshotScope } from "./progress.ts";

/** A signal is read from the binlog within a second; a connector that does not take it up in this time will not. */
const startLimitMs = 30_000;
/** Without a word for so long, the connector is asked whether it still runs. */
const quietMs = 3000;

export interface Followed {
  readonly connector: string;
  /** The signal's id. */
  readonly id: string;
  readonly scope: SnapshotScope;
}

/**
 * Waits for the end of a snapshot.
 * @param onProgress called after each notification, and while there is none.
 * @param isInterrupted asked a few times a second; once true, what is known by then is returned.
 * @throws UserError when the connector no longer runs, or did not take the signal up.
 */
export async function followSnapshot(
  stream: Pick<TopicStream, "next">,
  client: Pick<ConnectClient, "getStatus">,
  { connector, id, scope }: Followed,
  onProgress: (progress: Progress) => void,
  isInterrupted: () => boolean,
): Promise<Progress> {
  let progress = notStarted;
  const began = performance.now();
  let askedAt = began;
  while (!progress.isOver && !isInterrupted()) {
    const record = await stream.next(250);
    const notification = record === undefined ? undefined : notificationIn(record);
    if (notification?.id === id) {
      progress = advance(progress, notification, scope);
      askedAt = performance.now();
    } else if (performance.now() - askedAt > quietMs) {
      await requireRunning(client, connector);
      askedAt = performance.now();
      if (progress.startedMs === undefined && askedAt - began > startLimitMs) throw notTakenUp(connector);
    }
    onProgress(progress);
  }
  return progress;
}

/** @throws UserError with what the worker says of it, when connector or task do not run. */
export async function requireRunning(client: Pick<ConnectClient, "getStatus">, connector: string): Promise<void> {
  const status = await client.getStatus(connector);
  if (status === undefined)
    throw new UserError(`connector ${connector} is not on the worker`, "make up creates it; then ask again");
  const failure = failureOf(status);
  if (failure !== undefined)
    throw new UserError(
      failure,
      `mend the cause, then cdc restart ${connector}; a snapshot that had begun goes on by itself`,
    );
  const states = statesOf(status);
  if (states.state === "PAUSED" || states.state === "STOPPED")
    throw new UserError(
      `connector ${connector} is ${states.state}; it reads no signals`,
      `cdc resume ${connector}, then ask again; a snapshot that had begun goes on by itself`,
    );
  if (states.state !== "RUNNING" && states.state !== "RESTARTING" && states.state !== "UNASSIGNED")
    throw new UserError(`${connector}: ${summary(states)}`, "cdc status shows it; cdc doctor names the cause");
}

function notTakenUp(connector: string): UserError {
  return new UserError(
    `connector ${connector} runs, but did not take the signal up within ${startLimitMs / 1000} s`,
    "see that it is not behind (cdc status) and has the planned signal.* properties (cdc doctor); the snapshot begins when it reads the signal",
  );
}
