/** mysqld's options. */
import type { PipelineConfig } from "../config/schema.ts";
import { mysqlAuthorityFile, mysqlCertificateFile, mysqlKeyFile } from "../lib/constants.ts";
import { mysqlPidsLimit } from "./limits.ts";
import { certificateNames } from "./endpoints.ts";
import { askedIn, networkNames } from "./networks.ts";
import { mysqlMemoryLimitMiB } from "./memory.ts";
import type { ResolvedServer } from "./resolved-shard.ts";
import { mysqlOptions } from "./row-size.ts";
import type { ServerPlan } from "./types.ts";

/** What a server needs beside its buffer pool: code, caches, connections. */
export const mysqldOverheadMiB = 190;

/**
 * Plans the server that is made for a shard. mysqld's arguments are sorted after those that CDC needs, which are the plan's.
 * @param key the shard's: rows stay with it when the port changes.
 */
export function planServer(stack: string, key: string, server: ResolvedServer, config: PipelineConfig): ServerPlan {
  const { alias, published } = server;
  const container = `${stack}-${alias}`;
  const own = ownOptions(server, config);
  const free = {
    ...smallServer,
    ...mysqlOptions(config),
    ...normalised(config.mysql.options),
    ...normalised(server.mysqlOptions),
  };
  const further = Object.entries(free)
    .filter(([name]) => own[name] === undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const options = [...Object.entries(own), ...further];
  return {
    name: key,
    container,
    alias,
    networks: [askedIn(networkNames(stack).databases, alias)],
    port: published,
    certificateNames: certificateNames(alias, container),
    volume: `${stack}-mysql-${key}-data`,
    expectedMemoryMiB: server.bufferPoolMiB + mysqldOverheadMiB,
    mysqldArgs: options.map(([name, value]) => `${argumentOf(name)}=${value}`),
    ownMysqlOptions: own,
    memoryLimitMiB: server.memoryLimitMiB ?? mysqlMemoryLimitMiB(server.bufferPoolMiB, free),
    pidsLimit: mysqlPidsLimit(free["max_connections"]),
  };
}

/** As mysqld is given an option, without its value. */
export function argumentOf(name: string): string {
  return `--${name.replaceAll("_", "-")}`;
}

function ownOptions(server: ResolvedServer, config: PipelineConfig): Record<string, string> {
  return {
    server_id: String(server.port),
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
    innodb_buffer_pool_size: `${server.bufferPoolMiB}M`,
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
