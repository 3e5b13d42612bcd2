/**
 * Splits a file of SQL into statements as the mysql client does (client/mysql.cc, `add_line` and `find_command`).
 * dbgate-query-splitter, which most tools use, ends a string at the apostrophe of a `#` comment and takes `5--1` for one.
 */
import { commentAt, endOfComment, endOfLine, endOfQuoted, isSpace } from "./scan.ts";

/** One statement, as it is sent to the server. */
export interface Statement {
  /** Its bytes, one character each; without delimiter and without the comments around it. */
  readonly text: string;
  /** Line of the file on which it begins, from 1 on. */
  readonly line: number;
}

/** What only the mysql client, or nobody, could make something of. */
export class UnreadableError extends Error {
  readonly line: number;
  constructor(line: number, message: string) {
    super(message);
    this.name = "UnreadableError";
    this.line = line;
  }
}

/** Commands of the client that a line alone may be; `delimiter` and `use` are done here. */
const lineCommand =
  /^[ \t]*(?:(source|system|tee|pager|charset|prompt|connect|help|\?)(?:[ \t]+\S.*)?|(clear|edit|ego|exit|go|nopager|notee|nowarning|print|quit|rehash|resetconnection|status|warnings))[ \t\r]*$/i;
const delimiterCommand = /^[ \t]*delimiter(?:[ \t]+(\S*).*)?$/i;
const useCommand = /^[ \t]*use[ \t]+\S/i;
/** Letters after a backslash outside of quotes; `\g` and `\G` end a statement, `\N` is NULL. */
const shortCommands = "?!.#CPRTWcdehnpqrstuwx";

/**
 * @param file its text, one character a byte (latin1).
 * @throws UnreadableError for commands of the client that are no SQL.
 */
export function splitStatements(file: string): Statement[] {
  // As the client reads lines; a dump writes such bytes of its values as \r and \n.
  const text = file.replaceAll("\r\n", "\n");
  if (/^(?:\xff\xfe|\xfe\xff)/.test(text)) throw new UnreadableError(1, "it is UTF-16; MySQL reads UTF-8");
  const statements: Statement[] = [];
  let at = text.startsWith("\xef\xbb\xbf") ? 3 : 0;
  let isLineStart = true;
  let delimiter = ";";
  // Of the statement that is being read; without code yet there is none.
  let start = -1;
  let end = -1;
  const lineOf = lineCounter(text);

  const push = () => {
    if (start >= 0) statements.push({ text: text.slice(start, end), line: lineOf(start) });
    start = -1;
  };
  const code = (to: number) => {
    if (start < 0) start = at;
    end = at = Math.min(to, text.length);
  };

  while (at < text.length) {
    if (isLineStart && start < 0) {
      const line = text.slice(at, endOfLine(text, at));
      const found = commandOf(line.trimEnd(), delimiter);
      if (found !== undefined) {
        if (found.refused !== undefined) throw new UnreadableError(lineOf(at), found.refused);
        if (found.delimiter !== undefined) delimiter = found.delimiter;
        else statements.push({ text: line.trim(), line: lineOf(at) });
        at += line.length;
      }
    }
    isLineStart = false;
    const char = text[at] ?? "";
    const comment = commentAt(text, at);
    if (char === "\n") {
      isLineStart = true;
      at += 1;
    } else if (isSpace(char.charCodeAt(0))) at += 1;
    else if (text.startsWith(delimiter, at)) {
      push();
      at += delimiter.length;
    } else if (char === "\\") {
      const letter = text[at + 1] ?? "";
      if (letter === "g" || letter === "G") {
        push();
        at += 2;
      } else if (letter !== "" && shortCommands.includes(letter))
        throw new UnreadableError(lineOf(at), `\\${letter} is a command of the mysql client and no SQL`);
      else code(at + 2);
    } else if (comment === "line" || (start < 0 && text.startsWith("--", at))) at = endOfLine(text, at);
    else if (comment === "block") {
      // A hint to the optimiser is code, but no statement begins with one.
      const to = endOfComment(text, at);
      if (text[at + 2] === "+" && start >= 0) code(to);
      else at = to;
    } else if (char === "'" || char === '"' || char === "`") code(endOfQuoted(text, at));
    else code(at + 1);
  }
  push();
  return statements;
}

/** What a line that begins no statement is to the client: undefined for SQL. */
function commandOf(line: string, delimiter: string): { delimiter?: string; refused?: string } | undefined {
  const found = delimiterCommand.exec(line);
  if (found !== null) {
    const word = found[1] ?? "";
    if (word === "" || word.includes("\\")) return { refused: "DELIMITER has to be followed by characters without \\" };
    return { delimiter: unquoted(word) };
  }
  // With a delimiter in it, the line is SQL that only looks like a command.
  if (line.includes(delimiter) || /\\g/i.test(line)) return undefined;
  const command = lineCommand.exec(line);
  if (command !== null)
    return {
      refused: `${command[1] ?? command[2]} is a command of the mysql client and no SQL; write what it reads into a file of its own`,
    };
  return useCommand.test(line) ? {} : undefined;
}

function unquoted(word: string): string {
  return /^(['"`]).+\1$/.test(word) ? word.slice(1, -1) : word;
}

/** Lines by index, for indices that grow. */
function lineCounter(text: string): (index: number) => number {
  let line = 1;
  let counted = 0;
  return (index) => {
    for (let next = text.indexOf("\n", counted); next !== -1 && next < index; next = text.indexOf("\n", counted)) {
      line += 1;
      counted = next + 1;
    }
    return line;
  };
}
