import { describe, expect, test } from "vitest";
import { jvmMemoryLimitMiB, mysqlMemoryLimitMiB } from "../../plan/memory.ts";

test.each([
  [128, 768],
  [512, 1536],
  [1024, 2560],
  [8192, 16_896],
])("a JVM with a heap of %d MiB may have %d MiB", (heapMiB, limit) => {
  expect(jvmMemoryLimitMiB(heapMiB)).toBe(limit);
});

describe("a MySQL server may have", () => {
  test.each<[string, number, Record<string, string>, number]>([
    ["its pool, and all connections at work", 64, {}, 3372],
    ["half as much again of a large pool", 8192, {}, 15_564],
    ["no less with fewer connections", 64, { max_connections: "10" }, 3372],
    ["more with more, and temporary tables up to their common limit", 64, { max_connections: "1K" }, 8544],
    ["a larger buffer of each connection", 64, { sort_buffer_size: "8M" }, 3372 + 8 * 151],
    ["temporary tables that are larger", 64, { loose_tmp_table_size: "64M" }, 3372 + 64 * 151],
    ["a cache of the server once", 64, { key_buffer_size: "1G" }, 3372 + 1024],
    ["statements of the largest size", 64, { max_allowed_packet: "1024M" }, 3372 + 8192],
    ["the Performance Schema", 64, { performance_schema: "ON" }, 3372 + 1024],
    ["nothing for one that is off", 64, { performance_schema: "OFF" }, 3372],
    ["open tables", 64, { table_open_cache: "65536" }, 3372 + 1024],
    ["nothing for what takes no memory", 64, { binlog_expire_logs_seconds: "864000", max_binlog_size: "1G" }, 3372],
    ["nothing for a word that mysqld refuses", 64, { sort_buffer_size: "large" }, 3372],
  ])("%s", (_, bufferPoolMiB, options, limit) => {
    expect(mysqlMemoryLimitMiB(bufferPoolMiB, options)).toBe(limit);
  });
});
