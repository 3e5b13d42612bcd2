/** What a connector tells of its snapshots. Upstream: Debezium's documentation, "Receiving notifications". */
import { decode } from "./events/decode.ts";

export interface Notification {
  /** Of an incremental snapshot the id of the signal that asked for it. */
  readonly id: string;
  /** `Initial Snapshot`, `Incremental Snapshot`; ours are `Captured Tables` (snapshot/evidence.ts) and `Reconciliation` (reconciliation.ts). */
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

/** How records are written on a notification topic: the converter's schemas of key and value; undefined where it writes none. */
export interface Schemas {
  readonly key: unknown;
  readonly value: unknown;
}

/** Those that a record was written with. */
export function schemasOf({ key, value }: { readonly key: string | null; readonly value: string | null }): Schemas {
  return { key: schemaIn(key), value: schemaIn(value) };
}

/** A record of ours beside the connector's, written as it writes its own. */
export function notificationRecord(
  { id, aggregate, type, timeMs, details }: Notification,
  schemas: Schemas,
): { readonly key: string; readonly value: string } {
  const content = { id, type, aggregate_type: aggregate, additional_data: details, timestamp: timeMs };
  return { key: enveloped({ id }, schemas.key), value: enveloped(content, schemas.value) };
}

function enveloped(payload: object, schema: unknown): string {
  return JSON.stringify(schema === undefined ? payload : { schema, payload });
}

function schemaIn(text: string | null): unknown {
  try {
    const record = JSON.parse(text ?? "null") as Record<string, unknown> | null;
    return record !== null && "schema" in record && "payload" in record ? record["schema"] : undefined;
  } catch {
    return undefined;
  }
}
