/** Options of MySQL. */
import { shard, mysql, type Row } from "./write.ts";

export const options: readonly Row[] = [
  [
    "statement format",
    mysql({ binlog_format: "STATEMENT" }),
    "CDC-501",
    "cdc:mysql.options.binlog_format",
    /remove it/,
  ],
  [
    "mixed format, of one shard, with dashes",
    shard({ mysqlOptions: { "binlog-format": "MIXED" } }),
    "CDC-501",
    "cdc:shards[0].mysqlOptions.binlog_format",
    /remove it/,
  ],
  [
    "a minimal row image",
    mysql({ binlog_row_image: "MINIMAL" }),
    "CDC-502",
    "cdc:mysql.options.binlog_row_image",
    /sets FULL/,
  ],
  [
    "partial JSON",
    mysql({ binlog_row_value_options: "PARTIAL_JSON" }),
    "CDC-503",
    "cdc:mysql.options.binlog_row_value_options",
    /remove it/,
  ],
  ["no binlog", mysql({ "skip-log-bin": true }), "CDC-504", "cdc:mysql.options.skip_log_bin", /remove it/],
  ["log_bin off", mysql({ log_bin: "OFF" }), "CDC-504", "cdc:mysql.options.log_bin", /remove it/],
  [
    "an hour of binlog",
    mysql({ binlog_expire_logs_seconds: 3600 }),
    "CDC-505",
    "cdc:mysql.options.binlog_expire_logs_seconds",
    /raise it/,
  ],
  ["no GTIDs", mysql({ gtid_mode: "OFF" }), "CDC-506", "cdc:mysql.options.gtid_mode", /remove it/],
  ["a server id of one's own", mysql({ server_id: 9 }), "CDC-507", "cdc:mysql.options.server_id", /shard's port/],
  [
    "another zone for the server",
    mysql({ "default-time-zone": "UTC" }),
    "CDC-507",
    "cdc:mysql.options.default_time_zone",
    /cdc:timeZone/,
  ],
  [
    "a buffer pool as an option",
    mysql({ innodb_buffer_pool_size: "1G" }),
    "CDC-507",
    "cdc:mysql.options.innodb_buffer_pool_size",
    /bufferPoolMiB/,
  ],
  [
    "an init file of one's own",
    mysql({ "init-file": "/tmp/own.sql" }),
    "CDC-507",
    "cdc:mysql.options.init_file",
    /root gets its password/,
  ],
  [
    "an option that MySQL dropped",
    mysql({ default_authentication_plugin: "x" }),
    "CDC-508",
    "cdc:mysql.options.default_authentication_plugin",
    /remove it/,
  ],
  [
    "a binlog of some databases",
    mysql({ "binlog-do-db": "x" }),
    "CDC-509",
    "cdc:mysql.options.binlog_do_db",
    /capture by cdc:tables/,
  ],
  [
    "a server that is read only",
    mysql({ super_read_only: "ON" }),
    "CDC-510",
    "cdc:mysql.options.super_read_only",
    /remove it/,
  ],
];

/** Spellings of one option; `skip` and its like set the value, whatever is written behind them. */
export const modified: readonly Row[] = (
  [
    ["loose-binlog-format", "STATEMENT", "CDC-501"],
    ["loose_binlog_row_image", "MINIMAL", "CDC-502"],
    ["LOOSE-Binlog_Row-Image", "MINIMAL", "CDC-502"],
    ["enable-binlog-row-image", "FULL", "CDC-502"],
    ["skip-log-bin", "false", "CDC-504"],
    ["disable_log-bin", "", "CDC-504"],
    ["loose-enable-skip-log-bin", "1", "CDC-504"],
    ["--skip-gtid-mode", "ON", "CDC-506"],
    ["maximum-innodb-buffer-pool-size", "1G", "CDC-507"],
    ["loose-server-id", "9", "CDC-507"],
    ["loose-init-file", "/x", "CDC-507"],
    ["loose-binlog-row-value-options", "PARTIAL_JSON", "CDC-503"],
    ["enable-read-only", "0", "CDC-510"],
    ["loose-lower-case-table-names", "1", "CDC-513"],
    ["loose-daemonize", "ON", "CDC-514"],
    // Another spelling of something harmless would count beside ours, or not at all.
    ["loose-binlog-format", "ROW", "CDC-511"],
    ["enable-performance-schema", "ON", "CDC-511"],
    ["skip-mysqlx", "0", "CDC-511"],
    ["disable-read-only", "1", "CDC-511"],
    ["binlog_form", "STATEMENT", "CDC-511"],
    ["loose-binlog-form", "STATEMENT", "CDC-511"],
    ["server-i", "9", "CDC-511"],
    ["character-set-serv", "latin1", "CDC-511"],
    ["u", "root", "CDC-511"],
  ] as const
).map(([name, value, code]) => [
  `${name}=${value}`,
  mysql({ [name]: value }),
  code,
  `cdc:mysql.options.${name.replace(/^--/, "").replaceAll("-", "_").toLowerCase()}`,
  /./,
]);

export const unusable: readonly Row[] = [
  ...Object.entries({
    innodb_data_file_path: "ibdata1:50M:autoextend",
    innodb_data_home_dir: "/x",
    innodb_log_group_home_dir: "/x",
    innodb_page_size: "8k",
    innodb_undo_directory: "/x",
    lower_case_table_names: 1,
  }).map(([name, value]): Row => [
    `${name} after the data directory was made`,
    mysql({ [name]: value }),
    "CDC-513",
    `cdc:mysql.options.${name}`,
    /remove it/,
  ]),
  [
    "tables without accounts",
    mysql({ skip_grant_tables: true }),
    "CDC-514",
    "cdc:mysql.options.skip_grant_tables",
    /remove/,
  ],
  ["mysqld's help", mysql({ help: true }), "CDC-514", "cdc:mysql.options.help", /remove/],
  [
    "one option in two spellings",
    mysql({ "max-connections": 5, max_connections: 6 }),
    "CDC-512",
    "cdc:mysql.options.max_connections",
    /remove one/,
  ],
];
