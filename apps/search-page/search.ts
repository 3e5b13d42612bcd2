/** Asks the engine, and makes of its answer what the page shows. */
import { readFile } from "node:fs/promises";
import { askHttp } from "../../clients/http.ts";
import { TlsError } from "../../clients/tls.ts";
import { httpEndpoint } from "../../lib/endpoint.ts";
import { messageOf } from "../../lib/run.ts";
import type { SearchRequest } from "./request.ts";
import type { SearchPageSettings } from "./settings.ts";

/** The engine does not answer, or refuses; the message is for the person before the page. */
export class EngineError extends Error {}

/** One row of a shard. */
export interface Row {
  /** The document's `_id`: shard and primary key. */
  readonly id: string;
  /** `DATABASE.TABLE`. */
  readonly table: string;
  readonly shard: string | null;
  /** When the row's last change was committed, in milliseconds since 1970; null when the document does not say. */
  readonly changedMs: number | null;
  /** The columns, as the document has them. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface SearchAnswer {
  /** This machine's time, in milliseconds since 1970: freshness is measured by one clock, not by the browser's. */
  readonly nowMs: number;
  /** All rows that were found; `rows` has the first of them. */
  readonly total: number;
  /** How many were found on each shard, the choice of one not counted in. */
  readonly shards: readonly { readonly name: string; readonly count: number }[];
  readonly rows: readonly Row[];
}

const timeoutMs = 3000;

/**
 * Searches all the tables; the best match comes first, among equals the row that changed last.
 * @throws {EngineError} when the engine gives no answer within 3 seconds, or another one than the rows.
 */
export async function search(settings: SearchPageSettings, request: SearchRequest): Promise<SearchAnswer> {
  const aliases = settings.indices.map(({ alias }) => encodeURIComponent(alias)).join(",");
  const { engineUrl, passwordFile } = settings;
  const engine = {
    ...httpEndpoint(engineUrl),
    ...(passwordFile !== undefined && { access: async () => ({ password: await readFile(passwordFile, "utf8") }) }),
  };
  const { status, text } = await askHttp("the search engine", engine, {
    method: "POST",
    // A table whose index is not made yet has no rows to be found.
    path: `/${aliases}/_search?ignore_unavailable=true`,
    body: searchBody(request),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: unknown) => {
    if (error instanceof TlsError) throw new EngineError(error.message);
    throw new EngineError(`the search engine at ${engine.url} does not answer: ${causeOf(error)}`);
  });
  if (status !== 200) throw new EngineError(`the search engine answered HTTP ${status}: ${reasonOf(text)}`);
  return readAnswer(settings, text);
}

/** The body of `POST …/_search`. */
export function searchBody({ words, shard, size }: SearchRequest): object {
  return {
    query: words.length === 0 ? { match_all: {} } : { bool: { must: words.map(anywhere) } },
    // After the aggregation, which is to show what the other shards have.
    ...(shard === undefined ? {} : { post_filter: { term: { shard } } }),
    aggs: { shards: { terms: { field: "shard", size: 100, order: { _key: "asc" } } } },
    sort: [
      { _score: "desc" },
      { "cdc.ts_us": { order: "desc", unmapped_type: "long" } },
      // A snapshot's rows have one time: among them too, the order is to be the same the next time.
      { shard: { order: "asc", unmapped_type: "keyword" } },
    ],
    track_total_hits: true,
    size,
  };
}

/**
 * A word anywhere in a row: as a whole in fields of every kind, numbers too, or as the beginning of a word in text. The
 * latter finds while one types, and 재킷을 by 재킷, which the engine's analyzer keeps as one word.
 */
function anywhere(word: string): object {
  const everywhere = { query: word, fields: ["*"], operator: "and", lenient: true };
  return {
    bool: {
      should: [{ multi_match: everywhere }, { multi_match: { ...everywhere, type: "bool_prefix" } }],
      minimum_should_match: 1,
    },
  };
}

interface EngineAnswer {
  readonly hits: {
    readonly total: { readonly value: number };
    readonly hits: readonly {
      readonly _index: string;
      readonly _id: string;
      readonly _source: Readonly<Record<string, unknown>>;
    }[];
  };
  /** Missing when there is no index at all. */
  readonly aggregations?: {
    readonly shards: { readonly buckets: readonly { readonly key: string; readonly doc_count: number }[] };
  };
}

function readAnswer(settings: SearchPageSettings, text: string): SearchAnswer {
  const { hits, aggregations } = parseExactly(text) as EngineAnswer;
  return {
    nowMs: Date.now(),
    total: hits.total.value,
    shards: (aggregations?.shards.buckets ?? []).map(({ key, doc_count: count }) => ({ name: key, count })),
    rows: hits.hits.map(({ _index: index, _id: id, _source: source }) => {
      const { shard, cdc, ...fields } = source;
      const changedUs = (cdc as { readonly ts_us?: unknown } | undefined)?.ts_us;
      return {
        id,
        table: tableOf(settings, index),
        shard: typeof shard === "string" ? shard : null,
        changedMs: typeof changedUs === "number" ? changedUs / 1000 : null,
        fields,
      };
    }),
  };
}

/** An alias stands for `ALIAS-000001`, and after a rebuild for the next number. */
function tableOf(settings: SearchPageSettings, index: string): string {
  return settings.indices.find(({ alias }) => alias === index.replace(/-\d+$/, ""))?.table ?? index;
}

/** JSON, with integers that a double cannot hold as text, digit by digit. */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { readonly source?: string }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
      ? context?.source
      : value,
  );
}

function causeOf(error: unknown): string {
  if (error instanceof Error && error.name === "TimeoutError") return `nothing came within ${timeoutMs / 1000} s`;
  return messageOf(error);
}

/** The engine's own words, where it has any. */
function reasonOf(text: string): string {
  try {
    const { error } = JSON.parse(text) as { error?: { reason?: string; root_cause?: { reason?: string }[] } };
    return error?.root_cause?.[0]?.reason ?? error?.reason ?? text.slice(0, 200);
  } catch {
    return text.slice(0, 200);
  }
}
