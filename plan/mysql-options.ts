/** mysqld options that users may not set: CDC needs them otherwise, the plan owns them, or MySQL no longer has them. */
import type { PipelineConfig } from "../config/schema.ts";
import { normalised, ownMysqlOptions } from "./mysql.ts";
import type { Problem } from "./problem.ts";
import type { ResolvedShard } from "./resolved-shard.ts";

const dayInSeconds = 86_400;

/** Options that break CDC unless they have the value that the plan gives them. */
const needed: Readonly<Record<string, { code: Problem["code"]; why: string }>> = {
  binlog_format: { code: "CDC-501", why: "Debezium reads row events; statements tell nothing of the rows" },
  binlog_row_image: { code: "CDC-502", why: "events need every column before and after" },
  log_bin: { code: "CDC-504", why: "the binlog is what Debezium reads" },
  gtid_mode: { code: "CDC-506", why: "a connector finds its place again by GTIDs" },
  enforce_gtid_consistency: { code: "CDC-506", why: "GTIDs need it" },
};

/** Options that are another field's, or would take the server away from the pipeline. */
const owned: Readonly<Record<string, string>> = {
  server_id: "it is the shard's port",
  default_time_zone: "set cdc:timeZone",
  time_zone: "set cdc:timeZone",
  innodb_buffer_pool_size: "set cdc:mysql.bufferPoolMiB",
  init_file: "remove it; root gets its password there",
  port: "set port in the shard's entry",
  bind_address: "set nothing; ports are published on 127.0.0.1",
  skip_networking: "remove it; the connector comes over the network",
  datadir: "remove it; the volume is mounted there",
  socket: "remove it; the image's own is used",
  user: "remove it; the image's own is used",
};

/** Options that MySQL has dropped: the server would not start. */
const removed: Readonly<Record<string, string>> = {
  default_authentication_plugin: "8.4.0; use authentication_policy",
  mysql_native_password: "9.0.0; accounts use caching_sha2_password",
  expire_logs_days: "8.2.0; use binlog_expire_logs_seconds",
  skip_host_cache: "8.3.0; use host_cache_size=0",
  log_slave_updates: "8.4.0; use log_replica_updates",
  slave_parallel_workers: "8.4.0; use replica_parallel_workers",
  master_info_repository: "8.3.0",
  query_cache_size: "8.0.3",
};

/** Finds options that cannot be set. */
export function findMysqlProblems(
  path: string,
  options: Readonly<Record<string, string>>,
  shard: ResolvedShard,
  config: PipelineConfig,
): Problem[] {
  const own = ownMysqlOptions(shard, config);
  return Object.entries(normalised(options)).flatMap(([name, value]) => {
    const at = `${path}.${name}`;
    const need = needed[name];
    if (own[name] !== undefined && sameValue(own[name], value)) return [];
    if (need !== undefined) {
      return [
        problem(
          need.code,
          at,
          `found ${value}; CDC needs ${own[name]}: ${need.why}`,
          `remove it: the plan sets ${own[name]}`,
        ),
      ];
    }
    if (owned[name] !== undefined) return [problem("CDC-507", at, `found ${value}, but the plan sets it`, owned[name])];
    if (removed[name] !== undefined) {
      return [problem("CDC-508", at, `was removed in MySQL ${removed[name]}; the server would not start`, "remove it")];
    }
    return dangerous(at, name, value);
  });
}

function dangerous(at: string, name: string, value: string): Problem[] {
  if (name === "binlog_row_value_options" && value !== "") {
    return [
      problem(
        "CDC-503",
        at,
        `found ${value}; partial JSON leaves Debezium without the document`,
        "remove it, or write an empty text",
      ),
    ];
  }
  if ((name === "skip_log_bin" || name === "disable_log_bin") && !isOff(value)) {
    return [problem("CDC-504", at, "turns the binlog off, which is what Debezium reads", "remove it")];
  }
  if (name === "binlog_expire_logs_seconds" && value !== "0" && !(Number(value) >= dayInSeconds)) {
    const message = `found ${value}; allowed are 0 (never) and ${dayInSeconds} (a day) or more: a connector that was away for longer has lost events`;
    return [problem("CDC-505", at, message, "raise it, 864000 (ten days) is the default")];
  }
  if (name === "binlog_do_db" || name === "binlog_ignore_db") {
    return [
      problem(
        "CDC-509",
        at,
        `found ${value}; databases that are not in the binlog cannot be captured`,
        "remove it; capture by cdc:tables",
      ),
    ];
  }
  if (["read_only", "super_read_only", "innodb_read_only", "offline_mode"].includes(name) && !isOff(value)) {
    return [problem("CDC-510", at, `found ${value}; heartbeat and probe rows could not be written`, "remove it")];
  }
  return [];
}

function sameValue(own: string, value: string): boolean {
  const spelled = (text: string) => text.toUpperCase().replace(/^(1|TRUE)$/, "ON");
  return spelled(own) === spelled(value);
}

function isOff(value: string): boolean {
  return /^(0|off|false|no)$/i.test(value);
}

function problem(code: Problem["code"], path: string, message: string, remedy: string): Problem {
  return { code, path, message, remedy };
}
