/**
 * Which tables were read, judged by what is on a shard's notification topic. Pure.
 *
 * Debezium tells the end of each table's scan there. It does not tell that a table was captured no longer for a while, nor
 * that a topic was deleted with what was read; so `up` adds a record of its own whenever either has changed: the tables that
 * are read, each with the id of its topic. What such a record does not name was not read before it.
 */
import { randomUUID } from "node:crypto";
import {
  notificationOf,
  notificationRecord,
  schemasOf,
  tableOf,
  tablesOf,
  type Notification,
  type Schemas,
} from "../clients/debezium/notification.ts";
import { asksForEveryRow } from "./signal.ts";

/** How a table is known to have been read. */
export interface Evidence {
  /** When it was reported, by the record's time, in ms since 1970. */
  readonly atMs: number;
  /** Rows that were read, as the connector counted them since it was started last; undefined where that is not reported. */
  readonly rows: number | undefined;
  /** Id of the topic that has the rows; undefined where only the connector's word is there. */
  readonly topicId: string | undefined;
}

/** What the records report, folded. */
export interface Reported {
  /** By table. */
  readonly read: ReadonlyMap<string, Evidence>;
  /** Whether one of `up`'s own records is among them: nothing before it counts. */
  readonly isWhole: boolean;
  /** How a notification is written on this topic: with a schema around it, or without. */
  readonly schemas: Schemas;
}

export interface NotificationRecord {
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: string | null;
}

/** The aggregate of the records of `up`. */
export const capturedAggregate = "Captured Tables";
const noTopic = "-";

/** Whether a record may be one of `up`'s own; cheap. */
export function mayBeOurs(value: string | null): boolean {
  return value?.includes(capturedAggregate) === true;
}

/** @param records in their order; without those before the last one of `up`, if there is one. */
export function fold(topic: string, records: Iterable<NotificationRecord>): Reported {
  let read = new Map<string, Evidence>();
  let isWhole = false;
  let schemas: Schemas = { key: undefined, value: undefined };
  /** Tables of snapshots that were to read every row, by signal. */
  const asked = new Map<string, ReadonlySet<string>>();
  for (const record of records) {
    const notification = notificationOf({ ...record, topic });
    if (notification === undefined) continue;
    schemas = schemasOf(record);
    if (notification.aggregate === capturedAggregate) {
      read = ours(notification, record.timestampMs);
      isWhole = true;
      continue;
    }
    if (notification.type === "STARTED" && asksForEveryRow(notification.id))
      asked.set(notification.id, new Set(tablesOf(notification)));
    const table = scanned(notification, asked);
    if (table === undefined) continue;
    const rows = notification.details["total_rows_scanned"];
    read.set(table, {
      atMs: record.timestampMs,
      rows: rows === undefined ? undefined : Number(rows),
      topicId: undefined,
    });
  }
  return { read, isWhole, schemas };
}

/** The table that was read to its end, every row of it. */
function scanned(notification: Notification, asked: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const { aggregate, type, id, details } = notification;
  if (type !== "TABLE_SCAN_COMPLETED" || !["SUCCEEDED", "EMPTY"].includes(details["status"] ?? "")) return undefined;
  const table = tableOf(notification);
  if (aggregate === "Initial Snapshot") return table;
  return table !== undefined && asked.get(id)?.has(table) === true ? table : undefined;
}

function ours({ details }: Notification, atMs: number): Map<string, Evidence> {
  return new Map(
    Object.entries(details)
      .filter(([name]) => name.includes("."))
      .map(([table, topicId]) => [
        table,
        { atMs, rows: undefined, topicId: topicId === noTopic ? undefined : topicId },
      ]),
  );
}

/**
 * The record of `up`, written as the connector writes its own.
 * @param read the tables that are read, and the ids of their topics; undefined where that is not known.
 */
export function capturedRecord(
  read: ReadonlyMap<string, string | undefined>,
  schemas: Schemas,
  nowMs: number,
): { readonly key: string; readonly value: string } {
  const details = Object.fromEntries([...read].map(([table, topicId]) => [table, topicId ?? noTopic]));
  return notificationRecord(
    { id: randomUUID(), type: "READ", aggregate: capturedAggregate, timeMs: nowMs, details },
    schemas,
  );
}

/** A topic as far as it tells whether it still has what was read. */
export interface TopicState {
  readonly id: string;
  /** How many offsets the topic had used by the time of the evidence; undefined where that was not asked. */
  readonly usedBefore: bigint | undefined;
}

/** Whether what was read is on the topic that is there now. */
export function isOnTopic(evidence: Evidence, topic: TopicState | undefined): boolean {
  if (topic === undefined) return false;
  if (evidence.topicId !== undefined) return evidence.topicId === topic.id;
  // Offsets never go down, whatever compaction and retention take: a topic that was made later has used too few.
  return topic.usedBefore === undefined || topic.usedBefore >= BigInt(evidence.rows ?? 0);
}
