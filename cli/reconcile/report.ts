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
  readonly changedMeanwhile: number;
  /** Further differences that were counted and not looked at again. */
  readonly further: number;
  /** Columns whose values cannot be compared. */
  readonly notCompared: readonly string[];
  /** By column, how many values no event can have, so that the documents have others in their place. */
  readonly notCarried: Readonly<Record<string, number>>;
  /** By column, how many values were compared in six digits, and have more. */
  readonly sixDigits: Readonly<Record<string, number>>;
}

/** Documents of a table that are of none of the stack's shards. */
export interface OrphanReport {
  readonly table: string;
  readonly documents: number;
  /** Ids of the first ones. */
  readonly ids: readonly string[];
}

/** A shard's table that could not be compared: whether it agrees is not known. */
export interface UncomparedReport {
  readonly table: string;
  readonly shard: string;
  readonly reason: string;
  readonly remedy: string;
}

export interface Report {
  readonly tables: readonly TableReport[];
  readonly uncompared: readonly UncomparedReport[];
  readonly orphans: readonly OrphanReport[];
}

/** Lines of one kind that a person is shown; `--json` has all. */
const shownLines = 10;
const excerptLength = 60;

export function differencesIn({ tables, orphans }: Report): number {
  return (
    tables.reduce((sum, { differences, further }) => sum + differences.length + further, 0) +
    orphans.reduce((sum, { documents }) => sum + documents, 0)
  );
}

/** Whether everything was compared and nothing differs. */
export function isWell(report: Report): boolean {
  return differencesIn(report) === 0 && report.uncompared.length === 0;
}

export function outputOf(report: Report): Output {
  return { json: jsonOf(report), text: textOf(report) };
}

function jsonOf(report: Report): unknown {
  return {
    healthy: isWell(report),
    tables: report.tables.map(({ differences, changing, changedMeanwhile, further, ...table }) => ({
      ...table,
      missing: countOf(differences, "missing"),
      extra: countOf(differences, "extra"),
      different: countOf(differences, "different"),
      notLookedAt: further,
      changedMeanwhile,
      stillChanging: changing,
      differences: differences.map(({ key, columns, ...one }) => ({ ...one, key: key ?? null, columns })),
    })),
    uncompared: report.uncompared,
    ofNoShard: report.orphans,
  };
}

function textOf(report: Report): string {
  const { tables, orphans } = report;
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
    ...orphans.flatMap(({ table, documents, ids }) => [
      `${coloured("red", "✗")} ${table}: ${counted(documents, "document")} of no shard of this stack; cdc reindex leaves them out`,
      ...ids.map((id) => `    ${id}`),
      ...(documents > ids.length ? [`    … and ${documents - ids.length} more`] : []),
    ]),
    ...report.uncompared.flatMap(({ table, shard, reason, remedy }) => [
      `${coloured("yellow", "?")} ${table} on ${shard} was not compared: ${reason}`,
      `    ${remedy}`,
    ]),
    conclusion(report),
  ].join("\n");
}

function conclusion(report: Report): string {
  const total = differencesIn(report);
  const { length } = report.uncompared;
  const but = [
    ...exceptions(report.tables, "notCarried", "that no event can have"),
    ...exceptions(report.tables, "sixDigits", "compared in six digits"),
  ].map((text, at) => `${at === 0 ? ", but for" : " and"} ${text}`);
  if (isWell(report)) return `${coloured("green", "✓")} the index agrees with the shards${but.join("")}`;
  return [
    ...(total > 0 || length === 0 ? [counted(total, "difference")] : []),
    ...(length === 0 ? [] : [`${counted(length, "table")} not compared: whether the index agrees there is not known`]),
  ].join("; ");
}

function exceptions(tables: readonly TableReport[], kind: "notCarried" | "sixDigits", what: string): string[] {
  const count = tables.flatMap((table) => Object.values(table[kind])).reduce((sum, one) => sum + one, 0);
  return count === 0 ? [] : [`${counted(count, "value")} ${what}`];
}

function valuesOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([column, count]) => `${counted(count, "value")} of ${column}`)
    .join(", ");
}

function linesOf(report: TableReport): string[] {
  const { table, shard, differences, changing, changedMeanwhile, further, notCompared, notCarried, sixDigits } = report;
  const lines = (["missing", "extra", "different"] as const).flatMap((kind) => {
    const found = differences.filter((difference) => difference.kind === kind);
    return some(found.flatMap(lineOf), found.length);
  });
  return [
    ...(lines.length === 0 ? [] : [`${coloured("red", "✗")} ${table} on ${shard}`, ...lines]),
    ...(further === 0 ? [] : [`    and ${further} more, not looked at one by one: cdc reindex builds the index anew`]),
    ...(changedMeanwhile === 0
      ? []
      : [
          `${table} on ${shard}: ${counted(changedMeanwhile, "row")} changed meanwhile, and ${changedMeanwhile === 1 ? "agrees" : "agree"} now`,
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
    ...(Object.keys(notCarried).length === 0
      ? []
      : [
          `${table} on ${shard}: no event can have 0000-00-00, dates like it, and YEAR 0000: ${valuesOf(notCarried)}; ` +
            "the index has null, 1970-01-01 or 2000 in their place",
        ]),
    ...(Object.keys(sixDigits).length === 0
      ? []
      : [
          `${table} on ${shard}: a FLOAT of more than six digits, compared in six, as a snapshot's rows have no more: ${valuesOf(sixDigits)}`,
        ]),
  ];
}

function lineOf({ kind, id, columns }: Difference): string[] {
  const label = kind.padEnd("different".length);
  if (kind !== "different") return [`    ${label}  ${id}`];
  const parts = columns.map(({ column, ...values }) => {
    const [database, index] = excerpts(values.database, values.index);
    return `${column}: ${database} on the shard, ${index} in the index`;
  });
  return [`    ${label}  ${id}  ${parts.join("; ")}`];
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
