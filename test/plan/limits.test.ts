import { expect, test } from "vitest";
import { mysqlPidsLimit } from "../../plan/limits.ts";

test.each([
  [undefined, 4096],
  ["151", 4247],
  ["5000", 9096],
  ["5K", 9216],
  ["1g", 104_096],
  ["a word, which mysqld refuses", 4096],
])("a MySQL server with max_connections %s has a limit of %d processes", (maxConnections, limit) => {
  expect(mysqlPidsLimit(maxConnections)).toBe(limit);
});
