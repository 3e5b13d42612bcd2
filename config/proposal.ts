/** What to write instead of a value that is wrong by itself. */
import { snapshotModeSuccessor } from "../lib/debezium-keys.ts";
import * as kind from "./fields.ts";
import { nearest } from "./nearest.ts";
import { suggestZone } from "./zones.ts";

/** A field with a value that is not allowed. */
export interface WrongValue {
  readonly path: readonly PropertyKey[];
  /** `cdc:shards[1].name` */
  readonly name: string;
  readonly found: unknown;
  /** What is allowed, in the words of the field. */
  readonly allowed: string;
  /** The type that it should have had; undefined when that is right. */
  readonly expected: string | undefined;
  /** The whole configuration. */
  readonly raw: unknown;
  /** The file that it is of. */
  readonly file: string;
}

/** @returns what to write, with a value that is allowed; undefined when none is near. */
export function proposal(wrong: WrongValue): string | undefined {
  const { path, name, found, allowed, expected } = wrong;
  const at = path.at(-1);
  const text = String(found);
  const secret = secretRemedy(path, name, wrong.file);
  if (secret !== undefined) return secret;
  if (expected === "string" && (typeof found === "number" || typeof found === "boolean"))
    return `write it in quotes, as YAML takes it for a ${typeof found} else: ${String(at)}: "${text}"`;
  if (at === "timeZone") {
    const zone = suggestZone(text);
    return zone === undefined ? "write the region's name, for example Asia/Seoul" : meant(name, zone);
  }
  if (at === "snapshotMode") {
    const modes = ["initial", "when_needed", "no_data", "always", "recovery"];
    const mode = snapshotModeSuccessor(text) ?? nearest(text, modes);
    return mode === undefined ? undefined : `write ${name}: ${mode}`;
  }
  if (path.at(-3) === "topics" && path.at(-2) === "tables" && /[*?]/.test(String(at)))
    return "write an entry for each table that it is to be for, by its name; patterns are taken in lists of tables";
  if (typeof found !== "string") return undefined;
  if (allowed === kind.resourceNameAllowed) return meant(name, resourceNameFor(found) ?? `shard${shardIndex(path)}`);
  if (allowed === kind.topicPartAllowed) return meant(name, topicPartFor(found) ?? `shard${shardIndex(path)}`);
  if (typeof at === "number" && allowed.includes(kind.tableOrPatternAllowed))
    return tablesFor(found, databaseIn(wrong.raw) ?? "shop");
  return undefined;
}

/** Whether a field is a secret, which has to be encrypted in the stack's file. */
export function isSecretField(path: readonly PropertyKey[]): boolean {
  const name = path.at(-1);
  return name === "password" || name === "clientSecret" || name === "alertsTo" || isKeyField(path);
}

/** Of several lines, so that nobody types it in. */
function isKeyField(path: readonly PropertyKey[]): boolean {
  return path.at(-2) === "tls" && path.at(-1) === "key";
}

/** How Pulumi is given a field that is a secret; undefined for every other field. @param file the stack's. */
export function secretRemedy(path: readonly PropertyKey[], name: string, file: string): string | undefined {
  if (!isSecretField(path)) return undefined;
  const [, stack = "STACK"] = /^Pulumi\.(.+)\.yaml$/.exec(file) ?? [];
  // The last command asks for the value, so that no history of a shell has it. There need be no stack yet.
  return (
    `let Pulumi encrypt it: make toolchain && . .cdc/env && pulumi stack select --create ${stack} && ` +
    `pulumi config set --secret --path '${name}'${isKeyField(path) ? " < FILE" : ""}`
  );
}

/** A list of tables takes names and patterns; what else people write there is turned into one of them. */
function tablesFor(found: string, database: string): string | undefined {
  if (found === "*" || found === "%" || found === ".*") return "write *.* for every table of the schema's files";
  const unquoted = found.replaceAll("`", "");
  if (unquoted !== found && kind.tableOrPattern.safeParse(unquoted).success)
    return `write ${unquoted}, without backquotes`;
  if (kind.tableName.safeParse(`${database}.${found}`).success)
    return `write DATABASE.${found}, for example ${database}.${found}; if it is a database, ${found}.* for all of its tables`;
  const pattern = patternFor(found);
  const means = "* stands for any text and ? for one character; regular expressions are not taken";
  if (kind.tableOrPattern.safeParse(pattern).success) return `did you mean ${pattern}? ${means}`;
  const isRegular = /[\\^()[\]{}|+]|\.\*/.test(found);
  return isRegular ? `write patterns such as ${database}.* or ${database}.order_?, or each table: ${means}` : undefined;
}

/** The pattern that a regular expression or a LIKE of SQL comes near to. */
function patternFor(text: string): string {
  return text
    .replaceAll(/^\^|\$$/g, "")
    .replaceAll(/(?:\\[dw]|\[[^\]]*\])[*+]?/g, (group) => (/[*+]$/.test(group) ? "*" : "?"))
    .replaceAll("\\.", "\0")
    .replaceAll(/\.[*+]\??/g, "*")
    .replaceAll("\0", ".")
    .replaceAll("%", "*")
    .replaceAll(/\*{2,}/g, "*")
    .replace(/^([^.*]+)\*$/, "$1.*");
}

function meant(name: string, value: string): string {
  return `did you mean ${value}? write ${name}: ${value}`;
}

/** The nearest name that is good everywhere; undefined when nothing is left of it. */
function resourceNameFor(text: string): string | undefined {
  const name = latin(text)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 40)
    .replaceAll(/^-|-$/g, "");
  return name === "" ? undefined : name;
}

function topicPartFor(text: string): string | undefined {
  const part = latin(text)
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .slice(0, 100)
    .replaceAll(/^[-.]+|-+$/g, "");
  return part === "" ? undefined : part;
}

/** Without accents: `é` is a letter and a mark of its own here. */
function latin(text: string): string {
  return text.normalize("NFKD").replaceAll(/\p{M}+/gu, "");
}

/** Place of the shard that a path is in; 0 where it is in none. */
function shardIndex(path: readonly PropertyKey[]): number {
  return path[0] === "shards" && typeof path[1] === "number" ? path[1] : 0;
}

/** The first database that the configuration names. */
function databaseIn(raw: unknown): string | undefined {
  const { tables, shards } = (raw ?? {}) as { tables?: unknown; shards?: unknown };
  const lists = [
    tables,
    ...(Array.isArray(shards) ? shards.map((shard) => (shard as { tables?: unknown })?.tables) : []),
  ];
  const names = lists.flatMap((list) => (Array.isArray(list) ? list.filter((item) => typeof item === "string") : []));
  return names.map((table) => /^([^.\s]+)\.[^.\s]+$/.exec(table)?.[1]).find((database) => database !== undefined);
}
