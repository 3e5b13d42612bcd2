import { describe, expect, test } from "vitest";
import { capturedRecord, fold, isOnTopic, mayBeOurs, type NotificationRecord } from "../../snapshot/evidence.ts";

const schema = { type: "struct", fields: [] };
let atMs = 0;

function notification(
  aggregate_type: string,
  type: string,
  id: string,
  additional_data: Record<string, string> = {},
): NotificationRecord {
  atMs += 1000;
  const payload = { id, type, aggregate_type, additional_data, timestamp: atMs };
  return {
    timestampMs: atMs,
    key: JSON.stringify({ schema, payload: { id } }),
    value: JSON.stringify({ schema, payload }),
  };
}

const initial = (type: string, details = {}) => notification("Initial Snapshot", type, "any", details);
const incremental = (id: string, type: string, details = {}) => notification("Incremental Snapshot", type, id, details);
const scanned = (table: string, status = "SUCCEEDED", total_rows_scanned = "5") => ({
  scanned_collection: table,
  status,
  total_rows_scanned,
});
const read = (...records: NotificationRecord[]) => [...fold("t", records).read.keys()];
const ours = (tables: Record<string, string | undefined>): NotificationRecord => ({
  timestampMs: (atMs += 1000),
  ...capturedRecord(new Map(Object.entries(tables)), { key: schema, value: schema }, atMs),
});

describe("what was read", () => {
  test("by the first snapshot is what it scanned to the end, also when it began twice", () => {
    const records = [
      initial("STARTED"),
      initial("IN_PROGRESS", { current_collection_in_progress: "a.b" }),
      initial("TABLE_SCAN_COMPLETED", scanned("a.b")),
      initial("STARTED"),
      initial("TABLE_SCAN_COMPLETED", scanned("a.b", "SUCCEEDED", "7")),
      initial("TABLE_SCAN_COMPLETED", scanned("a.c", "SQL_EXCEPTION")),
      initial("COMPLETED"),
    ];
    expect(read(...records)).toEqual(["a.b"]);
    expect(fold("t", records).read.get("a.b")?.rows).toBe(7);
  });

  test("is nothing where none was taken", () => {
    expect(read(initial("STARTED"), initial("COMPLETED"), initial("SKIPPED"))).toEqual([]);
  });

  test("later is what a signal for every row has asked for", () => {
    const start = incremental("cdc-1", "STARTED", { data_collections: "a.b,a.c,a.d" });
    expect(
      read(
        start,
        incremental("cdc-1", "TABLE_SCAN_COMPLETED", scanned("a.b")),
        incremental("cdc-1", "TABLE_SCAN_COMPLETED", scanned("a.c", "EMPTY", "0")),
        incremental("cdc-1", "TABLE_SCAN_COMPLETED", scanned("a.d", "NO_PRIMARY_KEY")),
      ),
    ).toEqual(["a.b", "a.c"]);
    // Broken off half-way.
    expect(read(start, incremental("cdc-1", "ABORTED"))).toEqual([]);
  });

  test.each([
    ["a condition", "cdc-part-1"],
    ["whoever asked by hand, perhaps with a condition", "ad-hoc"],
  ])("is not what came by %s", (_, id) => {
    expect(
      read(
        incremental(id, "STARTED", { data_collections: "a.b" }),
        incremental(id, "TABLE_SCAN_COMPLETED", scanned("a.b")),
      ),
    ).toEqual([]);
  });

  test("is not what a running snapshot goes on with under another signal's id", () => {
    expect(
      read(
        incremental("ad-hoc", "STARTED", { data_collections: "a.b" }),
        // Debezium takes the newest signal's id for all of it.
        incremental("cdc-2", "TABLE_SCAN_COMPLETED", scanned("a.b")),
      ),
    ).toEqual([]);
  });

  test("is no more than up has written down, and what came after", () => {
    const records = [
      initial("TABLE_SCAN_COMPLETED", scanned("a.gone")),
      initial("TABLE_SCAN_COMPLETED", scanned("a.b")),
      ours({ "a.b": "id-1", "a.routed": undefined }),
      initial("TABLE_SCAN_COMPLETED", scanned("a.c")),
    ];
    expect(read(...records)).toEqual(["a.b", "a.routed", "a.c"]);
    expect(fold("t", records).read.get("a.b")).toMatchObject({ topicId: "id-1" });
    expect(fold("t", records).read.get("a.routed")?.topicId).toBeUndefined();
  });

  test("is not told by what is no notification", () => {
    expect(
      read({ timestampMs: 0, key: null, value: null }, { timestampMs: 0, key: "x", value: "\u0000\u0001" }),
    ).toEqual([]);
  });
});

describe("the record of up", () => {
  test.each([
    ["with schemas", { key: schema, value: schema }],
    ["without", { key: undefined, value: undefined }],
  ])("is written as the connector's own are: %s", (_, schemas) => {
    const record = capturedRecord(new Map([["a.b", "id-1"]]), schemas, 42);
    expect(mayBeOurs(record.value)).toBe(true);
    expect("schema" in (JSON.parse(record.value) as object)).toBe(schemas.value !== undefined);
    const again = fold("t", [{ timestampMs: 42, ...record }]);
    expect(again).toMatchObject({ isWhole: true, schemas });
    expect(again.read.get("a.b")).toEqual({ atMs: 42, rows: undefined, topicId: "id-1" });
  });

  test("takes the connector's schemas", () => {
    expect(fold("t", [initial("STARTED")]).schemas).toEqual({ key: schema, value: schema });
  });
});

describe("what was read is on the topic", () => {
  const word = { atMs: 1, rows: 6, topicId: undefined };
  test.each([
    ["that had used as many offsets by then", word, { id: "x", usedBefore: 6n }, true],
    ["that was emptied by compaction or retention since", word, { id: "x", usedBefore: 900n }, true],
    ["unless it was made anew since", word, { id: "x", usedBefore: 0n }, false],
    ["unless it is gone", word, undefined, false],
    ["when there was no row", { ...word, rows: 0 }, { id: "x", usedBefore: 0n }, true],
    ["when nobody counted", { ...word, rows: undefined }, { id: "x", usedBefore: 0n }, true],
    ["by its id", { ...word, topicId: "x" }, { id: "x", usedBefore: undefined }, true],
    ["unless its id is another", { ...word, topicId: "y" }, { id: "x", usedBefore: 900n }, false],
  ])("%s", (_, evidence, topic, expected) => {
    expect(isOnTopic(evidence, topic)).toBe(expected);
  });
});
