/** Following one snapshot on the notification topic until it is over, with an eye on the connector. */
import type { ConnectClient } from "../clients/connect/client.ts";
import { failureOf, statesOf, summary } from "../clients/connect/status.ts";
import type { TopicStream } from "../clients/kafka/topic.ts";
import { UserError } from "../lib/run.ts";
import { notificationOf, tableOf, tablesOf, type Notification } from "../clients/debezium/notification.ts";
import { advance, notStarted, type Progress, type SnapshotScope } from "../clients/debezium/progress.ts";

/** A signal is read from the binlog within a second; a connector that does not take it up in this time will not. */
const startLimitMs = 30_000;
/** Without a word for so long, the connector is asked whether it still runs. */
const quietMs = 3000;
const silentMs = 60_000;

export interface Followed {
  readonly connector: string;
  /** The signal's id. */
  readonly id: string;
  /** The tables that are read. */
  readonly scopes: ReadonlyMap<string, SnapshotScope>;
  /** It has begun already. */
  readonly hasBegun?: boolean;
  /** Called after each minute without a word from a connector that says RUNNING; what it throws ends the waiting. */
  readonly whenSilent?: () => Promise<void>;
}

/** By table. */
export type Readings = ReadonlyMap<string, Progress>;

/**
 * Waits for the end of a snapshot.
 * @param onProgress called after each notification, and while there is none.
 * @param isInterrupted asked a few times a second; once true, what is known by then is returned.
 * @throws UserError when the connector no longer runs, or did not take the signal up.
 */
export async function followSnapshot(
  stream: Pick<TopicStream, "next">,
  client: Pick<ConnectClient, "getStatus">,
  { connector, id, scopes, hasBegun = false, whenSilent }: Followed,
  onProgress: (readings: Readings) => void,
  isInterrupted: () => boolean,
): Promise<Readings> {
  const readings = new Map([...scopes.keys()].map((table) => [table, notStarted]));
  // One that is asked to stop loses its tables one by one.
  const open = new Set(scopes.keys());
  let [isStarted, isOver] = [hasBegun, false];
  const began = performance.now();
  let [askedAt, heardAt] = [began, began];
  while (!isOver && !isInterrupted()) {
    const record = await stream.next(250);
    const notification = record === undefined ? undefined : notificationOf(record);
    if (notification?.id === id) {
      tell(notification);
      isStarted = true;
      isOver = notification.type === "COMPLETED" || (notification.type === "ABORTED" && isLeftEmpty(notification));
      askedAt = heardAt = performance.now();
    } else if (performance.now() - askedAt > quietMs) {
      await requireRunning(client, connector);
      askedAt = performance.now();
      if (!isStarted && askedAt - began > startLimitMs) throw notTakenUp(connector);
      if (askedAt - heardAt > silentMs) {
        await whenSilent?.();
        heardAt = performance.now();
      }
    }
    onProgress(readings);
  }
  if (isOver) for (const [table, progress] of readings) readings.set(table, { ...progress, isOver });
  return readings;

  /** Tables are read one after the other, in their order: what is about all of them is about the one that is read. */
  function tell(notification: Notification): void {
    const about = tableOf(notification) ?? current();
    const scope = about === undefined ? undefined : scopes.get(about);
    if (about === undefined || scope === undefined) return;
    const progress = advance(readings.get(about) ?? notStarted, notification, scope);
    readings.set(about, progress);
    const next = current();
    if (progress.result === undefined || next === undefined) return;
    readings.set(next, { ...notStarted, startedMs: notification.timeMs, lastMs: notification.timeMs });
  }

  function current(): string | undefined {
    return [...readings].find(([, { result }]) => result === undefined)?.[0];
  }

  function isLeftEmpty(aborted: Notification): boolean {
    const named = tablesOf(aborted);
    for (const table of named.length === 0 ? [...open] : named) open.delete(table);
    return open.size === 0;
  }
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
