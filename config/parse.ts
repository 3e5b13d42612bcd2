/** From unknown data to a checked configuration, or to problems that say what to change. */
import { z } from "zod";
import { isShowable } from "../lib/secrets.ts";
import { successorOf } from "../lib/debezium-keys.ts";
import { refuse, type Problem } from "../lib/problem.ts";
import { docOf, innerOf } from "./fields.ts";
import { nearest } from "./nearest.ts";
import { isSecretField, proposal, secretRemedy } from "./proposal.ts";
import { textOf } from "./raw.ts";
import { configSchema, type PipelineConfig } from "./schema.ts";

type Path = readonly PropertyKey[];

/**
 * Checks raw configuration values field by field. What spans several fields is checked by the plan.
 * @param raw values by their keys without `cdc:`; `shards` may be a count.
 * @param file the file to be mended, as remedies name it.
 * @throws ProblemError with every field at fault.
 */
export function parseConfig(raw: Readonly<Record<string, unknown>>, file = "the stack's file"): PipelineConfig {
  const values = { ...raw, shards: expandShards(raw["shards"]) };
  const result = configSchema.safeParse(values);
  if (result.success) return result.data;
  refuse(result.error.issues.flatMap((issue) => problemsOf(issue, raw, file)));
  throw new Error("unreachable: an issue without a problem");
}

/** A count stands for shard0, shard1 … on the ports from 3308 on. */
function expandShards(shards: unknown): unknown {
  const count = typeof shards === "number" || (typeof shards === "string" && /^\d+$/.test(shards)) ? Number(shards) : 0;
  if (!Number.isInteger(count) || count < 1 || count > 64) return shards;
  return Array.from({ length: count }, (_, index) => ({ name: `shard${index}`, port: 3308 + index }));
}

function problemsOf(issue: z.core.$ZodIssue, raw: unknown, file: string): Problem[] {
  const path = issue.path;
  const inside = insideUnion(issue);
  if (inside.length > 0) return inside.flatMap((one) => problemsOf(one, raw, file));
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownField([...path, key]));
  const found = valueAt(raw, path);
  const name = pathName(path);
  const doc = docAt(path);
  const allowed = doc?.allowed ?? issue.message;
  if (found === undefined) {
    return [
      problem(
        "CDC-102",
        name,
        `is missing; allowed is ${allowed}`,
        secretRemedy(path, name, file) ?? `add ${name} to ${file}`,
      ),
    ];
  }
  const shown = `found ${!isSecretField(path) && isShowable(String(path.at(-1)), textOf(found)) ? shorten(found) : "a secret"}; allowed is ${allowed}`;
  const remedy =
    proposal({ path, name, found, allowed, expected: expectedBy(issue), raw, file }) ?? `change ${name} in ${file}`;
  return [problem(codeOf(issue), name, shown, remedy)];
}

/** What is wrong within a value of the right kind, where a field takes several kinds; none where it is of no kind. */
function insideUnion(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [];
  const fitting = issue.errors.find((found) =>
    found.every(({ code, path }) => code === "unrecognized_keys" || path.length > 0),
  );
  return (fitting ?? []).map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

/** A code for each way in which one field alone can be wrong. */
function codeOf(issue: z.core.$ZodIssue): Problem["code"] {
  const at = issue.path.at(-1);
  if (at === "timeZone") return "CDC-107";
  if (at === "snapshotMode") return "CDC-108";
  if (at === "image") return "CDC-106";
  if (isSecretField(issue.path)) return "CDC-112";
  switch (issue.code) {
    case "too_small":
    case "too_big":
      return "CDC-103";
    case "invalid_format":
    case "invalid_key":
    case "custom":
      return "CDC-104";
    case "invalid_value":
      return "CDC-105";
    default:
      return "CDC-102";
  }
}

/** The type that a value should have had; undefined when its type is right. */
function expectedBy(issue: z.core.$ZodIssue): string | undefined {
  return issue.code === "invalid_type" ? issue.expected : undefined;
}

function unknownField(path: Path): Problem {
  const key = String(path.at(-1));
  const name = pathName(path);
  const successor = successorOf(key);
  if (successor !== undefined) {
    return problem(
      "CDC-301",
      name,
      `is Debezium's name of before 2.0, and no field here; today it is ${successor}`,
      ownFieldFor(successor) ?? `write ${successor} under connectors.properties if the plan does not set it already`,
    );
  }
  const known = knownFields(path.slice(0, -1));
  const near = nearest(key, known);
  const meant = near === undefined ? "" : `did you mean ${near}? `;
  return problem(
    "CDC-101",
    name,
    `is no known field; known are ${known.join(", ")}`,
    `${meant}rename or remove ${name}`,
  );
}

/** The field of ours that sets a Debezium property. */
function ownFieldFor(property: string): string | undefined {
  if (property === "topic.prefix") return "write topicPrefix in the shard's entry (its default is the shard's name)";
  if (property === "schema.history.internal.kafka.topic") return "write schemaHistoryTopic in the shard's entry";
  if (property.startsWith("schema.history.internal.kafka.")) return "remove it: the plan sets it";
  if (property === "database.connectionTimeZone") return "write cdc:timeZone";
  if (/^(database|table)\.include\.list$/.test(property)) return "write cdc:tables, or tables in the shard's entry";
  if (property === "column.exclude.list") return "write cdc:excludeColumns";
  return undefined;
}

function problem(code: Problem["code"], path: string, message: string, remedy: string): Problem {
  return { code, path, message, remedy };
}

/** `cdc:shards[1].serverId` */
export function pathName(path: Path): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return `cdc:${text.replace(/^\./, "")}`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === "object" && inner !== null ? (inner as Record<PropertyKey, unknown>)[part] : undefined,
    value,
  );
}

/** The words of the field at a path; those of the list for an item of a list. */
function docAt(path: Path): ReturnType<typeof docOf> {
  const types = typesAlong(path);
  for (const type of types.toReversed()) {
    const doc = docOf(type);
    if (doc !== undefined && doc.allowed !== "an object") return doc;
  }
  return undefined;
}

function knownFields(path: Path): string[] {
  const type = objectIn(plain(typesAlong(path).at(-1) ?? configSchema));
  return type instanceof z.ZodObject ? Object.keys(type.shape) : [];
}

/** Of a field that takes several kinds of values the one with fields of its own. */
function objectIn(type: z.ZodType): z.ZodType {
  const options = type instanceof z.ZodUnion ? type.options.map(plainOf) : [];
  return options.find((inner) => inner instanceof z.ZodObject) ?? type;
}

/** The types of the fields on the way to a path. */
function typesAlong(path: Path): z.ZodType[] {
  const types: z.ZodType[] = [];
  let type: z.ZodType | undefined = configSchema;
  for (const part of path) {
    const inner: z.ZodType = objectIn(plain(type));
    if (inner instanceof z.ZodObject) type = inner.shape[String(part)] as z.ZodType | undefined;
    else if (inner instanceof z.ZodArray) type = inner.element as z.ZodType;
    else return types;
    if (type === undefined) return types;
    types.push(type);
  }
  return types;
}

function plain(type: z.ZodType): z.ZodType {
  const inner = innerOf(type);
  return inner === undefined ? type : plain(inner);
}

function plainOf(type: z.core.$ZodType): z.ZodType {
  return plain(type as z.ZodType);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
