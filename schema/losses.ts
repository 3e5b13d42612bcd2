/** What a statement deletes, should there be rows: read from its tokens, before it is run. */
import { readable, skipIf, tableAt, tablesAt, UnreadableNameError, type TableName } from "./names.ts";
import { nameOf, wordOf, type Token } from "./tokens.ts";

/** Rows that would be gone. */
export type Loss =
  | { readonly kind: "database"; readonly database: string }
  | { readonly kind: "table"; readonly name: TableName }
  /** Nobody can tell from the statement. */
  | { readonly kind: "anything"; readonly why: string };

const losesBinlog = "it deletes the binlog, from which changes are captured";

/** Verbs that run something which is not written here, or that delete what no row count tells. */
const opaque: Readonly<Record<string, string>> = {
  CALL: "what a procedure does is not in the statement",
  EXECUTE: "what a prepared statement does is only known when it runs",
  CLONE: "it exchanges the server's data",
  PURGE: losesBinlog,
};

/** What follows DROP in ALTER TABLE without any value being lost. */
const keepsRows = ["INDEX", "KEY", "PRIMARY", "FOREIGN", "CONSTRAINT", "CHECK", "DEFAULT"];

/**
 * @param tokens of one statement, without marks.
 * @param database the session's.
 */
export function lossesOf(tokens: readonly Token[], database: string | undefined): Loss[] {
  try {
    return find(tokens, database);
  } catch (error) {
    if (error instanceof UnreadableNameError) return [{ kind: "anything", why: error.message }];
    throw error;
  }
}

function find(tokens: readonly Token[], database: string | undefined): Loss[] {
  const word = (at: number) => wordOf(tokens[at]);
  const verb = word(0) ?? "";
  const table = (at: number) => losses(tableAt(tokens, at, database)?.name ?? []);
  switch (verb) {
    case "DROP":
      return findDrop(tokens, database);
    case "TRUNCATE":
      return table(word(1) === "TABLE" ? 2 : 1);
    case "DELETE":
    case "WITH":
      return findDelete(tokens, database);
    case "REPLACE": {
      const options = ["LOW_PRIORITY", "DELAYED", "INTO"];
      return table(tokens.findIndex((token, at) => at > 0 && !options.includes(wordOf(token) ?? "")));
    }
    case "LOAD": {
      const replaces = tokens.some((token) => wordOf(token) === "REPLACE");
      return replaces ? table(tokens.findIndex((token) => wordOf(token) === "TABLE") + 1) : [];
    }
    case "RENAME":
      return word(1) === "TABLE" || word(1) === "TABLES" ? findRename(tokens, 2, database) : [];
    case "ALTER": {
      const found = word(1) === "TABLE" ? tableAt(tokens, 2, database) : undefined;
      return found !== undefined && alterDeletes(tokens.slice(found.next)) ? losses(found.name) : [];
    }
    case "RESET":
      return ["BINARY", "MASTER"].includes(word(1) ?? "") ? [{ kind: "anything", why: losesBinlog }] : [];
    default:
      return opaque[verb] === undefined ? [] : [{ kind: "anything", why: opaque[verb] }];
  }
}

function findDrop(tokens: readonly Token[], database: string | undefined): Loss[] {
  const kind = wordOf(tokens[1]);
  const at = skipIf(tokens, 2);
  if (kind === "TABLE" || kind === "TABLES") return losses(tablesAt(tokens, at, database));
  const name = readable(nameOf(tokens[at]));
  return (kind === "DATABASE" || kind === "SCHEMA") && name !== undefined ? [{ kind: "database", database: name }] : [];
}

/** Every name that may be a table's: which of several is emptied, aliases decide, and what is no table has no rows. */
function findDelete(tokens: readonly Token[], database: string | undefined): Loss[] {
  const from = tokens.findIndex((token) => wordOf(token) === "DELETE");
  if (from === -1) return [];
  const where = tokens.findIndex((token, at) => at > from && wordOf(token) === "WHERE");
  const part = tokens.slice(from + 1, where === -1 ? tokens.length : where);
  return losses(
    part.flatMap((token, at) => {
      const isPartOfPath = part[at - 1]?.text === ".";
      const isName = nameOf(token) !== undefined && !["FROM", "USING", "AS", "JOIN"].includes(wordOf(token) ?? "");
      return isPartOfPath || !isName ? [] : (tableAt(part, at, database)?.name ?? []);
    }),
  );
}

function findRename(tokens: readonly Token[], at: number, database: string | undefined): Loss[] {
  const from = tableAt(tokens, at, database);
  if (from === undefined) return [];
  const to = tableAt(tokens, from.next + 1, database);
  const more = to !== undefined && tokens[to.next]?.text === ",";
  return [...losses(from.name), ...(more ? findRename(tokens, to.next + 1, database) : [])];
}

/** @param tokens after the table's name. */
function alterDeletes(tokens: readonly Token[]): boolean {
  let depth = 0;
  return tokens.some((token, at) => {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    if (depth > 0) return false;
    const next = wordOf(tokens[at + 1]) ?? "";
    const begins = at === 0 || tokens[at - 1]?.text === ",";
    switch (wordOf(token)) {
      case "DROP":
        return !keepsRows.includes(next);
      case "RENAME":
        return begins && !["COLUMN", "INDEX", "KEY"].includes(next);
      case "TRUNCATE":
      case "DISCARD":
      case "EXCHANGE":
        return begins;
      case "BLACKHOLE":
        return true;
      default:
        return false;
    }
  });
}

function losses(names: TableName | readonly TableName[]): Loss[] {
  return [names].flat().map((name) => ({ kind: "table", name }));
}
