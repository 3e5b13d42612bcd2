/**
 * A table's indices: readers and the sink name the alias, behind which one of the numbered indices serves. They get
 * settings and mapping from an index template of the alias's name, which has to be there before the first write.
 */
import { isDeepStrictEqual } from "node:util";
import type { Client } from "@opensearch-project/opensearch";
import { UserError } from "../../lib/run.ts";
import { isMissing } from "./client.ts";
import type { FieldMapping, IndexMapping } from "./mapping.ts";

/** What an alias's indices are made of. */
export interface IndexDefinition {
  readonly alias: string;
  readonly mapping: IndexMapping;
  /** How long a written document may wait until a search finds it, in milliseconds. */
  readonly refreshIntervalMs: number;
}

/** A field whose type in the serving index is another than the table's column asks for today. */
export interface FieldDifference {
  readonly field: string;
  readonly is: FieldMapping;
  readonly wanted: FieldMapping;
}

export interface EnsuredIndex {
  /** The numbered index that serves. */
  readonly index: string;
  readonly isNew: boolean;
  /** Fields that the serving index lacked and has now. Documents from before are found by them once they are written again. */
  readonly added: readonly string[];
  /** What only a new index can mend. */
  readonly different: readonly FieldDifference[];
}

/**
 * Makes sure of template, index and alias. Done again it changes nothing; new columns are added to the serving index.
 * @throws {UserError} when an index has the alias's name, or the alias stands for several.
 */
export async function ensureIndex(engine: Client, definition: IndexDefinition): Promise<EnsuredIndex> {
  await putTemplate(engine, definition);
  const { alias, mapping } = definition;
  const serving = await servingIndex(engine, alias);
  if (serving === undefined) {
    return { index: await createNextIndex(engine, alias, { serving: true }), isNew: true, added: [], different: [] };
  }
  await engine.indices.putSettings({ index: serving, body: { index: dynamicSettings(definition) } });
  const { added, different } = compareFields(mapping, await fieldsOf(engine, serving));
  if (added.length > 0) {
    const properties = Object.fromEntries(added.map((field) => [field, mapping.properties[field] ?? {}]));
    await engine.indices.putMapping({ index: serving, body: { properties } });
  }
  return { index: serving, isNew: false, added, different };
}

/** Puts the template that the alias's indices are made from, in place of what was there. */
export async function putTemplate(engine: Client, definition: IndexDefinition): Promise<void> {
  const { alias, mapping } = definition;
  await engine.indices.putIndexTemplate({
    name: alias,
    body: {
      index_patterns: [`${alias}-0*`],
      // Of two patterns that fit, the one with the longer name is meant: `a-0b-000001` is no index of `a`.
      priority: 100 + alias.length,
      template: {
        settings: {
          index: {
            number_of_shards: 1,
            // A copy where there is a second node to hold it.
            auto_expand_replicas: "0-1",
            ...dynamicSettings(definition),
          },
        },
        mappings: { ...mapping },
      },
    },
  });
}

/** The index behind an alias; undefined when there is no such alias. */
export async function servingIndex(engine: Client, alias: string): Promise<string | undefined> {
  const found = await engine.indices.get({ index: alias }).then(
    ({ body }) => Object.keys(body),
    (error: unknown): string[] => {
      if (isMissing(error)) return [];
      throw error;
    },
  );
  if (found.includes(alias)) {
    throw new UserError(
      `the search engine has an index named ${alias}, where an alias of that name has to be`,
      `Delete that index when nothing else needs it (DELETE /${alias}), then run the command again.`,
    );
  }
  if (found.length > 1) {
    throw new UserError(
      `the alias ${alias} stands for ${found.length} indices (${found.join(", ")}), where one has to be`,
      "Take the alias away from all but the one that is to serve, then run the command again.",
    );
  }
  return found[0];
}

/** All numbered indices of an alias, serving or not, from old to new. */
export async function numberedIndices(engine: Client, alias: string): Promise<string[]> {
  const { body } = await engine.indices.get({ index: `${alias}-0*` });
  return Object.keys(body)
    .filter((index) => isNumbered(index, alias))
    .toSorted();
}

/**
 * Makes the next numbered index from the template: `ALIAS-000001`, or one more than the highest that is there.
 * @param options.serving whether the alias stands for it from the start.
 * @returns its name.
 */
export async function createNextIndex(engine: Client, alias: string, options: { serving: boolean }): Promise<string> {
  const last = (await numberedIndices(engine, alias)).at(-1);
  const next = last === undefined ? 1 : Number(last.slice(alias.length + 1)) + 1;
  const index = `${alias}-${String(next).padStart(6, "0")}`;
  await engine.indices.create({ index, body: options.serving ? { aliases: { [alias]: {} } } : {} });
  return index;
}

/** Which fields of the wanted mapping an index lacks, and which it has otherwise. */
export function compareFields(
  wanted: IndexMapping,
  found: Readonly<Record<string, FieldMapping>>,
): { added: string[]; different: FieldDifference[] } {
  const added: string[] = [];
  const different: FieldDifference[] = [];
  for (const [field, mapping] of Object.entries(wanted.properties)) {
    const is = Object.hasOwn(found, field) ? found[field] : undefined;
    if (is === undefined) added.push(field);
    else if (!isDeepStrictEqual(is, mapping)) different.push({ field, is, wanted: mapping });
  }
  return { added, different };
}

function isNumbered(index: string, alias: string): boolean {
  return index.startsWith(`${alias}-`) && /^\d{6}$/.test(index.slice(alias.length + 1));
}

/** OpenSearch's default: no index has a lower limit. */
const fieldsLimit = 1000;

/** The engine counts what a field has within it too: a text its `raw`. MySQL's 4096 columns are some 8200. */
function countFields(properties: Readonly<Record<string, FieldMapping>>): number {
  return Object.values(properties).reduce((sum, { fields, properties: inner }) => {
    const within = { ...(fields as Record<string, FieldMapping>), ...(inner as Record<string, FieldMapping>) };
    return sum + 1 + countFields(within);
  }, 0);
}

/** Settings that an index takes at any time. */
function dynamicSettings({ refreshIntervalMs, mapping }: IndexDefinition) {
  return {
    // Twice what is there, so that columns may come and go.
    "mapping.total_fields.limit": Math.max(fieldsLimit, 2 * countFields(mapping.properties)),
    refresh_interval: `${refreshIntervalMs}ms`,
    // How long a deletion's version is remembered, so that a change from before it cannot bring the document back.
    gc_deletes: "1h",
  };
}

async function fieldsOf(engine: Client, index: string): Promise<Record<string, FieldMapping>> {
  const { body } = await engine.indices.getMapping({ index });
  return body[index]?.mappings.properties ?? {};
}
