/** mysqld options that users may not set: CDC needs them otherwise, the plan owns them, or MySQL no longer has them. */
import { loopback } from "./endpoints.ts";
import { normalisedName, smallServer } from "./mysql.ts";
import type { Problem } from "../lib/problem.ts";

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
  bind_address: `set nothing; ports are published on ${loopback}`,
  skip_networking: "remove it; the connector comes over the network",
  datadir: "remove it; the volume is mounted there",
  socket: "remove it; the image's own is used",
  user: "remove it; the image's own is used",
};

/** Options that MySQL has dropped: from that version on the server would not start. */
const removed: Readonly<Record<string, { readonly since: string; readonly instead?: string }>> = {
  default_authentication_plugin: { since: "8.4.0", instead: "authentication_policy" },
  expire_logs_days: { since: "8.2.0", instead: "binlog_expire_logs_seconds" },
  master_info_repository: { since: "8.3.0" },
  mysql_native_password: { since: "9.0.0", instead: "accounts with caching_sha2_password" },
  query_cache_size: { since: "8.0.3" },
  skip_host_cache: { since: "8.3.0", instead: "host_cache_size: 0" },
};

/**
 * What a data directory is initialised with and cannot be changed afterwards; new volumes hold an initialised one
 * (provider/prepared/mysql.sh). With the values that it was made with, where those can be written.
 */
const initialised: Readonly<Record<string, { readonly why: string; readonly madeWith?: RegExp }>> = {
  innodb_data_file_path: {
    why: "the system tablespace's file is as it was made",
    madeWith: /^ibdata1:12M:autoextend$/i,
  },
  innodb_data_home_dir: { why: "the system tablespace stays where it was made" },
  innodb_log_group_home_dir: { why: "the redo log stays where it was made" },
  innodb_page_size: { why: "it is that of the tablespaces, 16384", madeWith: /^16(k|384)$/i },
  innodb_undo_directory: { why: "the undo tablespaces stay where they were made" },
  lower_case_table_names: { why: "the data dictionary was made with 0", madeWith: /^0$/ },
};

/** Options with which mysqld is no server, or none that anybody can log in to. */
const noServer: Readonly<Record<string, string>> = {
  chroot: "the server would not find its files",
  daemonize: "the container would end with its first process",
  help: "mysqld would say its options and end",
  initialize: "mysqld would make a data directory and end",
  initialize_insecure: "mysqld would make a data directory and end",
  print_defaults: "mysqld would say its options and end",
  skip_grant_tables: "the accounts could not be made, and nobody could come over the network",
  validate_config: "mysqld would check its options and end",
  version: "mysqld would say its version and end",
};

const broken = ["binlog_row_value_options", "binlog_expire_logs_seconds", "binlog_do_db", "binlog_ignore_db"];
const readOnly = ["read_only", "super_read_only", "innodb_read_only", "offline_mode"];

/** All names that something is said of here, or that the plan gives a value of its own; no other option of MySQL 9.7 begins one of them. */
const judged = [
  ...[needed, owned, removed, initialised, noServer, smallServer].flatMap((options) => Object.keys(options)),
  ...broken,
  ...readOnly,
].toSorted();

interface Option {
  readonly name: string;
  readonly value: string;
}

/**
 * Finds options that cannot be set.
 * @param own the options that are the plan's.
 * @param version of MySQL.
 */
export function findMysqlProblems(
  path: string,
  options: Readonly<Record<string, string>>,
  own: Readonly<Record<string, string>>,
  version: string,
): Problem[] {
  const written = Object.entries(options).map(([spelled, value]) => ({
    name: normalisedName(spelled),
    spelled,
    value,
  }));
  return written.flatMap(({ name, spelled, value }, index) => {
    const at = `${path}.${name}`;
    const other = written.slice(0, index).find((one) => one.name === name);
    if (other !== undefined)
      return [
        problem(
          "CDC-512",
          at,
          `is written twice, as ${other.spelled} and as ${spelled}; only one counts`,
          "remove one of them",
        ),
      ];
    const meant = meantBy(name, value);
    const found = judge(at, meant, own, version);
    if (meant.name === name) return found;
    if (found.length === 0) return isJudged(meant.name) ? [anotherSpelling(at, name, meant.name)] : [];
    return found.map((one) => ({ ...one, message: `means ${meant.name}=${meant.value}: ${one.message}` }));
  });
}

function judge(at: string, { name, value }: Option, own: Readonly<Record<string, string>>, version: string): Problem[] {
  const need = needed[name];
  if (own[name] !== undefined && sameValue(own[name], value)) return [];
  if (need !== undefined) {
    const message = `found ${value}; CDC needs ${own[name]}: ${need.why}`;
    return [problem(need.code, at, message, `remove it: the plan sets ${own[name]}`)];
  }
  if (owned[name] !== undefined) return [problem("CDC-507", at, `found ${value}, but the plan sets it`, owned[name])];
  const gone = removed[name];
  if (gone !== undefined && isFrom(version, gone.since)) {
    const message = `was removed in MySQL ${gone.since}; the server would not start`;
    return [
      problem("CDC-508", at, message, gone.instead === undefined ? "remove it" : `remove it; use ${gone.instead}`),
    ];
  }
  const made = initialised[name];
  if (made !== undefined && made.madeWith?.test(value) !== true) {
    const message = `found ${value}; MySQL takes it only for a new data directory, and a shard's volume begins with one that is made: ${made.why}`;
    return [problem("CDC-513", at, message, "remove it: with it the server would not start, or not find its data")];
  }
  if (noServer[name] !== undefined && !isOff(value))
    return [problem("CDC-514", at, `there would be no server: ${noServer[name]}`, "remove it")];
  const full = judged.find((one) => one !== name && one.startsWith(name));
  if (full !== undefined && !isJudged(name)) return [anotherSpelling(at, name, full)];
  return dangerous(at, name, value);
}

function isJudged(name: string): boolean {
  return judged.includes(name);
}

/**
 * What mysqld makes of a name (MySQL manual, "Program Option Modifiers"; mysys/my_getopt.cc): modifiers before it, several and
 * in any order, of which `skip`, `disable` and `enable` set the value whatever is written.
 * Names that begin so by themselves (`skip_name_resolve`, `enable_cascade_triggers`) stay what they are if they are judged here.
 */
function meantBy(name: string, value: string): Option {
  const [, modifier, rest] = /^(loose|skip|disable|enable|maximum)_(.+)$/.exec(name) ?? [];
  if (modifier === undefined || rest === undefined || isJudged(name)) return { name, value };
  const set = modifier === "enable" ? "1" : modifier === "skip" || modifier === "disable" ? "0" : undefined;
  const inner = meantBy(rest, value);
  return { name: inner.name, value: set ?? inner.value };
}

function anotherSpelling(at: string, name: string, full: string): Problem {
  const isModified = name.endsWith(full);
  const why = isModified
    ? `mysqld reads it as ${full}, beside what the plan says of that`
    : "mysqld takes no short names, and would not start";
  return problem("CDC-511", at, `${name} is another spelling of ${full}; ${why}`, `write ${full}, or remove it`);
}

/** Whether a version such as 9.7 or 8.0.36 is this one or later; parts that it does not say are the latest. */
function isFrom(version: string, since: string): boolean {
  const parts = version.split(".").map(Number);
  for (const [index, wanted] of since.split(".").map(Number).entries()) {
    const part = parts[index] ?? Number.POSITIVE_INFINITY;
    if (part !== wanted) return part > wanted;
  }
  return true;
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
  if (readOnly.includes(name) && !isOff(value)) {
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
