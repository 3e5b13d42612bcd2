/** How far the reading of a table is, by what the connector tells on its notification topic. */
import type { Notification } from "./notification.ts";

export interface Progress {
  /** By the connector's clock, in ms since 1970; undefined until it has started. */
  readonly startedMs: number | undefined;
  readonly lastMs: number | undefined;
  /** Rows read, of the chunks that are known to be whole; of all of them once the table was read. */
  readonly rows: number;
  /** Part of the key range that was read, 0 to 1; undefined where the key does not tell. */
  readonly part: number | undefined;
  /** What the connector says of the table in the end: SUCCEEDED, EMPTY, NO_PRIMARY_KEY, SQL_EXCEPTION …; undefined before. */
  readonly result: string | undefined;
  /** Nothing more comes; without a `result` it was stopped. */
  readonly isOver: boolean;
}

export const notStarted: Progress = {
  startedMs: undefined,
  lastMs: undefined,
  rows: 0,
  part: undefined,
  result: undefined,
  isOver: false,
};

export interface SnapshotScope {
  /** Rows of a whole chunk (`incremental.snapshot.chunk.size`). */
  readonly chunkSize: number;
  /** The smallest value of the key's first column; undefined where it is no number. */
  readonly minimumKey: number | undefined;
}

/** The progress after a further notification about this table, or about the whole snapshot. */
export function advance(
  progress: Progress,
  { type, timeMs, details }: Pick<Notification, "type" | "timeMs" | "details">,
  scope: SnapshotScope,
): Progress {
  const startedMs = progress.startedMs ?? timeMs;
  const next = { ...progress, startedMs, lastMs: timeMs };
  switch (type) {
    case "IN_PROGRESS": {
      const { last_processed_key: last, maximum_key: maximum } = details;
      // The last chunk is seldom a whole one: its rows are known when the table was read.
      const rows = last !== undefined && last === maximum ? progress.rows : progress.rows + scope.chunkSize;
      return { ...next, rows, part: partOf(last, maximum, scope.minimumKey) };
    }
    case "TABLE_SCAN_COMPLETED":
      return {
        ...next,
        rows: Number(details["total_rows_scanned"] ?? progress.rows),
        part: 1,
        result: details["status"] ?? "",
      };
    case "COMPLETED":
    case "ABORTED":
      return { ...next, isOver: true };
    default:
      return next;
  }
}

/** Keys come as text, columns separated by commas; the first column has to do. */
function partOf(
  last: string | undefined,
  maximum: string | undefined,
  minimum: number | undefined,
): number | undefined {
  if (last !== undefined && last === maximum) return 1;
  const [from, at, to] = [minimum, firstColumn(last), firstColumn(maximum)];
  if (from === undefined || at === undefined || to === undefined || to <= from) return undefined;
  return Math.min(1, Math.max(0, (at - from) / (to - from)));
}

function firstColumn(key: string | undefined): number | undefined {
  const text = key?.split(",")[0];
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** `98,304 rows, 49 % of the key range, 12,800 rows/s, 7.7 s`. */
export function describeProgress(progress: Progress): string {
  const { rows, startedMs, lastMs, result } = progress;
  const part = result === undefined ? progress.part : undefined;
  const seconds = secondsOf(progress);
  return [
    startedMs === undefined || lastMs === undefined ? "asked for, not begun yet" : `${thousands(rows)} rows`,
    ...(part === undefined ? [] : [`${Math.floor(part * 100)} % of the key range`]),
    ...(seconds > 0 && rows > 0 ? [`${thousands(Math.round(rows / seconds))} rows/s`] : []),
    ...(seconds > 0 ? [`${seconds.toFixed(1)} s`] : []),
  ].join(", ");
}

/** By the connector's clock, from its start to its last word. */
export function secondsOf({ startedMs, lastMs }: Progress): number {
  return startedMs === undefined || lastMs === undefined ? 0 : (lastMs - startedMs) / 1000;
}

function thousands(count: number): string {
  return count.toLocaleString("en-US");
}
