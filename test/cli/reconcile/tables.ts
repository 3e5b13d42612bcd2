/** Tables, rows and documents for the tests of the comparison. */
import type { IndexDocument } from "../../../cli/reconcile/documents.ts";
import { comparable } from "../../../cli/reconcile/comparable.ts";
import { documentId } from "../../../cli/reconcile/document-id.ts";
import { hasMoreDigits, inDocuments, isNotCarried, textOf, type RowColumn } from "../../../cli/reconcile/normalise.ts";
import type { ShardRow } from "../../../cli/reconcile/rows.ts";
import type { TableSpec } from "../../../cli/reconcile/table.ts";
import type { Value } from "../../../clients/debezium/events/json.ts";

export function column(name: string, columnType: string): RowColumn {
  const [dataType = ""] = columnType.split(/[ (]/);
  return { name, dataType, columnType, precision: undefined, fractionDigits: undefined, isNullable: true };
}

/** A row by its values, in the order of the spec's columns; the key's columns come first there. */
export function rowOf(spec: TableSpec, shard: string, values: readonly Value[]): ShardRow {
  const key = spec.key.map((_, at) => textOf(values[at] ?? null));
  return {
    id: documentId(shard, key),
    key,
    place: key[0] ?? "",
    values,
    comparables: spec.columns.map((one, at) => comparable(one, inDocuments(one, values[at] ?? null))),
    notCarried: spec.columns.filter((one, at) => isNotCarried(one, values[at] ?? null)).map(({ name }) => name),
    sixDigits: spec.columns.filter((one, at) => hasMoreDigits(one, values[at] ?? null)).map(({ name }) => name),
  };
}

export function documentOf(spec: TableSpec, shard: string, values: readonly Value[], committedUs = 0): IndexDocument {
  const { id } = rowOf(spec, shard, values);
  const fields = spec.columns.map(({ name }, at): [string, Value] => [name, values[at] ?? null]);
  return { id, source: { ...Object.fromEntries(fields), shard, cdc: { ts_us: committedUs } } };
}
