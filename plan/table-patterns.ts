/** Patterns in lists of tables: `shop.*`, `shop.order_?`. They stand for tables that the schema's files make, so every topic stays declared. */
import type { PipelineConfig } from "../config/schema.ts";
import type { ShardConfig } from "../config/shard-schema.ts";
import { cdcDatabase, systemDatabases } from "../lib/constants.ts";
import { isTableName } from "../lib/names.ts";
import type { Problem } from "../lib/problem.ts";

/** Whether an entry stands for tables, instead of naming one. */
export function isPattern(entry: string): boolean {
  return /[*?]/.test(entry);
}

/** Whether an entry names a table or stands for it: `*` is any text and `?` any character, of either side of the dot. */
export function covers(entry: string, table: string): boolean {
  if (!isPattern(entry)) return entry === table;
  const parts = entry.split(/([*?])/).map((part) => {
    if (part === "*") return "[^.]*";
    return part === "?" ? "[^.]" : part.replaceAll(/[$^.+|\\()[\]{}]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join("")}$`, "u").test(table);
}

/**
 * The tables that a list stands for: names as they are, in place of each pattern the tables that it fits, by their names.
 * @param declared tables that the schema's files make; undefined where no file says which tables there are.
 */
export function tablesOf(entries: readonly string[], declared: readonly string[] | undefined): string[] {
  const candidates = capturable(declared ?? []);
  const named = new Set(entries.filter((entry) => !isPattern(entry)));
  const matched = new Set<string>();
  return entries.flatMap((entry) => {
    if (!isPattern(entry)) return [entry];
    // A table that is named too, or that an earlier pattern fits, is captured once.
    const found = candidates.filter(
      (table) => isTableName(table) && covers(entry, table) && !named.has(table) && !matched.has(table),
    );
    for (const table of found) matched.add(table);
    return found;
  });
}

/** Whether a database is the pipeline's own or MySQL's; none of its tables is captured. */
export function isOwnDatabase(database: string): boolean {
  return database === cdcDatabase || systemDatabases.includes(database);
}

function capturable(declared: readonly string[]): string[] {
  return declared.filter((table) => !isOwnDatabase(table.slice(0, table.indexOf(".")))).toSorted();
}

/** CDC-217: a pattern that no table fits, or where no file says which tables there are. */
export function patternProblems(config: PipelineConfig, declared: readonly string[] | undefined): Problem[] {
  const sharing = config.shards.filter(({ tables }) => tables === undefined);
  const lists = [
    {
      path: "cdc:tables",
      entries: sharing.length === 0 ? [] : config.tables,
      existing: sharing.some(({ mysql }) => mysql !== undefined),
    },
    ...config.shards.map(({ tables, mysql }: ShardConfig, index) => ({
      path: `cdc:shards[${index}].tables`,
      entries: tables ?? ([] as string[]),
      existing: mysql !== undefined,
    })),
  ];
  return lists.flatMap(({ path, entries, existing }) =>
    entries.flatMap((entry, index) =>
      isPattern(entry) ? patternProblem(`${path}[${index}]`, entry, config, existing ? undefined : declared) : [],
    ),
  );
}

function patternProblem(
  path: string,
  entry: string,
  { schema }: PipelineConfig,
  declared: readonly string[] | undefined,
): Problem[] {
  const problem = (message: string, remedy: string): Problem[] => [{ code: "CDC-217", path, message, remedy }];
  const database = entry.slice(0, entry.indexOf("."));
  if (declared === undefined) {
    const shown = isPattern(database) ? "SHOW DATABASES and SHOW TABLES FROM each" : `SHOW TABLES FROM \`${database}\``;
    return problem(
      `found ${entry}, and ${schema === "" ? "cdc:schema is empty" : "a shard has an existing server"}: no file says which tables there are, and a topic is declared for each before it is captured`,
      `write the tables one by one (${shown} on the server lists them)${schema === "" ? "; or put their CREATE TABLE into a folder under sql/ and name it in cdc:schema" : ""}`,
    );
  }
  const tables = capturable(declared);
  const fitting = tables.filter((table) => covers(entry, table));
  const unnameable = fitting.filter((table) => !isTableName(table));
  if (unnameable.length > 0)
    return problem(
      `${entry} fits ${unnameable.map((table) => JSON.stringify(table)).join(", ")} too, which cannot be captured by that name; letters, digits, '_', '$', '-', '@' and '#' can be in one`,
      "write a pattern that leaves it out, or the tables one by one; or rename it (RENAME TABLE)",
    );
  if (fitting.length > 0) return [];
  const made = tables.join(", ") || "no table";
  return problem(
    isOwnDatabase(database)
      ? `${entry} is of ${database}, ${database === cdcDatabase ? "the pipeline's own database" : "a database of MySQL's own"}: none of its tables is captured; sql/${schema} makes ${made}`
      : `${entry} fits none of the tables that sql/${schema} makes: ${made}`,
    `correct the pattern (* stands for any text, ? for one character, upper and lower case differ), or add a CREATE TABLE to sql/${schema}`,
  );
}
