/** JSON without losing digits: what a JavaScript number cannot hold is kept exactly. */

/** A value as it is in an event: JSON's values, and whole numbers beyond 2^53. */
export type Value = null | boolean | number | bigint | string | Value[] | { [name: string]: Value };

/** A row, or any other structure: values by name. */
export type Row = Record<string, Value>;

// Node has both (the "JSON.parse source text access" proposal); TypeScript's library does not yet.
type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;
const { rawJSON } = JSON as unknown as { rawJSON: (text: string) => unknown };

/**
 * Reads JSON. Whole numbers beyond 2^53 become bigint; fractions with more digits than a double holds stay text.
 * @throws SyntaxError when it is no JSON.
 */
export function parseExact(text: string): Value {
  return parse(text, (_, value, { source }) =>
    typeof value === "number" && source !== undefined ? exactNumber(value, source) : value,
  ) as Value;
}

/** Writes JSON on one line; bigints as the numbers that they are. */
export function stringifyExact(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === "bigint" ? rawJSON(String(one)) : one));
}

function exactNumber(value: number, source: string): number | bigint | string {
  if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source);
  return digitsOf(String(value)) === digitsOf(source) ? value : source;
}

/** The significant digits, without what notation adds: 1.50, 1.5 and 0.15e1 have the same. */
function digitsOf(text: string): string {
  const [mantissa = ""] = text.toLowerCase().split("e");
  return mantissa.replace(/[-.]/g, "").replace(/^0+/, "").replace(/0+$/, "");
}
