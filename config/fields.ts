/** Kinds of values that configuration fields have, each with its limits. */
import { z } from "zod";
import { identifier, isTableName } from "../lib/names.ts";
import { isIanaZone } from "./zones.ts";

/** What is said of a field, in docs/configuration.md and in refusals. */
export interface FieldDoc {
  /** What it is. */
  readonly description: string;
  /** What is allowed, in words. */
  readonly allowed: string;
  /** The property it becomes, as the upstream documentation spells it. */
  readonly upstream?: string;
  /** What happens when it is left out, where that is no plain default. */
  readonly otherwise?: string;
}

/** A field's type with what is said of it; the words are read by the generated reference and by refusals. */
export function field<T extends z.ZodType>(type: T, doc: FieldDoc): T {
  return type.meta({ ...doc });
}

/** The words of a field, through `optional` and `default`. */
export function docOf(type: z.ZodType): FieldDoc | undefined {
  const meta = type.meta();
  if (meta?.["allowed"] !== undefined) return meta as unknown as FieldDoc;
  const inner = innerOf(type);
  return inner === undefined ? undefined : docOf(inner);
}

/** What `optional` and `default` wrap; undefined for a plain type. */
export function innerOf(type: z.ZodType): z.ZodType | undefined {
  if (type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodPrefault)
    return type.unwrap() as z.ZodType;
  return undefined;
}

/** Names that are good for a container, a Kafka topic and a Pulumi resource alike. */
export const resourceName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/);
export const resourceNameAllowed = "lower-case letters, digits and '-' between them, 40 at most";

/** Part of a topic's name; 100 of Kafka's 249 characters, as Debezium appends database and table. */
export const topicPart = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,100}$/)
  .refine((value) => !/^\.{1,2}$/.test(value));
export const topicPartAllowed = "letters, digits, '.', '_' and '-', 1 to 100 of them, but not '.' or '..' alone";

/** Not below 1024: those need rights that an engine may not have. */
export const port = z.int().min(1024).max(65_535);
export const portAllowed = "a port from 1024 to 65535";

/** MySQL: an unsigned 32-bit number other than 0. */
export const serverId = z.int().min(1).max(4_294_967_295);

export const tableName = z.string().refine(isTableName);
export const tableAllowed =
  "DATABASE.TABLE, for example products.stock, of letters, digits, '_', '$', '-', '@' and '#', without quotes";

export const tableOrPattern = z.string().refine((text) => isTableName(text.replaceAll(/[*?]/g, "x")));
export const tableOrPatternAllowed = `${tableAllowed}; or a pattern such as shop.* or shop.order_?`;

/**
 * `DATABASE.TABLE.COLUMN`: what follows the second dot is the column, whatever it is made of; as MySQL writes it, in
 * backquotes with those in it doubled, or as it is. MySQL's limits: 64 characters, none beyond U+FFFF, no space at the end.
 */
export const columnName = z
  .string()
  .regex(new RegExp(`^${identifier}\\.${identifier}\\.(?:\`(?:[^\`]|\`\`)+\`|[^\`](?:.*))$`, "us"))
  .transform(plainColumn)
  .refine((name) => isMysqlName(columnOf(name)));
export const columnAllowed =
  "DATABASE.TABLE.COLUMN, for example products.products.description; the column as it is, also with dots and spaces, or in MySQL's backquotes";

/** The column without MySQL's quotes. */
function plainColumn(name: string): string {
  const column = columnOf(name);
  if (!column.startsWith("`")) return name;
  return name.slice(0, -column.length) + column.slice(1, -1).replaceAll("``", "`");
}

/** What follows the second dot. */
function columnOf(name: string): string {
  return name.split(".").slice(2).join(".");
}

function isMysqlName(name: string): boolean {
  const hasForbidden = name.includes("\0") || /[\uD800-\uDFFF]/.test(name) || name.endsWith(" ");
  return name !== "" && name.length <= 64 && !hasForbidden;
}

/** One thing that may be deleted, by its kind and its whole name. */
export const deletion = z
  .string()
  .regex(/^(topic:[A-Za-z0-9._$-]+|(shard|broker):[a-z0-9][a-z0-9-]*|file:\S.*@[0-9a-f]+)$/);
export const deletionAllowed =
  "a list of topic:NAME, shard:NAME, broker:NAME and file:NAME@CHECKSUM, for example [topic:shard0.products.stock]; no patterns";

export const timeZone = z.string().refine(isIanaZone);

/** Memory of a JVM's heap, a buffer pool or a container. */
export const mebibytes = (min: number) => z.int().min(min).max(262_144);

/** An image reference with a tag other than `latest`, or with a digest. */
export const imageReference = z
  .string()
  .regex(/^[a-z0-9][a-z0-9./_-]*(:[0-9]+\/[a-z0-9./_-]+)?(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?$/)
  .refine((image) => /@sha256:|:[^/:]+$/.test(image) && !image.endsWith(":latest"));
export const imageAllowed = "an image with a tag other than latest, or with a digest";

/** Free properties under upstream's own names; numbers and booleans become text. */
export const properties = z.record(
  z.string().min(1),
  z.union([z.string(), z.number(), z.boolean()]).transform((value) => String(value)),
);
export const propertiesAllowed = "upstream's own names with text, number or boolean values";
