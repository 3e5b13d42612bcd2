/** Where the pieces of SQL text end, for what splits files and for what reads statements. Text is one character a byte. */

/** True for what MySQL's lexer takes for space. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/**
 * The index after the quoted text that begins at `at`; the text's length when it is left open.
 * A doubled quote is the end of one text and the begin of the next, which is the same to all who ask here.
 */
export function endOfQuoted(text: string, at: number): number {
  const quote = text[at];
  for (let index = at + 1; index < text.length; index += 1) {
    const char = text[index];
    if (char === quote) return index + 1;
    // In a name between backquotes a backslash is a letter.
    if (char === "\\" && quote !== "`") index += 1;
  }
  return text.length;
}

/** The index of the line's end, or of the text's. */
export function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/** The index after the comment that begins at `at`; the text's length when it is left open. */
export function endOfComment(text: string, at: number): number {
  const end = text.indexOf("*/", at + 2);
  return end === -1 ? text.length : end + 2;
}

/** What the comment or code at `at` is: to the line's end, between marks, or none. A version's comment is code. */
export function commentAt(text: string, at: number): "line" | "block" | undefined {
  const char = text[at];
  if (char === "#") return "line";
  if (char === "-" && text[at + 1] === "-" && (at + 2 >= text.length || isSpace(text.charCodeAt(at + 2))))
    return "line";
  if (char === "/" && text[at + 1] === "*" && text[at + 2] !== "!") return "block";
  return undefined;
}

/** The text's bytes as UTF-8; undefined when they are none. */
export function decoded(bytes: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(bytes, "latin1"));
  } catch {
    return undefined;
  }
}
