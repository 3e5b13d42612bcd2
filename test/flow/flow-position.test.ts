/** The place of a connector against its server's binlog, where nothing may be written. */
import { expect, test } from "vitest";
import { isBehind, notPassed } from "../../flow/flow-position.ts";
import { provenWords, type FlowTarget, type IndexTarget } from "../../flow/flow-target.ts";

const stand = { file: "mysql-bin.000009", position: 500 };

test.each([
  ["before it in the same file", "mysql-bin.000009", 499, false],
  ["there", "mysql-bin.000009", 500, true],
  ["behind it in the same file", "mysql-bin.000009", 501, true],
  ["in an older file, however far", "mysql-bin.000008", 9000, false],
  ["in a newer file, at its beginning", "mysql-bin.000010", 4, true],
  ["where the number has grown by a digit", "mysql-bin.1000000", 4, true],
  ["in a file without a number", "mysql-bin.index", 9000, false],
])("a place %s", (_where, file, position, isPassed) => {
  expect(isBehind(stand, { file, position })).toBe(isPassed);
});

test("without a binlog on the server nothing is passed by its place", () => {
  expect(isBehind({ file: "undefined", position: Number.NaN }, { file: "mysql-bin.000009", position: 4 })).toBe(false);
});

const target = { shard: "replica", connector: "replica-connector", probeTopic: "beats" } as FlowTarget;
const index = { alias: "cdc-probe", sink: "read-side-sink" } as IndexTarget;

test("both proofs are said for what they are", () => {
  expect(provenWords(target, undefined)).toBe("a change was seen on beats");
  expect(provenWords(target, index)).toBe("a change was found in cdc-probe");
  const reading = { ...target, isReadOnly: true as const };
  expect(provenWords(reading, undefined)).toContain("all that its server had committed was passed by the connector");
  expect(provenWords(reading, index)).toContain("passed by read-side-sink");
});

test("heartbeats without a place are named with the place that was waited for", () => {
  const { message, stage } = notPassed(target, { ...stand, executed: "" });
  expect(stage).toBe("binlog");
  expect(message).toContain("has not come to mysql-bin.000009:500");
});
