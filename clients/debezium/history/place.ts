/** A connector's place in the binlog, as Debezium's MySQL connector stores it. */
import type { ConnectorOffset } from "../../connect/client.ts";

export interface Place {
  readonly file: string;
  /** In bytes from the beginning of the file. */
  readonly position: number;
  /** Transactions that were read whole, as the server writes sets of GTIDs; undefined where there are none. */
  readonly gtids: string | undefined;
  /**
   * When the statement of the last captured change began, ISO 8601, to the second. Within a transaction that is one of its
   * own changes; between two, changes that are not captured may lie between it and the place.
   */
  readonly committedAt: string | undefined;
  /** Whether changes of a transaction were read, but not its end: the place is then the beginning of the transaction. */
  readonly isWithin: boolean;
  /** While a snapshot runs: what Debezium calls it. */
  readonly snapshot: string | undefined;
}

/** The place that offsets tell of; undefined when none is stored. A MySQL connector has one source partition. */
export function placeOf(offsets: readonly ConnectorOffset[] | undefined): Place | undefined {
  const offset = offsets?.find((one) => one.offset !== null)?.offset;
  if (offset === null || offset === undefined || typeof offset["file"] !== "string") return undefined;
  const { file, pos, gtids, ts_sec: seconds, row, snapshot, snapshot_completed: completed } = offset;
  return {
    file,
    position: Number(pos ?? 0),
    gtids: typeof gtids === "string" ? gtids : undefined,
    committedAt: typeof seconds === "number" && seconds > 0 ? new Date(seconds * 1000).toISOString() : undefined,
    // Events are counted between transactions too: the end of one, a new file, a GTID (BinlogOffsetContext.completeEvent).
    isWithin: Number(row ?? 0) > 0,
    snapshot: isUnderWay(snapshot, completed) ? textOf(snapshot) : undefined,
  };
}

function isUnderWay(snapshot: unknown, completed: unknown): boolean {
  return snapshot !== undefined && snapshot !== null && snapshot !== false && String(completed) !== "true";
}

/** Debezium's word for the kind of snapshot; older releases only say that there is one. */
function textOf(snapshot: unknown): string {
  return typeof snapshot === "string" ? snapshot : "true";
}
