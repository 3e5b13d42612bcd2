/** An index's documents of a shard, as they were at one moment, or as they are now. */
import type { Client } from "@opensearch-project/opensearch";
import { parseExact, type Row, type Value } from "../../clients/debezium/events/json.ts";
import { fieldName } from "../../clients/opensearch/field-name.ts";
import { comparable } from "./comparable.ts";
import { rangeColumn, wholeTable, type KeyRange } from "./range.ts";
import type { TableSpec } from "./table.ts";

export interface IndexDocument {
  readonly id: string;
  readonly source: Row;
}

/** Documents of one answer: what a heap of a few hundred MiB gives without noticing. */
const pageSize = 1000;
/** Between two pages a whole range may be read from MySQL. */
const keepAlive = "10m";

/** An index as it was when this was opened; close it when done. */
export class IndexView {
  readonly #engine: Client;
  #pit: string;

  private constructor(engine: Client, pit: string) {
    this.#engine = engine;
    this.#pit = pit;
  }

  /**
   * Makes what was written visible, and holds it.
   * @throws EngineError when the engine does not answer, or there is no such index.
   */
  static async open(engine: Client, alias: string): Promise<IndexView> {
    await engine.indices.refresh({ index: alias });
    const { body } = await engine.createPit({ index: [alias], keep_alive: keepAlive });
    return new IndexView(engine, body.pit_id);
  }

  /** How many documents a shard has. */
  async count(shard: string): Promise<number> {
    return await this.#total({ bool: { filter: [{ term: { shard } }] } });
  }

  /** How many documents are of none of the shards. */
  async countOthers(shards: readonly string[]): Promise<number> {
    return await this.#total({ bool: { must_not: [{ terms: { shard: shards } }] } });
  }

  /** The first documents that are of none of the shards. */
  async someOthers(shards: readonly string[], size: number): Promise<IndexDocument[]> {
    return await this.#search({ size, query: { bool: { must_not: [{ terms: { shard: shards } }] } } });
  }

  /** A shard's documents of a range, with the columns that are compared and those of the key, in no order. */
  async *read(spec: TableSpec, shard: string, range: KeyRange = wholeTable): AsyncGenerator<IndexDocument> {
    const fields = [...new Set([...spec.columns, ...spec.key].map(({ name }) => fieldName(name)))];
    const query = {
      bool: { filter: [{ term: { shard } }, ...lowerBound(spec, range)], must_not: upperBound(spec, range) },
    };
    let after: unknown[] | undefined;
    for (;;) {
      const page = await this.#search({
        size: pageSize,
        query,
        _source: fields.map(literalPattern),
        sort: ["_shard_doc"],
        ...(after === undefined ? {} : { search_after: after }),
      });
      yield* page;
      after = page.at(-1)?.sort;
      if (page.length < pageSize || after === undefined) return;
    }
  }

  async close(): Promise<void> {
    await this.#engine.deletePit({ body: { pit_id: [this.#pit] } });
  }

  async #total(query: object): Promise<number> {
    const answer = await this.#ask({ size: 0, track_total_hits: true, query });
    return Number(answer.hits.total?.value);
  }

  async #search(body: object): Promise<FoundDocument[]> {
    const { hits } = await this.#ask({ track_total_hits: false, ...body });
    return hits.hits.map(({ _id: id, _source: source, sort }) => ({ id, source: source ?? {}, sort }));
  }

  async #ask(body: object): Promise<Answer> {
    const pit = { id: this.#pit, keep_alive: keepAlive };
    const answer = await rawRequest<Answer>(this.#engine, "POST", "/_search", { ...body, pit });
    this.#pit = answer.pit_id;
    return answer;
  }
}

/** Documents as they are now, written a moment ago or not; by id, without those that are not there. */
export async function documentsByIds(
  engine: Client,
  alias: string,
  ids: readonly string[],
): Promise<Map<string, IndexDocument>> {
  const path = `/${encodeURIComponent(alias)}/_mget`;
  const { docs } = await rawRequest<{ docs: Found[] }>(engine, "POST", path, { ids });
  return new Map(
    docs
      .filter(({ found }) => found === true)
      .map(({ _id: id, _source: source }) => [id, { id, source: source ?? {} }]),
  );
}

/** A document's compared values, in the order of the table's spec. */
export function comparablesOf({ columns }: TableSpec, { source }: IndexDocument): string[] {
  return columns.map((column) => {
    const field = fieldName(column.name);
    return comparable(column, Object.hasOwn(source, field) ? source[field] : null);
  });
}

/** The commit that the document stands for, in µs since 1970; 0 where it does not tell. */
export function committedUs({ source: { cdc } }: IndexDocument): number {
  const position = cdc as Record<string, Value> | null | undefined;
  const time = typeof position === "object" ? position?.["ts_us"] : undefined;
  return typeof time === "number" ? time : 0;
}

interface Found {
  readonly _id: string;
  readonly _source?: Row;
  readonly found?: boolean;
  readonly sort?: unknown[];
}

type FoundDocument = IndexDocument & { readonly sort: unknown[] | undefined };

interface Answer {
  readonly pit_id: string;
  readonly hits: { readonly total?: { readonly value: number }; readonly hits: readonly Found[] };
}

/** A client's own reading of JSON would cut numbers; without long ones the quick way is exact too. */
async function rawRequest<T>(engine: Client, method: "POST", path: string, body: object): Promise<T> {
  const answer = await engine.transport.request({ method, path, body }, { asStream: true });
  let text = "";
  const stream = answer.body as unknown as NodeJS.ReadableStream;
  stream.setEncoding("utf8");
  for await (const chunk of stream) text += String(chunk);
  return (/\d[\d.]{15}/.test(text) ? parseExact(text) : JSON.parse(text)) as T;
}

/** Half-open as the ranges are; what has no value that the engine could read lies in the first one. */
function lowerBound(spec: TableSpec, { from }: KeyRange): object[] {
  const name = rangeColumn(spec)?.name;
  return name === undefined || from === undefined ? [] : [{ range: { [fieldName(name)]: { gte: from } } }];
}

function upperBound(spec: TableSpec, { to }: KeyRange): object[] {
  const name = rangeColumn(spec)?.name;
  return name === undefined || to === undefined ? [] : [{ range: { [fieldName(name)]: { gte: to } } }];
}

/** Field names of _source are patterns. */
function literalPattern(name: string): string {
  return name.replaceAll("*", "?");
}
