/** Secrets as the engine sends them to a provider: wrapped, to be unwrapped for use and kept wrapped in the state. */

/** Pulumi's mark of a special value on the wire, and its sign for a secret. */
const mark = "4dabf18193072939515e22adb298388d";
const secretSign = "1b47061264138c4ac30d75fd1eb44270";

interface Wrapped {
  readonly value: unknown;
}

function isSecret(value: unknown): value is Wrapped {
  return typeof value === "object" && value !== null && (value as Record<string, unknown>)[mark] === secretSign;
}

/** The value with every secret in it in clear. */
export function reveal(value: unknown): unknown {
  if (isSecret(value)) return reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, reveal(part)]));
}

/** `value` with every part wrapped that is wrapped in `known`. */
export function wrapLike(known: unknown, value: unknown): unknown {
  if (isSecret(known)) return { [mark]: secretSign, value: wrapLike(known.value, value) };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const parts = typeof known === "object" && known !== null ? (known as Record<string, unknown>) : {};
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, wrapLike(parts[key], part)]));
}

/** The texts that are secret in a value. */
export function secretsIn(value: unknown): string[] {
  if (isSecret(value)) return textsIn(reveal(value));
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(secretsIn);
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

/** The text with every one of the secrets masked. */
export function masked(text: string, secrets: readonly string[]): string {
  return secrets.reduce((result, secret) => result.replaceAll(secret, "[secret]"), text);
}
