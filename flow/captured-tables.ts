/** Tables that a connector is configured to capture and that are not there: Debezium waits for them without a word. */
import type { Connection, RowDataPacket } from "mysql2/promise";

import { unquoted } from "../lib/names.ts";

/**
 * Which entries of a `table.include.list` fit no table of the server.
 * @param include regular expressions of `DATABASE.TABLE`, separated by commas, as Debezium takes them.
 * @returns the entries, without the backslashes before dots.
 */
export async function missingTables(database: Connection, include: string): Promise<string[]> {
  const [rows] = await database.query<RowDataPacket[]>(
    "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name FROM information_schema.TABLES " +
      "WHERE TABLE_SCHEMA NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')",
  );
  return unmatched(
    include,
    rows.map(({ name }) => String(name)),
  );
}

/** The entries of the list that fit none of the tables. */
export function unmatched(include: string, tables: readonly string[]): string[] {
  const entries = include.split(/(?<!\\),/).filter((entry) => entry.trim() !== "");
  return entries.filter((entry) => !fitsAny(entry.trim(), tables)).map((entry) => unquoted(entry.trim()));
}

function fitsAny(entry: string, tables: readonly string[]): boolean {
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^(?:${entry})$`, "i");
  } catch {
    // Java's regular expressions know more than ours: of those nothing can be said.
    return true;
  }
  return tables.some((table) => pattern.test(table));
}
