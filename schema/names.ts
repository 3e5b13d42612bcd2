/** Names of databases and tables in statements. */
import { nameOf, wordOf, type Token } from "./tokens.ts";

/** A table as a statement names it. */
export interface TableName {
  /** Undefined where neither the statement nor the session names one: MySQL refuses the statement. */
  readonly database: string | undefined;
  readonly table: string;
}

/** What is said of a name whose bytes cannot be read. */
export class UnreadableNameError extends Error {}

/** The index after IF EXISTS or IF NOT EXISTS. */
export function skipIf(tokens: readonly Token[], at: number): number {
  if (wordOf(tokens[at]) !== "IF") return at;
  return wordOf(tokens[at + 1]) === "NOT" ? at + 3 : at + 2;
}

/**
 * The table named at a place, `name` or `database.name`.
 * @returns undefined when no name is there.
 * @throws UnreadableNameError
 */
export function tableAt(
  tokens: readonly Token[],
  at: number,
  database: string | undefined,
): { readonly name: TableName; readonly next: number } | undefined {
  const first = readable(nameOf(tokens[at]));
  if (first === undefined) return undefined;
  const second = tokens[at + 1]?.text === "." ? readable(nameOf(tokens[at + 2])) : undefined;
  return second === undefined
    ? { name: { database, table: first }, next: at + 1 }
    : { name: { database: first, table: second }, next: at + 3 };
}

/** Tables named one after the other, between commas. */
export function tablesAt(tokens: readonly Token[], at: number, database: string | undefined): TableName[] {
  const found = tableAt(tokens, at, database);
  if (found === undefined) return [];
  const more = tokens[found.next]?.text === ",";
  return [found.name, ...(more ? tablesAt(tokens, found.next + 1, database) : [])];
}

/** @throws UnreadableNameError */
export function readable(name: string | null | undefined): string | undefined {
  if (name === null) throw new UnreadableNameError("a name in it is not UTF-8");
  return name;
}
