/** The configuration reference, rendered from the schema: docs/configuration.md. Run it to write that file (`npm run docs`). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { docOf, innerOf } from "./fields.ts";
import { configSchema } from "./schema.ts";
import { checkoutFolder } from "../lib/checkout.ts";

/** Defaults that Pulumi.yaml's catalogue has and the schema has not. */
type Defaults = Readonly<Record<string, unknown>>;

/** Renders the whole page. */
export function renderReference(defaults: Defaults): string {
  const objects = Object.entries(configSchema.shape).flatMap(([key, type]) => {
    const inner = plain(type as z.ZodType);
    if (inner instanceof z.ZodObject) return [[`cdc:${key}`, inner] as const];
    const element = inner instanceof z.ZodArray ? plain(inner.element as z.ZodType) : undefined;
    return element instanceof z.ZodObject ? [[`cdc:${key}[]`, element] as const] : [];
  });
  return [
    "# Configuration",
    "",
    "Every field of `Pulumi.STACK.yaml`, with what is allowed, its default and the upstream property it becomes.",
    "This page is generated from `config/schema.ts` by `npm run docs`; a test holds the two together.",
    "What is refused, and why: [refusals.md](refusals.md). Which versions fit: [compatibility.md](compatibility.md).",
    "",
    "## The stack's keys",
    "",
    ...table(configSchema, defaults),
    ...objects.flatMap(([path, object]) => ["", `## \`${path}\``, "", ...table(object, {})]),
    "",
  ].join("\n");
}

function table(object: z.ZodObject, defaults: Defaults): string[] {
  const rows = Object.entries(object.shape).map(([key, type]) => {
    const doc = docOf(type as z.ZodType);
    if (doc === undefined) throw new Error(`the field ${key} has no words`);
    const byDefault = defaults[key] === undefined ? defaultOf(type as z.ZodType) : code(defaults[key]);
    const cells = [`\`${key}\``, doc.description, doc.allowed, doc.otherwise ?? byDefault, doc.upstream ?? ""];
    return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  });
  return ["| field | meaning | allowed | default | becomes |", "| --- | --- | --- | --- | --- |", ...rows];
}

function defaultOf(type: z.ZodType): string {
  if (type instanceof z.ZodDefault) return code(type.def.defaultValue);
  if (type instanceof z.ZodPrefault) return "see its fields";
  return type instanceof z.ZodOptional ? "none" : "(needed)";
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function plain(type: z.ZodType): z.ZodType {
  const inner = innerOf(type);
  return inner === undefined ? type : plain(inner);
}

if (import.meta.main) {
  const { config } = parse(readFileSync(join(checkoutFolder, "Pulumi.yaml"), "utf8")) as {
    config: Record<string, { default?: unknown }>;
  };
  const file = join(checkoutFolder, "docs", "configuration.md");
  writeFileSync(
    file,
    renderReference(Object.fromEntries(Object.entries(config).map(([key, entry]) => [key, entry.default]))),
  );
  console.log(`wrote ${file}`);
}
