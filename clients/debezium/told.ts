/** What a shard's notification topic tells of now: the snapshot that runs or was the last, and the last reconciliation. Pure. */
import { tableOf, tablesOf, type Notification } from "./notification.ts";
import { advance, notStarted, type Progress } from "./progress.ts";
import { reconciliationIn, type Reconciliation } from "./reconciliation.ts";

/** A snapshot, as far as its connector told of it. */
export interface SnapshotTold {
  readonly kind: "initial" | "incremental";
  readonly startedMs: number;
  /** By table; also those whose reading has not begun. */
  readonly tables: ReadonlyMap<string, Progress>;
  readonly isOver: boolean;
}

export interface Told {
  readonly snapshot: SnapshotTold | undefined;
  /** Of each table what was found last, and when anything was compared last. */
  readonly reconciled: Reconciliation | undefined;
}

export const nothingTold: Told = { snapshot: undefined, reconciled: undefined };

/**
 * What is known after one more notification.
 * @param chunkSize rows of a whole chunk (`incremental.snapshot.chunk.size`).
 */
export function afterTold(told: Told, notification: Notification, chunkSize: number): Told {
  const found = reconciliationIn(notification);
  if (found !== undefined) return { ...told, reconciled: merged(told.reconciled, found) };
  const kind = kinds[notification.aggregate];
  return kind === undefined ? told : { ...told, snapshot: afterSnapshot(told.snapshot, kind, notification, chunkSize) };
}

const kinds: Readonly<Record<string, SnapshotTold["kind"]>> = {
  "Initial Snapshot": "initial",
  "Incremental Snapshot": "incremental",
};

/** A table that was not compared this time keeps what was found before. */
function merged(before: Reconciliation | undefined, found: Reconciliation): Reconciliation {
  return {
    ...found,
    tables: new Map([...(before?.tables ?? []), ...found.tables]),
    ofNoShard: found.ofNoShard ?? before?.ofNoShard,
  };
}

function afterSnapshot(
  before: SnapshotTold | undefined,
  kind: SnapshotTold["kind"],
  notification: Notification,
  chunkSize: number,
): SnapshotTold | undefined {
  const { type, timeMs } = notification;
  const goesOn = before?.kind === kind && !before.isOver;
  // A connector that has offsets skips its first snapshot at every start.
  if (type === "SKIPPED") return goesOn ? { ...before, isOver: true } : before;
  // The end of one whose beginning is no longer there tells nothing of its tables.
  if (!goesOn && ends.has(type)) return before;
  const isNew = !goesOn || (type === "STARTED" && kind === "initial");
  const { startedMs, tables: known } = isNew ? { startedMs: timeMs, tables: new Map<string, Progress>() } : before;
  const tables = new Map<string, Progress>(known);
  if (type !== "ABORTED")
    for (const table of tablesOf(notification)) tables.set(table, tables.get(table) ?? notStarted);
  const about = tableOf(notification);
  if (about !== undefined) {
    const scope = { chunkSize: kind === "incremental" ? chunkSize : 0, minimumKey: undefined };
    tables.set(about, advance(tables.get(about) ?? notStarted, notification, scope));
  }
  if (type === "ABORTED") for (const table of tablesOf(notification)) tables.delete(table);
  // Of a table that it does not read, such as that of the signals, it tells no end.
  if (type === "COMPLETED")
    for (const [table, progress] of tables) tables.set(table, { ...progress, result: progress.result ?? "" });
  const isLeft = [...tables.values()].some(({ result }) => result === undefined);
  const isOver =
    type === "COMPLETED" ||
    type === "STOPPED" ||
    (type === "ABORTED" && (!isLeft || tablesOf(notification).length === 0));
  return { kind, startedMs, tables, isOver };
}

const ends: ReadonlySet<string> = new Set(["COMPLETED", "STOPPED", "ABORTED"]);

/** How many of its tables were read to their end. */
export function tablesRead({ tables }: SnapshotTold): number {
  return [...tables.values()].filter(({ result }) => result !== undefined).length;
}

/** Rows read so far: of a first snapshot those of whole tables, of others those of whole chunks, too. */
export function rowsRead({ tables }: SnapshotTold): number {
  return [...tables.values()].reduce((sum, { rows }) => sum + rows, 0);
}
