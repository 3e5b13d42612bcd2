/** The folders under sql/: their text, and the tables that they make. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { refuse } from "../plan/problem.ts";

const root = join(import.meta.dirname, "..", "sql");

/**
 * The files of a folder under sql/, in the order of their names, as one text.
 * @throws ProblemError when there is no such folder, naming those that there are.
 */
export function readSql(folder: string): string {
  const folders = readdirSync(root);
  if (!folders.includes(folder)) {
    const message = `found ${folder}; folders under sql/ are ${folders.join(", ")}`;
    refuse([
      {
        code: "CDC-109",
        path: "cdc:schema",
        message,
        remedy: `make sql/${folder} with the CREATE TABLE statements, or name one of these`,
      },
    ]);
  }
  return readdirSync(join(root, folder))
    .filter((file) => file.endsWith(".sql"))
    .toSorted()
    .map((file) => readFileSync(join(root, folder, file), "utf8"))
    .join("\n");
}

/** The tables that SQL text makes, as `DATABASE.TABLE`: statements have to name the database, as no session default is set. */
export function tablesMadeBy(sql: string): string[] {
  const statement = /^\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?`?([\w$]+)`?\.`?([\w$]+)`?/gim;
  return [...sql.matchAll(statement)].map(([, database, table]) => `${database}.${table}`);
}
