/** Tables whose rows have no key: what that breaks, and what to do. */
import type { PipelineConfig } from "../config/schema.ts";
import { isIndexed } from "./indices.ts";
import { inSql, quoted } from "../lib/names.ts";
import type { Problem } from "../lib/problem.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import { cleanupOf } from "./topics.ts";

/** Why a table's rows need a key: a compacted topic refuses records without one, and a document has its id from it. */
export type KeyNeed = "topic" | "index";

/** Which of a shard's tables need a key of their own, and why. */
export function keyNeeds(config: PipelineConfig, shard: ResolvedShard): Record<string, KeyNeed> {
  const given = { ...config.connectors.properties, ...shard.connectorProperties }["message.key.columns"] ?? "";
  const needs = shard.tables.flatMap((table): [string, KeyNeed][] => {
    if (isKeyGiven(given, table)) return [];
    if (cleanupOf(config, table).cleanup.includes("compact")) return [[table, "topic"]];
    return isIndexed(config, table) ? [[table, "index"]] : [];
  });
  return Object.fromEntries(needs);
}

/**
 * Whether columns are named as a table's key.
 * @param columns `message.key.columns`: TABLE:COLUMN,COLUMN separated by semicolons, each table a regular expression.
 */
export function isKeyGiven(columns: string, table: string): boolean {
  return columns.split(";").some((entry) => {
    const [pattern = ""] = entry.trim().split(":");
    if (pattern === "") return false;
    try {
      return new RegExp(`^(?:${pattern})$`, "i").test(table);
    } catch {
      // Java's regular expressions know more than ours.
      return true;
    }
  });
}

/**
 * CDC-215, CDC-427: a table without a key.
 * @param path the shard, or the field that names the table.
 */
export function keylessProblem(path: string, table: string, need: KeyNeed): Problem {
  const key = `ALTER TABLE ${inSql(table)} ADD COLUMN id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY`;
  // A regular expression; in YAML's double quotes a backslash would be one of YAML's own.
  const pattern = quoted(table).replaceAll(String.raw`\.`, ".");
  const quote = pattern === table ? '"' : "'";
  const columns = `cdc:connectors.properties: {message.key.columns: ${quote}${pattern}:COLUMN,COLUMN${quote}}`;
  const found = `${table} has neither a primary key nor a unique one over columns that are NOT NULL`;
  if (need === "index") {
    return {
      code: "CDC-427",
      path,
      message: `${found}: its rows have no document id in the index`,
      remedy: `keep it out of the index (cdc:readSide.excludeTables: [${table}]), give it a key (${key}), or name columns that tell its rows apart (${columns})`,
    };
  }
  return {
    code: "CDC-215",
    path,
    message: `${found}: a compacted topic refuses records without a key, and all tables of the shard would stand still`,
    remedy:
      `give it a key (${key}), name columns that tell its rows apart (${columns}), or keep every change of it by age ` +
      `(cdc:topics.tables: {${table}: {cleanup: delete, retentionHours: 168}})`,
  };
}
