/** A table that is there, with rows and a writer, before its connector captures it; and what its topic comes to. */
import { setTimeout } from "node:timers/promises";
import type { Connection, RowDataPacket } from "mysql2/promise";
import { decode, decodeKey, recordsOn } from "./events.ts";

/** As a file under `sql/`: it changes nothing where the table is there. */
export const lateTable =
  "CREATE TABLE IF NOT EXISTS products.late (code VARCHAR(20) NOT NULL, part INT NOT NULL, amount INT NOT NULL, PRIMARY KEY (code, part));\n";

/** Makes the table with so many rows. */
export async function fillLateTable(connection: Connection, rows: number): Promise<void> {
  await connection.query(lateTable);
  await connection.query(
    "INSERT INTO products.late WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < ?) " +
      "SELECT /*+ SET_VAR(cte_max_recursion_depth = 100000) */ CONCAT('코드-', i DIV 10), i MOD 10, i FROM n",
    [rows],
  );
}

/** Inserts, changes and deletes rows all over the table until the work is done. @returns how many statements there were. */
export async function writeLateTable(connection: Connection, rows: number, work: Promise<unknown>): Promise<number> {
  let isDone = false;
  const done = work.finally(() => (isDone = true));
  let count = 0;
  while (!isDone) {
    count += 1;
    const key = () => [`코드-${Math.floor((Math.random() * rows) / 10)}`, Math.floor(Math.random() * 10)];
    await connection.query("INSERT INTO products.late VALUES (?, 1, 1)", [`new-${count}`]);
    await connection.query("UPDATE products.late SET amount = amount + 1000000 WHERE code = ? AND part = ?", key());
    if (count % 5 === 0) await connection.query("DELETE FROM products.late WHERE code = ? AND part = ?", key());
    await setTimeout(5);
  }
  await done;
  return count;
}

/** The table's rows: amounts by key. */
export async function rowsOf(connection: Connection): Promise<Map<string, unknown>> {
  const [rows] = await connection.query<RowDataPacket[]>("SELECT code, part, amount FROM products.late");
  return new Map(rows.map(({ code, part, amount }) => [keyOf(code, part), amount as unknown]));
}

/** What a consumer knows of the table once it has read its topic: the last word on each key. @param shard in a merged topic. */
export async function foldedRows(bootstrap: string, topic: string, shard?: string): Promise<Map<string, unknown>> {
  const known = new Map<string, unknown>();
  for await (const record of recordsOn(bootstrap, topic)) {
    const { code, part, shard: of } = decodeKey({ key: record.key, value: null });
    if (shard !== undefined && of !== shard) continue;
    const after = decode(record)?.after;
    if (after === undefined || after === null) known.delete(keyOf(code, part));
    else known.set(keyOf(code, part), after["amount"]);
  }
  return known;
}

function keyOf(code: unknown, part: unknown): string {
  return JSON.stringify([code, part]);
}
