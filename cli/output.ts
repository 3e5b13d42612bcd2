/** What commands print: text for a person, JSON for a program; colours only on a terminal. */
import { styleText } from "node:util";
import type { Ending } from "./exit.ts";

/** What a command has found, in both forms. */
export interface Output {
  /** Printed as indented JSON with `--json`. */
  readonly json: unknown;
  /** Printed otherwise, without a line break at its end. */
  readonly text: string;
}

/** Whose stack the command of this process looks at; undefined for this checkout's. */
let other: string | undefined;

/** Says whose stack is looked at from now on, when it is another's. @param owner in words. */
export function lookingAt(owner: string | undefined): void {
  other = owner;
  if (owner !== undefined) console.error(`${coloured("yellow", "note:", process.stderr)} this is ${owner}`);
}

/** A result as a program gets it: an object names the stack's owner where that is another checkout. */
export function asJson(value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return other !== undefined && isObject ? { ...value, stackOf: other } : value;
}

/** Prints one result to stdout, in the form that was asked for. */
export function print(output: Output, options: { readonly json: boolean }): void {
  console.log(options.json ? JSON.stringify(asJson(output.json), undefined, 2) : output.text);
}

/** Prints a line that accompanies work, to stderr, so that stdout is the result alone; nothing with `--json`. */
export function progress(line: string, options: { readonly json: boolean }): void {
  if (!options.json) console.error(line);
}

/** Prints an error to stderr: what happened, and what to do. */
export function printError({ message, remedy }: Ending, options: { readonly json: boolean }): void {
  if (options.json) console.error(JSON.stringify({ error: { message, whatToDo: remedy } }));
  else console.error(`${coloured("red", "error:", process.stderr)} ${message}\n  what to do: ${remedy}`);
}

/** Colours text when the stream is a terminal; NO_COLOR and FORCE_COLOR count. */
export function coloured(
  style: Parameters<typeof styleText>[0],
  text: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  return styleText(style, text, { stream });
}
