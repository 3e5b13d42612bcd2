/** Fields that the pipeline has for all shards, and a shard for itself. */
import { z } from "zod";
import * as kind from "./fields.ts";

export const tables = z.array(kind.tableOrPattern).min(1);

export const columns = z.array(kind.columnName);

export const snapshotMode = z.enum(["initial", "when_needed", "no_data", "always", "recovery"]);

export const excludeColumnsDoc = {
  description: "Columns that are left out of events.",
  allowed: `a list of ${kind.columnAllowed}`,
  upstream: "Debezium `column.exclude.list`",
};

export const maskColumnsDoc = {
  description: "Text columns whose values are replaced by ten asterisks in events.",
  allowed: `a list of ${kind.columnAllowed}`,
  upstream: "Debezium `column.mask.with.10.chars`",
};

export const snapshotModeDoc = {
  description: "What a connector without stored offsets reads of the tables before it streams.",
  allowed:
    "initial, when_needed (also when the binlog it needs is gone), no_data (changes only), always, " +
    "or recovery (only the schema history is made anew, for a connector that knows its place in the binlog)",
  upstream: "Debezium `snapshot.mode`",
};

export const bufferPoolDoc = {
  description: "InnoDB's buffer pool, in MiB.",
  allowed: "a whole number from 8",
  upstream: "MySQL `innodb_buffer_pool_size`",
};

export const memoryDoc = {
  description: "Limit of the server container's memory, in MiB, page cache included.",
  allowed: "a whole number from 256",
  upstream: "Docker `--memory`",
  otherwise: "1.5 times the buffer pool and 3276 MiB; more by options that take memory, such as `max_connections`",
};
