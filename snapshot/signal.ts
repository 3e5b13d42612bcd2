/**
 * What is written into the signal table to begin and to end an ad-hoc incremental snapshot.
 * Upstream: Debezium's documentation, "Sending signals to a connector", "Incremental snapshots".
 *
 * Tables are named as they are, although Debezium takes the names for regular expressions: a dot fits itself, and of a table
 * whose columns the connector does not know yet it looks for the name as it was written, backslashes and all
 * (AbstractIncrementalSnapshotChangeEventSource.expandAndDedupeDataCollectionIds).
 */
import { randomUUID } from "node:crypto";
import { UsageError } from "../lib/run.ts";

/** A row of the signal table. */
export interface Signal {
  readonly id: string;
  readonly type: "execute-snapshot" | "stop-snapshot";
  readonly data: string;
}

/** The column's length in sql/cdc. */
const dataLimit = 2048;
/** What is in a signal beside the names of its tables. */
const frameLength = 100;

/** Begins the ids of signals that ask for every row of their tables; and of those that ask for some. */
const [wholePrefix, partPrefix] = ["cdc-", "cdc-part-"];

/** A new id; it is what the connector's notifications are known by. @param isWhole whether every row is asked for. */
export function newSignalId(isWhole: boolean): string {
  return `${isWhole ? wholePrefix : partPrefix}${randomUUID()}`;
}

/** Whether a snapshot of this id was to read every row: one that somebody else has asked for may have had a condition. */
export function asksForEveryRow(id: string): boolean {
  return id.startsWith(wholePrefix) && !id.startsWith(partPrefix);
}

/**
 * Asks for a snapshot.
 * @param tables `DATABASE.TABLE`.
 * @param where an SQL condition on the columns of the only table; undefined for every row.
 * @throws UsageError when the condition is too long for the signal table.
 */
export function snapshotSignal(tables: readonly string[], where?: string): Signal {
  const conditions =
    where === undefined ? {} : { "additional-conditions": [{ "data-collection": tables[0], filter: where }] };
  const data = JSON.stringify({ "data-collections": tables, type: "incremental", ...conditions });
  if (data.length > dataLimit)
    throw new UsageError(
      `the condition is too long: the signal has ${data.length} characters, ${dataLimit} are allowed`,
      "shorten --where; a snapshot of a range can be asked for in parts",
    );
  return { id: newSignalId(where === undefined), type: "execute-snapshot", data };
}

/** The tables in as many signals as their length asks for, in their order. */
export function tablesBySignal(tables: readonly string[]): string[][] {
  const signals: string[][] = [];
  let length = dataLimit;
  for (const table of tables) {
    length += JSON.stringify(table).length + 1;
    if (length > dataLimit - frameLength) {
      signals.push([]);
      length = JSON.stringify(table).length + 1;
    }
    signals.at(-1)?.push(table);
  }
  return signals;
}

/** Ends the snapshot of one table. */
export function stopSignal(table: string): Signal {
  return {
    id: newSignalId(false),
    type: "stop-snapshot",
    data: JSON.stringify({ "data-collections": [table], type: "incremental" }),
  };
}
