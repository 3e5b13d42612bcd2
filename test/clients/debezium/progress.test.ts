import { describe, expect, test } from "vitest";
import { notificationOf } from "../../../clients/debezium/notification.ts";
import { advance, describeProgress, notStarted, type Progress } from "../../../clients/debezium/progress.ts";
import { asksForEveryRow, snapshotSignal, stopSignal, tablesBySignal } from "../../../snapshot/signal.ts";

const scope = { chunkSize: 1000, minimumKey: 1 };

function after(...notifications: readonly (readonly [string, number, Record<string, string>?])[]): Progress {
  return notifications.reduce(
    (progress, [type, timeMs, details = {}]) => advance(progress, { type, timeMs, details }, scope),
    notStarted,
  );
}

const chunk = (last: string, maximum = "10001") => ({ last_processed_key: last, maximum_key: maximum });

describe("progress", () => {
  test("before anything was heard", () => {
    expect(describeProgress(notStarted)).toBe("asked for, not begun yet");
  });

  test("counts whole chunks, and the part of the key range", () => {
    const progress = after(
      ["STARTED", 5000],
      ["IN_PROGRESS", 5100, chunk("1001")],
      ["IN_PROGRESS", 5500, chunk("5001")],
    );
    expect(progress).toMatchObject({ rows: 2000, part: 0.5, isOver: false });
    expect(describeProgress(progress)).toBe("2,000 rows, 50 % of the key range, 4,000 rows/s, 0.5 s");
  });

  test("takes the rows of the last chunk from the end", () => {
    const running = [
      ["STARTED", 0],
      ["IN_PROGRESS", 1000, chunk("1001", "1234")],
      ["IN_PROGRESS", 1500, chunk("1234", "1234")],
    ] as const;
    expect(after(...running)).toMatchObject({ rows: 1000, part: 1, result: undefined });
    const scanned = ["TABLE_SCAN_COMPLETED", 2000, { total_rows_scanned: "1234", status: "SUCCEEDED" }] as const;
    const progress = after(...running, scanned, ["COMPLETED", 2000]);
    expect(progress).toMatchObject({ rows: 1234, result: "SUCCEEDED", isOver: true });
    expect(describeProgress(progress)).toBe("1,234 rows, 617 rows/s, 2.0 s");
  });

  test.each([
    ["a key of several columns, by the first", "501,seoul", "1001,busan", 0.5],
    ["a key that is no number", "abc", "xyz", undefined],
    ["the end of any key", "xyz", "xyz", 1],
  ])("of %s", (_, last, maximum, part) => {
    expect(after(["STARTED", 0], ["IN_PROGRESS", 1, chunk(last, maximum)]).part).toBe(part);
  });

  test("of one that was stopped has no result", () => {
    const progress = after(["STARTED", 0], ["IN_PROGRESS", 1000, chunk("1001")], ["COMPLETED", 1100]);
    expect(progress).toMatchObject({ rows: 1000, result: undefined, isOver: true });
  });
});

describe("a notification", () => {
  const content = {
    id: "cdc-1",
    type: "IN_PROGRESS",
    aggregate_type: "Incremental Snapshot",
    additional_data: { last_processed_key: "1024", maximum_key: "200000" },
    timestamp: 1795258365024,
  };
  const read = (value: unknown) =>
    notificationOf({ topic: "shard0.cdc.notifications", key: null, value: JSON.stringify(value) });

  test("is read with schemas and without", () => {
    const expected = {
      id: "cdc-1",
      aggregate: "Incremental Snapshot",
      type: "IN_PROGRESS",
      timeMs: 1795258365024,
      details: content.additional_data,
    };
    expect(read(content)).toEqual(expected);
    expect(read({ schema: { type: "struct", fields: [] }, payload: content })).toEqual(expected);
  });

  test.each([{ ts_ms: 1 }, null, [1], "text"])("is none: %j", (value) => {
    expect(read(value)).toBeUndefined();
  });
});

describe("a signal", () => {
  test("names the table as it is called, and hands the condition on as it is", () => {
    expect(JSON.parse(snapshotSignal(["products.stock"], "name = 'a \"b\"'").data)).toEqual({
      "data-collections": ["products.stock"],
      type: "incremental",
      "additional-conditions": [{ "data-collection": "products.stock", filter: "name = 'a \"b\"'" }],
    });
    expect(JSON.parse(snapshotSignal(["a.b", "a.c$d"]).data)).toEqual({
      "data-collections": ["a.b", "a.c$d"],
      type: "incremental",
    });
  });

  test("tells by its id whether every row is asked for", () => {
    expect(asksForEveryRow(snapshotSignal(["a.b"]).id)).toBe(true);
    expect(asksForEveryRow(snapshotSignal(["a.b"], "id > 3").id)).toBe(false);
    expect(asksForEveryRow("ad-hoc-1")).toBe(false);
  });

  test("refuses a condition that does not fit the table", () => {
    expect(() => snapshotSignal(["a.b"], "x".repeat(2048))).toThrow("2048 are allowed");
  });

  test("to stop names the table", () => {
    expect(stopSignal("a.b")).toMatchObject({ type: "stop-snapshot" });
  });

  test("takes as many tables as fit", () => {
    const tables = Array.from({ length: 200 }, (_, index) => `database.table_with_a_long_name_${index}`);
    const signals = tablesBySignal(tables);
    expect(signals.flat()).toEqual(tables);
    expect(signals.length).toBeGreaterThan(2);
    for (const some of signals) expect(snapshotSignal(some).data.length).toBeLessThanOrEqual(2048);
    expect(tablesBySignal(["a.b", "a.c"])).toEqual([["a.b", "a.c"]]);
    expect(tablesBySignal([])).toEqual([]);
  });
});
