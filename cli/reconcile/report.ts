/** What a comparison has found, for a person and for a program. */
import { formatTable } from "../../lib/table.ts";
import { coloured, type Output } from "../output.ts";
import type { Difference } from "./recheck.ts";

/** A shard's table. */
export interface TableReport {
  readonly table: string;
  readonly shard: string;
  /** At the moment of the comparison. */
  readonly rows: number;
  readonly documents: number;
  readonly differences: readonly Difference[];
  /** Ids of rows that changed whenever they were looked at: neither alike nor different. */
  readonly changing: readonly string[];
  /** How many rows or documents differed at that moment, and did not when they were looked at again. */
  readonly settled: number;
  /** Further differences that were counted and not looked at again. */
  readonly further: number;
  /** Columns whose values cannot be compared. */
  readonly notCompared: readonly string[];
}

/** Documents of a table that are of none of the stack's shards. */
export interface StrangerReport {
  readonly table: string;
  readonly documents: number;
  /** Ids of the first ones. */
  readonly ids: readonly string[];
}

export interface Report {
  readonly tables: readonly TableReport[];
  readonly strangers: readonly StrangerReport[];
}

/** Lines of one kind that a person is shown; `--json` has all. */
const shownLines = 10;
const excerptLength = 60;

export function differencesIn({ tables, strangers }: Report): number {
  return (
    tables.reduce((sum, { differences, further }) => sum + differences.length + further, 0) +
    strangers.reduce((sum, { documents }) => sum + documents, 0)
  );
}

export function outputOf(report: Report): Output {
  return { json: jsonOf(report), text: textOf(report) };
}

function jsonOf(report: Report): unknown {
  return {
    healthy: differencesIn(report) === 0,
    tables: report.tables.map(({ differences, changing, settled, further, ...table }) => ({
      ...table,
      missing: countOf(differences, "missing"),
      extra: countOf(differences, "extra"),
      different: countOf(differences, "different"),
      notLookedAt: further,
      changedMeanwhile: settled,
      stillChanging: changing,
      differences: differences.map(({ key, columns, ...one }) => ({ ...one, key: key ?? null, columns })),
    })),
    ofNoShard: report.strangers,
  };
}

function textOf(report: Report): string {
  const { tables, strangers } = report;
  const total = differencesIn(report);
  return [
    formatTable(
      ["TABLE", "SHARD", "ROWS", "DOCUMENTS", "MISSING", "EXTRA", "DIFFERENT"],
      tables.map(({ table, shard, rows, documents, differences }) => [
        table,
        shard,
        rows,
        documents,
        countOf(differences, "missing"),
        countOf(differences, "extra"),
        countOf(differences, "different"),
      ]),
    ),
    "",
    ...tables.flatMap(linesOf),
    ...strangers.flatMap(({ table, documents, ids }) => [
      `${coloured("red", "✗")} ${table}: ${counted(documents, "document")} of no shard of this stack; cdc reindex leaves them out`,
      ...ids.map((id) => `    ${id}`),
      ...(documents > ids.length ? [`    … and ${documents - ids.length} more`] : []),
    ]),
    total === 0 ? `${coloured("green", "✓")} the index agrees with the shards` : counted(total, "difference"),
  ].join("\n");
}

function linesOf(report: TableReport): string[] {
  const { table, shard, differences, changing, settled, further, notCompared } = report;
  const lines = (["missing", "extra", "different"] as const).flatMap((kind) => {
    const found = differences.filter((difference) => difference.kind === kind);
    return some(found.flatMap(lineOf), found.length);
  });
  return [
    ...(lines.length === 0 ? [] : [`${coloured("red", "✗")} ${table} on ${shard}`, ...lines]),
    ...(further === 0 ? [] : [`    and ${further} more, not looked at one by one: cdc reindex builds the index anew`]),
    ...(settled === 0
      ? []
      : [
          `${table} on ${shard}: ${counted(settled, "row")} changed meanwhile, and ${settled === 1 ? "agrees" : "agree"} now`,
        ]),
    ...(changing.length === 0
      ? []
      : [
          `${table} on ${shard}: ${counted(changing.length, "row")} changed whenever looked at, and cannot be told from a difference:`,
          ...some(
            changing.map((id) => `    ${id}`),
            changing.length,
          ),
        ]),
    ...(notCompared.length === 0 ? [] : [`${table} on ${shard}: not compared: ${notCompared.join(", ")}`]),
  ];
}

function lineOf({ kind, id, columns }: Difference): string[] {
  const label = kind.padEnd("different".length);
  if (kind !== "different") return [`    ${label}  ${id}`];
  const told = columns.map(({ column, ...values }) => {
    const [database, index] = excerpts(values.database, values.index);
    return `${column}: ${database} on the shard, ${index} in the index`;
  });
  return [`    ${label}  ${id}  ${told.join("; ")}`];
}

function some(lines: readonly string[], count: number): string[] {
  const shown = lines.slice(0, shownLines);
  return count > shown.length ? [...shown, `    … and ${count - shown.length} more (--json has them)`] : shown;
}

/** Two values as far as a line has room, from shortly before the place where they part. */
function excerpts(one: string, other: string): [string, string] {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const from = Math.max(one.length, other.length) <= excerptLength ? 0 : Math.max(0, at - excerptLength / 4);
  const excerpt = (text: string) => {
    const part = text.slice(from, from + excerptLength);
    return `${from > 0 ? "…" : ""}${part}${from + excerptLength < text.length ? "…" : ""}`;
  };
  return [excerpt(one), excerpt(other)];
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
}

function countOf(differences: readonly Difference[], kind: Difference["kind"]): number {
  return differences.filter((difference) => difference.kind === kind).length;
}
