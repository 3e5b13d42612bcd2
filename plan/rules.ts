/** What only shows when several fields are seen together: combinations that would lose data or never work. */
import type { PipelineConfig } from "../config/schema.ts";
import { cdcDatabase } from "../lib/constants.ts";
import { findDelayProblems } from "./delay.ts";
import { findGuardProblems } from "./guard-rules.ts";
import { hasOwnSink } from "./indices.ts";
import { argumentOf } from "./mysql.ts";
import { sanitised } from "../lib/names.ts";
import { isFirst, type Problem } from "../lib/problem.ts";
import { findReadSideProblems } from "./read-side-rules.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import { keylessProblem } from "./table-keys.ts";
import { findSecurityProblems } from "./security-rules.ts";
import { covers, isOwnDatabase, isPattern, patternProblems } from "./table-patterns.ts";
import { cleanupOf } from "./topics.ts";
import type { PipelinePlan, ShardPlan } from "./types.ts";

/** Finds fields that contradict one another. */
export function findContradictions(
  config: PipelineConfig,
  shards: readonly ResolvedShard[],
  plan: PipelinePlan,
  declaredTables: readonly string[] | undefined,
  keylessTables: readonly string[],
): Problem[] {
  return [
    ...topicRules(config, shards),
    ...connectorRules(config, shards),
    ...patternProblems(config, declaredTables),
    ...shards.flatMap((_, index) => tableRules(config, index, declaredTables)),
    ...plan.shards.flatMap((shard) => keyRules(config, shard, keylessTables)),
    ...columnRules(config, shards),
    ...shards.flatMap((shard, index) => offsetRules(shard, `cdc:shards[${index}]`)),
    ...findGuardProblems(config, plan.shards),
    ...findDelayProblems(config, plan.shards),
    ...findReadSideProblems(config, shards, plan),
    ...findSecurityProblems(config),
    // Fields that all shards share are checked per shard; what is wrong with them is said once.
  ].filter(isFirst);
}

function topicRules({ topics, kafka, readSide }: PipelineConfig, shards: readonly ResolvedShard[]): Problem[] {
  const problems: Problem[] = [];
  // Of brokers that somebody else runs the number is asked before anything is made.
  if (kafka.existing === undefined && (topics.replicationFactor ?? 1) > kafka.brokers) {
    problems.push({
      code: "CDC-209",
      path: "cdc:topics.replicationFactor",
      message: `found ${topics.replicationFactor} with ${kafka.brokers} broker(s); allowed are 1 to the number of brokers`,
      remedy: `lower it to ${kafka.brokers}, or raise cdc:kafka.brokers`,
    });
  }
  if (kafka.existing === undefined && (kafka.controllers ?? 1) > kafka.brokers) {
    problems.push({
      code: "CDC-219",
      path: "cdc:kafka.controllers",
      message: `found ${kafka.controllers} with ${kafka.brokers} broker(s); each controller is one of the brokers`,
      remedy: `raise cdc:kafka.brokers to ${kafka.controllers}, or leave cdc:kafka.controllers out`,
    });
  }
  const captured = new Set(shards.flatMap((shard) => shard.tables));
  const entries = Object.entries(topics.tables).map(([table, own]) => ({
    path: `cdc:topics.tables.${table}`,
    cleanup: own.cleanup ?? topics.cleanup,
    retentionHours: own.retentionHours,
  }));
  for (const { path, cleanup, retentionHours } of [{ path: "cdc:topics", ...topics }, ...entries]) {
    if (retentionHours === undefined || cleanup !== "compact") continue;
    problems.push({
      code: "CDC-404",
      path: `${path}.retentionHours`,
      message: `found ${retentionHours} with cleanup: compact, which never removes anything by age`,
      remedy: "write cleanup: compact,delete (or delete), or leave retentionHours out",
    });
  }
  const named = [
    ...Object.keys(topics.tables).map((table) => [`cdc:topics.tables.${table}`, table] as const),
    ...readSide.excludeTables.map((table, index) => [`cdc:readSide.excludeTables[${index}]`, table] as const),
  ];
  for (const [path, table] of named) {
    if ([...captured].some((one) => covers(table, one))) continue;
    problems.push({
      code: "CDC-216",
      path,
      message: `${table} ${isPattern(table) ? "fits no table that is captured" : "is captured on no shard"}; captured are ${[...captured].join(", ")}`,
      remedy: "correct the name, capture the table (cdc:tables), or take the entry out",
    });
  }
  return problems;
}

/** Of tables that are made elsewhere, or whose text is not clear, the server is asked before the connector is made. */
function keyRules(config: PipelineConfig, shard: ShardPlan, keylessTables: readonly string[]): Problem[] {
  // An existing server's tables no file makes; and one may be told to give tables a key that no file names.
  const givesKeys = argumentOf("sql_generate_invisible_primary_key");
  if (shard.server === undefined || shard.server.mysqldArgs.some((argument) => argument.startsWith(`${givesKeys}=`)))
    return [];
  return Object.entries(shard.keyNeeds)
    .filter(([table]) => keylessTables.includes(table))
    .map(([table, need]) => keylessProblem(`sql/${config.schema}`, table, need));
}

function connectorRules(config: PipelineConfig, shards: readonly ResolvedShard[]): Problem[] {
  const { topics, connectors } = config;
  const problems: Problem[] = [];
  const compacted = shards.some(({ tables }) =>
    tables.some((table) => cleanupOf(config, table).cleanup.includes("compact")),
  );
  const forgets = "a compacted topic forgets a deleted row only by its tombstone, so it would stay for ever";
  if (compacted && !connectors.tombstones) {
    problems.push({
      code: "CDC-401",
      path: "cdc:connectors.tombstones",
      message: `found false with topics.cleanup ${topics.cleanup}; ${forgets}`,
      remedy: "leave tombstones at true, or write topics.cleanup: delete",
    });
  }
  const deletes = connectors.unwrap?.deletes;
  if (compacted && (deletes === "drop" || deletes === "rewrite")) {
    problems.push({
      code: "CDC-402",
      path: "cdc:connectors.unwrap.deletes",
      message: `found ${deletes}, which drops tombstones, with topics.cleanup ${topics.cleanup}; ${forgets}`,
      remedy: "write deletes: tombstone (or rewrite-with-tombstone), or topics.cleanup: delete",
    });
  }
  if (compacted && connectors.skipOperations.includes("d")) {
    problems.push({
      code: "CDC-407",
      path: "cdc:connectors.skipOperations",
      message: `found d (deletes) with topics.cleanup ${topics.cleanup}; deleted rows would look alive for ever`,
      remedy: "take d out of skipOperations, or write topics.cleanup: delete",
    });
  }
  if (compacted && !connectors.skipOperations.includes("t") && !hasOwnSink(config)) {
    problems.push({
      code: "CDC-860",
      path: "cdc:connectors.skipOperations",
      message: `found no t (truncations) with topics.cleanup ${topics.cleanup}; the event of a TRUNCATE has no key, which a compacted topic refuses: the connector would stop at the first one`,
      remedy:
        "add t to skipOperations, or write topics.cleanup: delete; a read side has truncations on a topic of their own",
    });
  }
  if (connectors.errors.tolerance === "all" && !connectors.errors.log) {
    problems.push({
      code: "CDC-403",
      path: "cdc:connectors.errors.log",
      message: "found false with tolerance: all; records that cannot be converted would vanish without a trace",
      remedy: "leave log at true, or write tolerance: none",
    });
  }
  for (const [index, shard] of shards.entries()) {
    if (connectors.merge !== undefined && sanitised(connectors.merge.prefix) === sanitised(shard.topicPrefix)) {
      problems.push({
        code: "CDC-405",
        path: "cdc:connectors.merge.prefix",
        message: `${connectors.merge.prefix} is already the topic prefix of cdc:shards[${index}]; merged topics need one of their own`,
        remedy: "choose another merge.prefix",
      });
    }
  }
  return problems;
}

/** Every other mode either reads the tables or, without a schema history, ends at once (no_data). */
function offsetRules({ initialOffset, snapshotMode }: ResolvedShard, path: string): Problem[] {
  if (initialOffset === undefined || snapshotMode === "recovery") return [];
  return [
    {
      code: "CDC-409",
      path: `${path}.initialOffset`,
      message: `found with snapshotMode ${snapshotMode}; a connector that is given its place in the binlog has no schema history, and recovery is the mode that makes one without reading rows`,
      remedy: `write ${path}.snapshotMode: recovery, or leave initialOffset out`,
    },
  ];
}

function tableRules(config: PipelineConfig, shard: number, declaredTables: readonly string[] | undefined): Problem[] {
  const problems: Problem[] = [];
  const { tables: own, mysql } = config.shards[shard] ?? {};
  const entries = own ?? config.tables;
  // No file of ours makes tables on an existing server: it is asked for them.
  const madeHere = mysql === undefined ? declaredTables : undefined;
  for (const [index, table] of entries.entries()) {
    const at = own === undefined ? `cdc:tables[${index}]` : `cdc:shards[${shard}].tables[${index}]`;
    const database = table.split(".")[0] ?? "";
    if (isOwnDatabase(database) && !isPattern(table)) {
      problems.push({
        code: "CDC-212",
        path: at,
        message: `${table} is in ${database}, which is ${database === cdcDatabase ? "the pipeline's own database" : "a database of MySQL's own"}`,
        remedy: "name tables of your own databases",
      });
    } else if (madeHere !== undefined && !isPattern(table) && !madeHere.includes(table)) {
      problems.push({
        code: "CDC-213",
        path: at,
        message: `${table} is made by no file in sql/${config.schema}; it makes ${madeHere.join(", ") || "no table"}`,
        remedy: `add a CREATE TABLE for it to sql/${config.schema}, correct the name, or leave cdc:schema empty when it is made elsewhere`,
      });
    }
    if (entries.indexOf(table) !== index) {
      problems.push({
        code: "CDC-214",
        path: at,
        message: `${table} is listed twice`,
        remedy: "remove one of the two",
      });
    }
  }
  return problems;
}

/** A column that all shards share has to be of a table that one of them captures; a shard's own of one of its tables. */
function columnRules(config: PipelineConfig, shards: readonly ResolvedShard[]): Problem[] {
  const all = shards.flatMap(({ tables }) => tables);
  return (["excludeColumns", "maskColumns"] as const).flatMap((field) => [
    ...uncaptured(config[field], all, `cdc:${field}`),
    ...shards.flatMap((shard, index) =>
      shard[field] === config[field] ? [] : uncaptured(shard[field], shard.tables, `cdc:shards[${index}].${field}`),
    ),
  ]);
}

function uncaptured(columns: readonly string[], tables: readonly string[], path: string): Problem[] {
  const captured = [...new Set(tables)];
  return columns.flatMap((column, index) =>
    captured.some((table) => column.startsWith(`${table}.`))
      ? []
      : [
          {
            code: "CDC-211" as const,
            path: `${path}[${index}]`,
            message: `${column} is of no captured table; captured are ${captured.join(", ")}`,
            remedy: "correct the name, or capture its table",
          },
        ],
  );
}
