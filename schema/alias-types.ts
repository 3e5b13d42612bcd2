/**
 * Names of column types that Debezium reads otherwise than MySQL does. A snapshot asks the server for its own words, so it is
 * right; a statement in the binlog is read as it was written, and the table's rows are wrong from then on.
 *
 * Measured on Debezium 3.6.1 (docs/compatibility.md). Upstream: the types of `MySqlAntlrDdlParser`;
 * https://dev.mysql.com/doc/refman/9.7/en/charset-binary-set.html
 */
import { wordOf, type Token } from "./tokens.ts";

/** A type as it stands in a statement, and what to write for it. */
export interface AliasType {
  readonly found: string;
  readonly instead: string;
}

const numbers: Readonly<Record<string, string>> = { REAL: "DOUBLE", FLOAT4: "FLOAT" };
const sets: Readonly<Record<string, string>> = { ASCII: "CHARACTER SET latin1", UNICODE: "CHARACTER SET ucs2" };
const texts = new Set([
  "CHAR",
  "CHARACTER",
  "VARCHAR",
  "VARCHARACTER",
  "VARYING",
  "TINYTEXT",
  "TEXT",
  "MEDIUMTEXT",
  "LONGTEXT",
]);
const binary = "BINARY, VARBINARY or BLOB";

/**
 * The first such type in a statement that makes or alters a table.
 * @param all the statement's tokens.
 */
export function aliasTypeIn(all: readonly Token[]): AliasType | undefined {
  const tokens = all.filter(({ kind }) => kind !== "mark" && kind !== "hint");
  const [verb, kind] = tokens.slice(0, 2).map(wordOf);
  if (kind !== "TABLE" || (verb !== "CREATE" && verb !== "ALTER")) return undefined;
  for (const [at, token] of tokens.entries()) {
    const word = wordOf(token) ?? "";
    const found = aliasAt(tokens, at, word);
    if (found !== undefined) return found;
  }
  return undefined;
}

function aliasAt(tokens: readonly Token[], at: number, word: string): AliasType | undefined {
  // CAST(… AS REAL) is no column's type; the words are reserved, so they are no names.
  const number = Object.hasOwn(numbers, word) ? numbers[word] : undefined;
  if (number !== undefined && wordOf(tokens[at - 1]) !== "AS") return { found: word, instead: number };
  if (word === "CHARSET" || (word === "CHARACTER" && wordOf(tokens[at + 1]) === "SET")) {
    const name = at + (word === "CHARSET" ? 1 : 2);
    const set = tokens[name]?.text === "=" ? tokens[name + 1] : tokens[name];
    return isBinary(set) ? { found: "CHARACTER SET binary", instead: binary } : undefined;
  }
  if (!texts.has(word)) return undefined;
  const attribute = wordOf(tokens[afterLength(tokens, at + 1)]) ?? "";
  if (attribute === "BYTE") return { found: `${word} BYTE`, instead: binary };
  const set = Object.hasOwn(sets, attribute) ? sets[attribute] : undefined;
  return set === undefined ? undefined : { found: `${word} ${attribute}`, instead: `${word} ${set}` };
}

function isBinary(token: Token | undefined): boolean {
  return token?.text.replaceAll(/^['"`]|['"`]$/g, "").toUpperCase() === "BINARY";
}

/** Behind `(20)`, where that is there. */
function afterLength(tokens: readonly Token[], at: number): number {
  return tokens[at]?.text === "(" && tokens[at + 2]?.text === ")" ? at + 3 : at;
}
