/** mysqld's options. */
import type { PipelineConfig } from "../config/schema.ts";
import { mysqlAuthorityFile, mysqlCertificateFile, mysqlKeyFile } from "../lib/constants.ts";
import { mysqlPidsLimit } from "./limits.ts";
import { mysqlMemoryLimitMiB } from "./memory.ts";
import type { ResolvedShard } from "./resolved-shard.ts";
import { mysqlOptions } from "./row-size.ts";
import type { ShardPlan } from "./types.ts";

/** What a server needs beside its buffer pool: code, caches, connections. */
export const mysqldOverheadMiB = 190;

/** Renders mysqld's arguments for one shard, sorted after those that CDC needs, which are the plan's. */
export function planMysql(
  shard: ResolvedShard,
  config: PipelineConfig,
): Pick<ShardPlan, "mysqldArgs" | "ownMysqlOptions" | "memoryLimitMiB" | "pidsLimit"> {
  const own = ownOptions(shard, config);
  const free = {
    ...smallServer,
    ...mysqlOptions(config),
    ...normalised(config.mysql.options),
    ...normalised(shard.mysqlOptions),
  };
  const further = Object.entries(free)
    .filter(([name]) => own[name] === undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const options = [...Object.entries(own), ...further];
  return {
    mysqldArgs: options.map(([name, value]) => `${argumentOf(name)}=${value}`),
    ownMysqlOptions: own,
    memoryLimitMiB: shard.memoryLimitMiB ?? mysqlMemoryLimitMiB(shard.bufferPoolMiB, free),
    pidsLimit: mysqlPidsLimit(free["max_connections"]),
  };
}

/** As mysqld is given an option, without its value. */
export function argumentOf(name: string): string {
  return `--${name.replaceAll("_", "-")}`;
}

function ownOptions(shard: ResolvedShard, config: PipelineConfig): Record<string, string> {
  return {
    server_id: String(shard.port),
    log_bin: "mysql-bin",
    binlog_format: "ROW",
    binlog_row_image: "FULL",
    gtid_mode: "ON",
    enforce_gtid_consistency: "ON",
    // In step with the connector's connectionTimeZone.
    default_time_zone: config.timeZone,
    // Without its authority the server would not load a certificate anew (ALTER INSTANCE RELOAD TLS).
    ssl_ca: mysqlAuthorityFile,
    ssl_cert: mysqlCertificateFile,
    ssl_key: mysqlKeyFile,
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
function normalised(options: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [normalisedName(name), value]));
}

export function normalisedName(name: string): string {
  return name.replace(/^-+/, "").replaceAll("-", "_").toLowerCase();
}
