/** An index for each captured table, mapped by its columns, before the sink writes. */
import { httpEndpoint, type HttpEndpoint, type Written, type MysqlLogin } from "../lib/endpoint.ts";
import { UserError } from "../lib/run.ts";
import { targetOf, type Kept } from "../plan/endpoints.ts";
import type { Origin } from "../plan/row-origin.ts";
import type { IndexedShard } from "../plan/types.ts";
import { EngineError, engineClient } from "../clients/opensearch/client.ts";
import { ensureIndex, type EnsuredIndex, type FieldDifference } from "../clients/opensearch/indices.ts";
import type { FieldMapping } from "../clients/opensearch/mapping.ts";
import { tableMapping } from "../clients/opensearch/table-mapping.ts";

/** What the resource `cdc:index:Indices` is given. */
export interface IndicesTarget {
  /** The engine's REST API as reached from this machine. */
  readonly url: Written<HttpEndpoint>;
  /** How long a written document may wait until a search finds it, in milliseconds. */
  readonly refreshIntervalMs: number;
  readonly indices: readonly IndexTarget[];
}

export interface IndexTarget {
  /** `DATABASE.TABLE`. */
  readonly table: string;
  /** What readers and the sink name. */
  readonly alias: string;
  /** What holds every row of the table; undefined for an index whose old documents nobody misses (the probe's). */
  readonly rows?: Origin;
  /** Those that have the table. */
  readonly shards: readonly Kept<IndexedShard>[];
}

/** What there was after an `up`. */
export interface PreparedIndices {
  /** The engine's `cluster_uuid`, which is another one when its data was lost. */
  readonly clusterUuid: string;
  /** How often indices that had been there were made anew within that data: each time they have to be filled anew. */
  readonly fills: number;
}

/** What the last `up` left, and its aliases. */
export interface KnownIndices extends PreparedIndices {
  readonly aliases: readonly string[];
}

/** Made in part: what was made is not to be forgotten. */
export class PartlyPreparedError extends Error {
  readonly prepared: PreparedIndices;

  constructor(cause: unknown, prepared: PreparedIndices) {
    super(cause instanceof UserError ? `${cause.message}\n  what to do: ${cause.remedy}` : String(cause), { cause });
    this.prepared = prepared;
  }
}

/**
 * Makes sure of every index. All columns are read before the first one is made.
 * @param login of the CDC account. @param known undefined when nothing was made before. @param say told a line for what is new.
 * @throws UserError when engine or shard is out of reach, or the engine refuses a mapping (CDC-861).
 * @throws PartlyPreparedError the same, when something that was known was made anew by then.
 */
export async function prepareIndices(
  { url, refreshIntervalMs, indices, enginePassword }: IndicesTarget & { readonly enginePassword?: string | undefined },
  login: (shard: string) => MysqlLogin,
  known: KnownIndices | undefined,
  say: (line: string) => void,
): Promise<PreparedIndices> {
  const engine = engineClient(httpEndpoint(url, enginePassword));
  try {
    const { body } = await engine.info();
    const { cluster_uuid: clusterUuid } = body;
    const former = known?.clusterUuid === clusterUuid ? known : undefined;
    const mapped = [];
    for (const index of indices) mapped.push({ index, mapping: await mappingOf(index, login) });
    const anew: IndexTarget[] = [];
    const prepared = () => ({ clusterUuid, fills: (former?.fills ?? 0) + (anew.length > 0 ? 1 : 0) });
    try {
      for (const { index, mapping } of mapped) {
        const { alias, table } = index;
        const ensured = await ensureIndex(engine, { alias, mapping, refreshIntervalMs }).catch((error: unknown) => {
          throw refused(table, alias, error);
        });
        if (ensured.isNew && former?.aliases.includes(alias) === true) anew.push(index);
        for (const line of linesOf(table, alias, ensured)) say(line);
      }
    } catch (error) {
      throw anew.length > 0 ? new PartlyPreparedError(error, prepared()) : error;
    }
    return prepared();
  } finally {
    await engine.close();
  }
}

async function mappingOf({ table, shards }: IndexTarget, login: (shard: string) => MysqlLogin) {
  return await tableMapping({ table, shards: shards.map((shard) => targetOf<IndexedShard>(shard)) }, login);
}

/** The engine does not take the mapping: which column that is stands in its own words. */
function refused(table: string, alias: string, error: unknown): unknown {
  if (!(error instanceof EngineError) || error.status !== 400) return error;
  return new UserError(
    `CDC-861 ${table}: the search engine refuses the index ${alias}: ${error.message}`,
    `Leave the column that it names out with cdc:excludeColumns (${table}.COLUMN), rename it, or take the table out of cdc:tables.`,
    { cause: error },
  );
}

function linesOf(table: string, alias: string, { index, isNew, added, different }: EnsuredIndex): string[] {
  if (isNew) return [`${alias}: made ${index}`];
  const news = added.length === 0 ? [] : [`${alias}: new in ${index}: ${added.join(", ")}`];
  if (different.length === 0) return news;
  return [
    ...news,
    `warning: ${alias}: ${different.map(words).join("; ")}\n` +
      `  Values that do not fit become dead letters until the index is rebuilt: bin/cdc reindex --table ${table}`,
  ];
}

function words({ field, is, wanted }: FieldDifference): string {
  const [isType, wantedType] = [is["type"], wanted["type"]];
  // Where the types are alike, it is what stands beside them that differs.
  const shown = (mapping: FieldMapping) => (isType === wantedType ? JSON.stringify(mapping) : String(mapping["type"]));
  return `${field} is ${shown(is)} in the index, by the column it would be ${shown(wanted)}`;
}
