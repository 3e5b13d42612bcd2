/**
 * What is written into the signal table to begin and to end an ad-hoc incremental snapshot.
 * Upstream: Debezium's documentation, "Sending signals to a connector", "Incremental snapshots".
 */
import { UsageError } from "../exit.ts";

/** A row of the signal table. */
export interface Signal {
  readonly id: string;
  readonly type: "execute-snapshot" | "stop-snapshot";
  readonly data: string;
}

/** The column's length in sql/cdc. */
const dataLimit = 2048;

/**
 * @param table `DATABASE.TABLE`.
 * @param where an SQL condition on the table's columns; undefined for every row.
 * @throws UsageError when the condition is too long for the signal table.
 */
export function snapshotSignal(id: string, table: string, where: string | undefined): Signal {
  const conditions =
    where === undefined ? {} : { "additional-conditions": [{ "data-collection": table, filter: where }] };
  const data = JSON.stringify({ "data-collections": [pattern(table)], type: "incremental", ...conditions });
  if (data.length > dataLimit)
    throw new UsageError(
      `the condition is too long: the signal has ${data.length} characters, ${dataLimit} are allowed`,
      "shorten --where; a snapshot of a range can be asked for in parts",
    );
  return { id, type: "execute-snapshot", data };
}

/** Ends the snapshot of one table. */
export function stopSignal(id: string, table: string): Signal {
  return {
    id,
    type: "stop-snapshot",
    data: JSON.stringify({ "data-collections": [pattern(table)], type: "incremental" }),
  };
}

/** Debezium takes the names for regular expressions. */
function pattern(table: string): string {
  return table.replaceAll(/[$.]/g, String.raw`\$&`);
}
