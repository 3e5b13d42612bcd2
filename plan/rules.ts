/** What only shows when several fields are seen together: combinations that would lose data or never work. */
import type { PipelineConfig } from "../config/schema.ts";
import { cdcDatabase } from "./constants.ts";
import { findGuardProblems } from "./guard-rules.ts";
import { sanitised } from "./names.ts";
import { isFirst, type Problem } from "./problem.ts";
import { findReadSideProblems } from "./read-side-rules.ts";
import type { ResolvedShard } from "./resolved-shard.ts";

const systemDatabases = ["information_schema", "mysql", "performance_schema", "sys"];

/** Finds fields that contradict one another. */
export function findContradictions(
  config: PipelineConfig,
  shards: readonly ResolvedShard[],
  declaredTables: readonly string[] | undefined,
): Problem[] {
  return [
    ...topicRules(config),
    ...connectorRules(config, shards),
    ...shards.flatMap((shard, index) => tableRules(config, shard, `cdc:shards[${index}]`, declaredTables)),
    ...shards.flatMap((shard, index) => offsetRules(shard, `cdc:shards[${index}]`)),
    ...findGuardProblems(config, shards),
    ...findReadSideProblems(config, shards),
    // Fields that all shards share are checked per shard; what is wrong with them is said once.
  ].filter(isFirst);
}

function topicRules({ topics, kafka }: PipelineConfig): Problem[] {
  const problems: Problem[] = [];
  if ((topics.replicationFactor ?? 1) > kafka.brokers) {
    problems.push({
      code: "CDC-209",
      path: "cdc:topics.replicationFactor",
      message: `found ${topics.replicationFactor} with ${kafka.brokers} broker(s); allowed are 1 to the number of brokers`,
      remedy: `lower it to ${kafka.brokers}, or raise cdc:kafka.brokers`,
    });
  }
  if (topics.retentionHours !== undefined && topics.cleanup === "compact") {
    problems.push({
      code: "CDC-404",
      path: "cdc:topics.retentionHours",
      message: `found ${topics.retentionHours} with cleanup: compact, which never removes anything by age`,
      remedy: "write cleanup: compact,delete (or delete), or leave retentionHours out",
    });
  }
  return problems;
}

function connectorRules({ topics, connectors }: PipelineConfig, shards: readonly ResolvedShard[]): Problem[] {
  const problems: Problem[] = [];
  const compacted = topics.cleanup.includes("compact");
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

function tableRules(
  config: PipelineConfig,
  shard: ResolvedShard,
  path: string,
  declaredTables: readonly string[] | undefined,
): Problem[] {
  const problems: Problem[] = [];
  const own = (field: "tables" | "excludeColumns" | "maskColumns") =>
    shard[field] === config[field] ? `cdc:${field}` : `${path}.${field}`;
  for (const [index, table] of shard.tables.entries()) {
    const at = `${own("tables")}[${index}]`;
    const database = table.split(".")[0] ?? "";
    if (database === cdcDatabase || systemDatabases.includes(database)) {
      problems.push({
        code: "CDC-212",
        path: at,
        message: `${table} is in ${database}, which is ${database === cdcDatabase ? "the pipeline's own database" : "a database of MySQL's own"}`,
        remedy: "name tables of your own databases",
      });
    } else if (declaredTables !== undefined && !declaredTables.includes(table)) {
      problems.push({
        code: "CDC-213",
        path: at,
        message: `${table} is made by no file in sql/${config.schema}; it makes ${declaredTables.join(", ") || "no table"}`,
        remedy: `add a CREATE TABLE for it to sql/${config.schema}, correct the name, or leave cdc:schema empty when it is made elsewhere`,
      });
    }
    if (shard.tables.indexOf(table) !== index) {
      problems.push({
        code: "CDC-214",
        path: at,
        message: `${table} is listed twice`,
        remedy: "remove one of the two",
      });
    }
  }
  for (const field of ["excludeColumns", "maskColumns"] as const) {
    for (const [index, column] of shard[field].entries()) {
      const table = column.split(".").slice(0, 2).join(".");
      if (shard.tables.includes(table)) continue;
      problems.push({
        code: "CDC-211",
        path: `${own(field)}[${index}]`,
        message: `${column} is of no captured table; captured are ${shard.tables.join(", ")}`,
        remedy: "correct the name, or capture its table",
      });
    }
  }
  return problems;
}
