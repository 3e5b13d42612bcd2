/** What a statement does, as far as rows and the session go. It is read from its tokens, so comments and quotes hide nothing. */
import { lossesOf, type Loss } from "./losses.ts";
import { nameOf, wordOf, type Token } from "./tokens.ts";
import { skipIf, tableAt, type TableName } from "./names.ts";

/** What is to be known of one statement. */
export interface Reading {
  /** Tables that it makes, temporary ones apart. */
  readonly makes: readonly TableName[];
  /** Tables and databases that are not there afterwards. */
  readonly unmakes: readonly Loss[];
  /** What it deletes where that holds rows. */
  readonly losses: readonly Loss[];
  /** The database that it makes the session's own. */
  readonly uses: string | undefined;
  /** It only sets something in the session, which is set again when a file is gone on with. */
  readonly isSession: boolean;
  /** Run again, it changes nothing that is there. */
  readonly isRepeatable: boolean;
  /** A procedure, function, trigger, event or view that it makes or, with `drops`, drops if it is there. */
  readonly definition: { readonly kind: string; readonly drops: boolean } | undefined;
  /** It changes rows, and can be in one transaction with the note that it was run. */
  readonly isChange: boolean;
  /** It locks or unlocks tables. */
  readonly isLock: boolean;
  /** User variables that it sets, without @. */
  readonly variables: readonly string[];
}

const nothing: Reading = {
  makes: [],
  unmakes: [],
  losses: [],
  uses: undefined,
  isSession: false,
  isRepeatable: false,
  definition: undefined,
  isChange: false,
  isLock: false,
  variables: [],
};

const definitions = new Set(["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "VIEW"]);
const harmless = new Set(
  (
    "SELECT SHOW DESC DESCRIBE EXPLAIN HELP TABLE VALUES DO ANALYZE CHECK CHECKSUM OPTIMIZE FLUSH LOCK UNLOCK START BEGIN COMMIT " +
    "ROLLBACK SAVEPOINT RELEASE PREPARE DEALLOCATE GRANT REVOKE SET USE"
  ).split(" "),
);

/**
 * Reads a statement.
 * @param all its tokens.
 * @param database the session's, which names without one belong to.
 */
export function readStatement(all: readonly Token[], database: string | undefined): Reading {
  let current = database;
  const parts = partsOf(all.filter(({ kind }) => kind !== "mark" && kind !== "hint")).map((tokens) => {
    const part = readPart(tokens, current);
    current = part.uses ?? current;
    return part;
  });
  // A delimiter of one's own can make one statement of several.
  const [first, ...others] = parts;
  if (first === undefined || others.length === 0) return { ...nothing, isRepeatable: first === undefined, ...first };
  return {
    makes: parts.flatMap(({ makes }) => makes),
    unmakes: parts.flatMap(({ unmakes }) => unmakes),
    losses: parts.flatMap(({ losses }) => losses),
    uses: parts.findLast(({ uses }) => uses !== undefined)?.uses,
    isSession: parts.every(({ isSession }) => isSession),
    isRepeatable: parts.every(({ isRepeatable }) => isRepeatable),
    definition: undefined,
    isChange: false,
    isLock: false,
    variables: parts.flatMap(({ variables }) => variables),
  };
}

function readPart(tokens: readonly Token[], database: string | undefined): Reading {
  const verb = wordOf(tokens[0]);
  const second = wordOf(tokens[1]);
  const losses = lossesOf(tokens, database);
  const variables = variablesOf(tokens);
  const base = { ...nothing, losses, variables, isRepeatable: verb === undefined || harmless.has(verb) };
  switch (verb) {
    case "USE":
      return { ...base, uses: nameOf(tokens[1]) ?? undefined, isSession: true };
    case "SET":
      return { ...base, isSession: isSessionSet(tokens) };
    case "PREPARE":
      return { ...base, isSession: true };
    case "LOCK":
    case "UNLOCK":
      return { ...base, isLock: second === "TABLE" || second === "TABLES" };
    case "INSERT":
      return { ...base, isChange: true, isRepeatable: tokens.slice(1, 3).some((token) => wordOf(token) === "IGNORE") };
    case "REPLACE":
    case "UPDATE":
    case "DELETE":
    case "LOAD":
      return { ...base, isChange: true };
    case "ALTER": {
      const last = tokens.slice(-2).map(wordOf).join(" ");
      return { ...base, isRepeatable: second !== "TABLE" || last === "DISABLE KEYS" || last === "ENABLE KEYS" };
    }
    case "CREATE":
      return { ...base, ...readCreate(tokens, database) };
    case "DROP":
      return definitions.has(second ?? "") && wordOf(tokens[2]) === "IF"
        ? { ...base, isRepeatable: true, definition: { kind: second ?? "", drops: true } }
        : { ...base, unmakes: losses };
    case "RENAME":
      return second === "USER" ? base : { ...base, unmakes: losses, makes: renamedTo(tokens, database) };
    default:
      return base;
  }
}

function readCreate(tokens: readonly Token[], database: string | undefined): Partial<Reading> {
  const kind = kindOf(tokens);
  const words = tokens.slice(1, 12).map(wordOf);
  const isRepeatable =
    (words[0] === "OR" && words[1] === "REPLACE") ||
    words.some((word, index) => word === "IF" && words[index + 1] === "NOT" && words[index + 2] === "EXISTS");
  if (kind !== "TABLE") {
    return definitions.has(kind ?? "")
      ? { isRepeatable, definition: { kind: kind ?? "", drops: false } }
      : { isRepeatable };
  }
  const isTemporary = words[0] === "TEMPORARY";
  const made = tableAt(tokens, skipIf(tokens, words.indexOf("TABLE") + 2), database);
  return { isRepeatable, makes: made === undefined || isTemporary ? [] : [made.name] };
}

/** RENAME TABLE a TO b, c TO d */
function renamedTo(tokens: readonly Token[], database: string | undefined): TableName[] {
  return tokens.flatMap((token, at) => (wordOf(token) === "TO" ? (tableAt(tokens, at + 1, database)?.name ?? []) : []));
}

/** What a CREATE makes: the first such word; a definer and options may stand before it. */
function kindOf(tokens: readonly Token[]): string | undefined {
  const kinds = ["TABLE", "DATABASE", "SCHEMA", "INDEX", "USER", "ROLE", "SERVER", "TABLESPACE", ...definitions];
  return tokens
    .slice(1, 16)
    .map(wordOf)
    .find((word) => word !== undefined && kinds.includes(word));
}

/** SET of what lives as long as the session; SET GLOBAL and SET PASSWORD outlive it. */
function isSessionSet(tokens: readonly Token[]): boolean {
  const outlives = ["GLOBAL", "PERSIST", "PERSIST_ONLY", "PASSWORD", "RESOURCE", "DEFAULT"];
  const first = wordOf(tokens[1]);
  if (first === "DEFAULT" || first === "PASSWORD" || first === "RESOURCE") return false;
  return !tokens.some((token, index) => {
    const before = tokens[index - 1]?.text;
    const assigns = index === 1 || before === "," || (before === "@" && tokens[index - 2]?.text === "@");
    // `SET @old = @@GLOBAL.x` only reads it.
    const reads = before === "@" && ["=", "("].includes(tokens[index - 3]?.text ?? "");
    return assigns && !reads && outlives.includes(wordOf(token) ?? "");
  });
}

/** User variables that are assigned: `@a =`, `@a :=`, `INTO @a`. */
function variablesOf(tokens: readonly Token[]): string[] {
  const verb = wordOf(tokens[0]);
  const isInto = verb === "SELECT" && tokens.some((token) => wordOf(token) === "INTO");
  return tokens.flatMap((token, index) => {
    if (token.text !== "@" || tokens[index - 1]?.text === "@") return [];
    const name = nameOf(tokens[index + 1]);
    const next = tokens[index + 2]?.text;
    const assigned = (verb === "SET" && next === "=") || (next === ":" && tokens[index + 3]?.text === "=") || isInto;
    return assigned && typeof name === "string" ? [name] : [];
  });
}

/** The statements of a text that has more than one: at semicolons that are in no routine's body. */
function partsOf(tokens: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const [index, token] of tokens.entries()) {
    const part = parts.at(-1) ?? [];
    const word = wordOf(token);
    if (wordOf(part[0]) === "CREATE" && definitions.has(kindOf(part) ?? "")) {
      const next = wordOf(tokens[index + 1]);
      if (word === "BEGIN" || (word === "CASE" && wordOf(tokens[index - 1]) !== "END")) depth += 1;
      if (word === "END" && !["IF", "LOOP", "WHILE", "REPEAT"].includes(next ?? "")) depth -= 1;
    }
    if (token.text === ";" && depth <= 0) {
      parts.push([]);
      depth = 0;
    } else part.push(token);
  }
  return parts.filter((part) => part.length > 0);
}
