/** mysqld's options. */
import type { PipelineConfig } from "../config/schema.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import { mysqlOptions } from "./row-size.ts";

/** What a server needs beside its buffer pool: code, caches, connections. */
export const mysqldOverheadMiB = 190;

/** Renders mysqld's arguments for one shard, sorted after those that CDC needs. */
export function mysqldArgs(shard: ResolvedShard, config: PipelineConfig): string[] {
  const own = ownMysqlOptions(shard, config);
  const free = {
    ...smallServer,
    ...mysqlOptions(config),
    ...normalised(config.mysql.options),
    ...normalised(shard.mysqlOptions),
  };
  const further = Object.entries(free)
    .filter(([name]) => own[name] === undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [...Object.entries(own), ...further].map(([name, value]) => `--${name.replaceAll("_", "-")}=${value}`);
}

/** The options that are the plan's; `mysql.options` and a shard's `mysqlOptions` may not say otherwise. */
export function ownMysqlOptions(shard: ResolvedShard, config: PipelineConfig): Record<string, string> {
  return {
    server_id: String(shard.port),
    log_bin: "mysql-bin",
    binlog_format: "ROW",
    binlog_row_image: "FULL",
    gtid_mode: "ON",
    enforce_gtid_consistency: "ON",
    // In step with the connector's connectionTimeZone.
    default_time_zone: config.timeZone,
    innodb_buffer_pool_size: `${shard.bufferPoolMiB}M`,
  };
}

/** What keeps a development server small, and ten days of binlog: a connector may be away for a long week-end. */
export const smallServer: Readonly<Record<string, string>> = {
  binlog_expire_logs_seconds: "864000",
  character_set_server: "utf8mb4",
  mysqlx: "OFF",
  performance_schema: "OFF",
};

/** mysqld takes `-` and `_` in names alike. */
export function normalised(options: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [normalisedName(name), value]));
}

export function normalisedName(name: string): string {
  return name.replace(/^-+/, "").replaceAll("-", "_").toLowerCase();
}
