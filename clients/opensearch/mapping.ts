/**
 * From a table's columns to the mapping of its index: how the engine searches what the sink writes. The documents keep
 * every value as it was sent, whatever the mapping rounds. The types are those of apps/sink/README.md.
 */
import { UserError } from "../../lib/run.ts";
import type { ColumnSpec } from "./columns.ts";
import { fieldName } from "./field-name.ts";

/** A field as the engine's mapping has it. */
export type FieldMapping = Readonly<Record<string, unknown>>;

export interface IndexMapping {
  /** A column that is not mapped yet is kept, but not searched; the engine guesses no types. */
  readonly dynamic: "false";
  readonly properties: Readonly<Record<string, FieldMapping>>;
}

/** What the sink adds to the row: its shard, and where the change stood in the source. */
const sinkFields: Readonly<Record<string, FieldMapping>> = {
  shard: { type: "keyword" },
  // Microseconds since 1970, for freshness; the rest of it is read on conflicts only.
  cdc: { dynamic: "false", properties: { ts_us: { type: "long" } } },
};

/** As many digits every decimal has a double of its own with: terms, ranges and sorting are exact. */
const exactDigits = 15;

/** Kept as it is and not searched: of any shape, where every other type refuses some. */
const unsearched: FieldMapping = { type: "object", enabled: false };

const text: FieldMapping = {
  type: "text",
  // Whole values, for sorting, filters and exact matches; the longest that stays below the engine's limit of bytes.
  fields: { raw: { type: "keyword", ignore_above: 1024 } },
};

const integers: Readonly<Record<string, readonly [signed: string, unsigned: string]>> = {
  tinyint: ["byte", "short"],
  smallint: ["short", "integer"],
  mediumint: ["integer", "integer"],
  int: ["integer", "long"],
  bigint: ["long", "unsigned_long"],
};

const others: Readonly<Record<string, FieldMapping>> = {
  year: { type: "short" },
  float: { type: "float" },
  double: { type: "double" },
  char: text,
  varchar: text,
  tinytext: text,
  text,
  mediumtext: text,
  longtext: text,
  enum: { type: "keyword" },
  set: { type: "keyword" },
  binary: { type: "binary" },
  varbinary: { type: "binary" },
  tinyblob: { type: "binary" },
  blob: { type: "binary" },
  mediumblob: { type: "binary" },
  longblob: { type: "binary" },
  date: { type: "date", format: "strict_date" },
  timestamp: { type: "date_nanos" },
  // A span of time, not a time of day.
  time: { type: "keyword" },
};

/** The field that holds a column's values. JSON, spatial types and those that are not known here are kept unsearched. */
export function fieldOf({ dataType, columnType, precision, fractionDigits }: ColumnSpec): FieldMapping {
  const integer = integers[dataType];
  if (integer !== undefined) return { type: integer[columnType.includes("unsigned") ? 1 : 0] };
  if (dataType === "decimal") {
    if ((precision ?? 0) <= exactDigits) return { type: "double" };
    return { type: "keyword", fields: { number: { type: "double" } } };
  }
  if (dataType === "bit") return { type: precision === 1 ? "boolean" : "keyword" };
  if (dataType === "datetime") {
    if ((fractionDigits ?? 0) <= 3) return { type: "date" };
    // Nanoseconds reach from 1970 to 2262; a date beyond is kept unsearched, rather than the whole row be refused.
    return { type: "date_nanos", ignore_malformed: true };
  }
  return others[dataType] ?? unsearched;
}

/**
 * The mapping of a table's index.
 * @param columns those that are in the events.
 * @throws {UserError} when a column has the name of a field that the sink adds.
 */
export function mappingOf(table: string, columns: readonly ColumnSpec[]): IndexMapping {
  for (const { name } of columns) {
    if (!Object.hasOwn(sinkFields, name)) continue;
    throw new UserError(
      `${table} has a column ${name}, which is what the sink calls a field of its own`,
      `Leave it out with cdc:excludeColumns (${table}.${name}), rename it, or take the table out of the captured ones.`,
    );
  }
  return {
    dynamic: "false",
    properties: {
      ...Object.fromEntries(columns.map((column) => [fieldName(column.name), fieldOf(column)])),
      ...sinkFields,
    },
  };
}
