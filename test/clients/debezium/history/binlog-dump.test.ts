import { expect, test } from "vitest";
import { beginOf } from "../../../../clients/debezium/history/binlog-dump.ts";

const head = (type: number, atSeconds: number) => ({ type, atSeconds });
/** What a server sends before a transaction: descriptions of files, and a sign of life for each stretch that it leaves out. */
const before = [head(15, 5), head(35, 5), head(27, 0)];

test.each([
  ["with a GTID", [...before, head(33, 9), head(2, 8), head(19, 8)], 8],
  ["with a tagged GTID", [...before, head(42, 9), head(2, 7)], 7],
  ["compressed: taken to be old", [...before, head(33, 9), head(40, 9)], 0],
  ["of which only the GTID has come", [...before, head(33, 9)], undefined],
  ["that is not there", before, undefined],
])("the beginning of a transaction %s", (_, heads, expected) => {
  expect(beginOf(heads)?.atSeconds).toBe(expected);
});
