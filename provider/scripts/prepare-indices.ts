/**
 * Run by `pulumi up` before the sink (@pulumi/command): an index for each captured table, mapped by its columns.
 * CDC_INDICES is IndicesTarget as JSON, CDC_PASSWORD the CDC account's password (environment, as arguments are public).
 * Prints on stdout, as JSON, which engine's data it was ({"clusterUuid": …}), and what it did on stderr.
 */
import { httpEndpoint, type HttpEndpoint, type Written } from "../../lib/endpoint.ts";
import { UserError } from "../../lib/run.ts";
import { targetOf, type Kept } from "../../plan/endpoints.ts";
import type { IndexedShard, IndexPlan } from "../../plan/types.ts";
import { EngineError, engineClient } from "../../clients/opensearch/client.ts";
import { ensureIndex, type EnsuredIndex, type FieldDifference } from "../../clients/opensearch/indices.ts";
import type { FieldMapping } from "../../clients/opensearch/mapping.ts";
import { tableMapping } from "../../clients/opensearch/table-mapping.ts";

interface IndicesTarget {
  /** The engine as reached from this machine. */
  readonly url: Written<HttpEndpoint>;
  readonly refreshIntervalMs: number;
  readonly indices: readonly (Omit<IndexPlan, "shards"> & { readonly shards: readonly Kept<IndexedShard>[] })[];
}

/** @returns the engine's `cluster_uuid`, which is another one when its data was lost. */
async function prepareIndices(target: IndicesTarget, password: string): Promise<string> {
  const engine = engineClient(httpEndpoint(target.url));
  try {
    const { body } = await engine.info();
    for (const index of target.indices) {
      const { alias, table } = index;
      const shards = index.shards.map((shard) => targetOf<IndexedShard>(shard));
      const mapping = await tableMapping({ table, shards }, password);
      const { refreshIntervalMs } = target;
      const ensured = await ensureIndex(engine, { alias, mapping, refreshIntervalMs }).catch((error: unknown) => {
        throw refused(table, alias, error);
      });
      for (const line of linesOf(table, alias, ensured)) console.error(line);
    }
    return body.cluster_uuid;
  } finally {
    await engine.close();
  }
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

try {
  const target = JSON.parse(process.env["CDC_INDICES"] ?? "") as IndicesTarget;
  const clusterUuid = await prepareIndices(target, process.env["CDC_PASSWORD"] ?? "");
  console.log(JSON.stringify({ clusterUuid }));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message}\n${error.remedy}`);
  process.exitCode = 1;
}
