/** The users' tables that a shard's connector captures, as its configuration names them, and where their changes go. */
import { cdcDatabase } from "../lib/constants.ts";
import { topicOf, unquoted } from "../lib/names.ts";
import type { ConnectorPlan, ShardPlan } from "./types.ts";

export interface CapturedTable {
  /** `DATABASE.TABLE`. */
  readonly table: string;
  /** The topic of its changes; null where transforms of the users' own may send them elsewhere. */
  readonly topic: string | null;
}

/** Transforms of the pipeline's own: they leave rows on their table's topic, or on the merged one. */
const ownTransforms = ["truncates", "merge", "unwrap"];

type Configured = { readonly connector: Pick<ConnectorPlan, "config"> };

/** Everything that is in `table.include.list`, the pipeline's own tables too. */
export function listedTables({ connector }: Configured): string[] {
  return (connector.config["table.include.list"] ?? "")
    .split(",")
    .map(unquoted)
    .filter((table) => table !== "");
}

/** The captured tables, those of the pipeline's own included: what a shard's topics are made for. */
export function includedTables(shard: Pick<ShardPlan, "connector" | "signals">): string[] {
  return [...new Set([...listedTables(shard), ...("table" in shard.signals ? [shard.signals.table] : [])])];
}

/** The captured tables without the pipeline's own, each once. */
export function capturedTables(shard: Pick<ShardPlan, "topicPrefix"> & Configured): CapturedTable[] {
  const { config } = shard.connector;
  const tables = new Set(listedTables(shard).filter((table) => !table.startsWith(`${cdcDatabase}.`)));
  const own = (config["transforms"] ?? "").split(",").every((name) => ["", ...ownTransforms].includes(name));
  // `PREFIX.$1`, where $1 is the table.
  const merged = config["transforms.merge.topic.replacement"]?.replace(/\.\$1$/, "");
  return [...tables].map((table) => ({ table, topic: own ? topicOf(merged ?? shard.topicPrefix, table) : null }));
}

/** By which field of a merged topic's key, and which value of it, a shard's rows are known; undefined where shards have topics of their own. */
export function shardKeyOf({ connector }: Configured): { readonly field: string; readonly value: string } | undefined {
  const field = connector.config["transforms.merge.key.field.name"];
  const value = connector.config["transforms.merge.key.field.replacement"];
  return field === undefined || value === undefined ? undefined : { field, value };
}

/**
 * Why a table's rows of before are not read, as the configuration says so.
 * @returns undefined where they are to be read.
 */
export function unreadByWish({ connector }: Configured, table: string): string | undefined {
  const mode = connector.config["snapshot.mode"];
  if (mode === "no_data" || mode === "recovery") return `snapshotMode: ${mode}`;
  const included = connector.config["snapshot.include.collection.list"];
  if (included === undefined || included.split(/(?<!\\),/).some((pattern) => fits(pattern.trim(), table)))
    return undefined;
  return "snapshot.include.collection.list";
}

/** Columns whose values are not on the topics as they are in the table: regular expressions of `DATABASE.TABLE.COLUMN`. */
export function hiddenColumns({ connector }: Configured): string[] {
  return Object.entries(connector.config)
    .filter(([key]) => /^column\.(mask|truncate)\./.test(key))
    .flatMap(([, value]) => value.split(/(?<!\\),/).map((pattern) => pattern.trim()));
}

/** Whether a regular expression of Debezium's fits a name. */
export function fits(pattern: string, table: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, "i").test(table);
  } catch {
    // Java's regular expressions know more than ours.
    return true;
  }
}
