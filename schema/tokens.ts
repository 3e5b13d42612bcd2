/** The tokens of a statement: what MySQL's lexer makes of it, as far as it takes to tell what the statement does. */
import { commentAt, decoded, endOfComment, endOfLine, endOfQuoted, isSpace } from "./scan.ts";

export interface Token {
  /** `mark`: the begin or end of a version's comment, `/*!40000`, whose inside is code; `hint`: to the optimiser. */
  readonly kind: "word" | "quoted" | "string" | "symbol" | "mark" | "hint";
  /** As it stands in the statement, one character a byte. */
  readonly text: string;
}

/** Letters and digits of names; every byte beyond ASCII is part of one. */
const wordEnd = /[^\w$\x80-\xff]|$/g;

/** The tokens, without comments and spaces. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (kind: Token["kind"], to: number) => {
    tokens.push({ kind, text: text.slice(at, to) });
    at = to;
  };
  while (at < text.length) {
    const char = text[at] ?? "";
    const comment = commentAt(text, at);
    if (isSpace(char.charCodeAt(0))) at += 1;
    else if (comment === "line") at = endOfLine(text, at);
    else if (comment === "block") {
      const to = endOfComment(text, at);
      if (text[at + 2] === "+") take("hint", to);
      else at = to;
    } else if (text.startsWith("/*!", at))
      take("mark", at + (/^\/\*!\d*/.exec(text.slice(at, at + 10))?.[0].length ?? 3));
    else if (text.startsWith("*/", at)) take("mark", at + 2);
    else if (char === "`") take("quoted", endOfDoubled(text, at));
    else if (char === "'" || char === '"') take("string", endOfDoubled(text, at));
    else {
      wordEnd.lastIndex = at;
      const to = wordEnd.exec(text)?.index ?? text.length;
      if (to > at) take("word", to);
      else take("symbol", at + 1);
    }
  }
  return tokens;
}

/** Over doubled quotes, which stand for one. */
function endOfDoubled(text: string, at: number): number {
  let end = endOfQuoted(text, at);
  while (text[end] === text[at]) end = endOfQuoted(text, end);
  return end;
}

/** The word in capitals; undefined for what is none, such as a name in backquotes. */
export function wordOf(token: Token | undefined): string | undefined {
  return token?.kind === "word" ? token.text.toUpperCase() : undefined;
}

/** The name that a token is; undefined when it can be none, `null` when its bytes are no UTF-8. */
export function nameOf(token: Token | undefined): string | null | undefined {
  if (token === undefined) return undefined;
  if (token.kind === "word") return decoded(token.text) ?? null;
  // Between double quotes it is a name where sql_mode has ANSI_QUOTES.
  if (token.kind !== "quoted" && !(token.kind === "string" && token.text.startsWith('"'))) return undefined;
  const quote = token.text.charAt(0);
  return decoded(token.text.slice(1, -1).replaceAll(quote + quote, quote)) ?? null;
}
