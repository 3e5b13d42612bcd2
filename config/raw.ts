/** How Pulumi reads keys and values of a stack's file: the program gets them from it, `make` and `cdc` read the file themselves. */
import { enginePassword, kafkaKey, kafkaPassword, mysqlAdminPassword, mysqlPassword } from "../lib/passwords.ts";

/** Fields that are text; Pulumi hands over every other kind of value as JSON. */
const textFields = new Set(["schema", "timeZone", "images"]);

/**
 * A field's value as it is meant.
 * @param text as Pulumi hands it over.
 * @returns text that is no JSON as it is, so that the schema can say what is wrong with it.
 */
export function valueOf(field: string, text: string): unknown {
  if (textFields.has(field)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** What Pulumi 3.228 makes of a value in a file: text stays text, nothing is an empty text, everything else becomes JSON. */
export function textOf(value: unknown): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/**
 * The field that a key of a stack's file names (pulumi/sdk, config.ParseKey and workspace.stackConfigNamespacedWithProject).
 * @returns undefined for a key of another project or provider.
 */
export function fieldOf(key: string, project: string): string | undefined {
  const [first = "", ...rest] = key.split(":");
  if (rest.length === 0) return first;
  if (first !== project) return undefined;
  if (rest.length === 2 && rest[0] === "config") return rest[1];
  return rest.length === 1 ? rest[0] : undefined;
}

/** Where a value of a file is encrypted: `{secure: …}`, at the value itself or anywhere in it. */
export function isEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(isEncrypted);
  const entries = Object.entries(value);
  const [[key, text] = []] = entries;
  return (
    (entries.length === 1 && key === "secure" && typeof text === "string") || Object.values(value).some(isEncrypted)
  );
}

/** Puts something in the place of a secret. @param whose by lib/passwords.ts whose password it is, or the field that it is. */
export type InsteadOfSecret = (secret: unknown, whose: string) => unknown;

/**
 * A field of the stack's without the secrets that it may hold: passwords and keys for servers that somebody else runs in `shards`, `kafka` and
 * `readSide`, who is told of alerts in `monitoring`.
 * @param instead what is put in the place of a secret; undefined takes it out.
 */
export function replaceSecrets(field: string, value: unknown, instead: InsteadOfSecret): unknown {
  if (field === "kafka") {
    const withKey = replaceIn(value, ["existing", "tls", "key"], (one) => instead(one, kafkaKey));
    const withPassword = replaceIn(withKey, ["existing", "sasl", "password"], (one) => instead(one, kafkaPassword));
    return replaceIn(withPassword, ["existing", "sasl", "clientSecret"], (one) => instead(one, kafkaPassword));
  }
  if (field === "readSide") return replaceIn(value, ["engineLogin", "password"], (one) => instead(one, enginePassword));
  if (field === "monitoring") return replaceIn(value, ["alertsTo"], (one) => instead(one, "alertsTo"));
  if (field !== "shards" || !Array.isArray(value)) return value;
  return value.map((shard: unknown) => {
    const { name } = (shard ?? {}) as { readonly name?: unknown };
    const withPassword = replaceIn(shard, ["mysql", "password"], (one) => instead(one, mysqlPassword(name)));
    return replaceIn(withPassword, ["mysql", "createAccount", "password"], (one) =>
      instead(one, mysqlAdminPassword(name)),
    );
  });
}

/** @param path keys, one in the other; where one is missing the value stays as it is. */
function replaceIn(value: unknown, [key, ...deeper]: readonly string[], replace: (found: unknown) => unknown): unknown {
  if (key === undefined) return replace(value);
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return value;
  return { ...value, [key]: replaceIn((value as Record<string, unknown>)[key], deeper, replace) };
}
