import type { ColumnSpec } from "../../../clients/opensearch/columns.ts";

/** A column as `information_schema` would describe it; the figures in brackets are precision or fraction digits. */
export function column(name: string, columnType: string): ColumnSpec {
  const [, dataType = "", figure] = /^(\w+)(?:\((\d+))?/.exec(columnType) ?? [];
  const hasTime = ["datetime", "timestamp", "time"].includes(dataType);
  const value = figure === undefined ? undefined : Number(figure);
  return {
    name,
    dataType,
    columnType,
    precision: hasTime ? undefined : value,
    fractionDigits: hasTime ? (value ?? 0) : undefined,
  };
}
