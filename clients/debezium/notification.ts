/** What a connector tells of its snapshots. Upstream: Debezium's documentation, "Receiving notifications". */
import { decode } from "./events/decode.ts";

export interface Notification {
  /** Of an incremental snapshot the id of the signal that asked for it. */
  readonly id: string;
  /** `Initial Snapshot`, `Incremental Snapshot`, and `Captured Tables`, which is ours (evidence.ts). */
  readonly aggregate: string;
  /** STARTED, IN_PROGRESS (a chunk was read), TABLE_SCAN_COMPLETED, COMPLETED, SKIPPED, ABORTED … */
  readonly type: string;
  readonly timeMs: number;
  readonly details: Readonly<Record<string, string>>;
}

/** @returns undefined for anything else. */
export function notificationOf(record: {
  topic: string;
  key: string | null;
  value: string | null;
}): Notification | undefined {
  const event = decode(record);
  if (event.kind !== "other" || typeof event.content !== "object" || Array.isArray(event.content)) return undefined;
  const { id, type, aggregate_type: aggregate, additional_data, timestamp } = event.content ?? {};
  if (typeof aggregate !== "string" || typeof id !== "string" || typeof type !== "string") return undefined;
  const details = (additional_data ?? {}) as Record<string, string>;
  return { id, aggregate, type, timeMs: Number(timestamp), details };
}

/** Which table a notification is about; undefined for those about the whole snapshot. */
export function tableOf({ details }: Pick<Notification, "details">): string | undefined {
  return details["scanned_collection"] ?? details["current_collection_in_progress"];
}

/** The tables that a snapshot reads, or that were taken out of it. */
export function tablesOf({ details }: Pick<Notification, "details">): string[] {
  return (details["data_collections"] ?? "").split(",").filter((table) => table !== "");
}
