import { describe, expect, test } from "vitest";
import { notificationOf, notificationRecord, type Notification } from "../../../clients/debezium/notification.ts";
import {
  differencesIn,
  reconciliationIn,
  toldAs,
  uncomparedIn,
  type Reconciliation,
} from "../../../clients/debezium/reconciliation.ts";
import { afterTold, nothingTold, rowsRead, tablesRead, type Told } from "../../../clients/debezium/told.ts";

const chunk = 1000;
const [initial, incremental] = ["Initial Snapshot", "Incremental Snapshot"] as const;
const said = (aggregate: string, type: string, details: Notification["details"] = {}, timeMs = 5): Notification => ({
  id: "s",
  aggregate,
  type,
  timeMs,
  details,
});
const all = { data_collections: "a.b,a.c" };
const read = (table: string, rows: number) => ({
  ...all,
  scanned_collection: table,
  total_rows_scanned: String(rows),
  status: "SUCCEEDED",
});
const after = (...notifications: readonly Notification[]): Told =>
  notifications.reduce((told, one) => afterTold(told, one, chunk), nothingTold);
const seen = ({ snapshot }: Told) =>
  snapshot === undefined
    ? undefined
    : [snapshot.kind, snapshot.tables.size, tablesRead(snapshot), rowsRead(snapshot), snapshot.isOver];

describe("a snapshot", () => {
  const begun = said(initial, "STARTED");
  const first = said(initial, "IN_PROGRESS", { ...all, current_collection_in_progress: "a.b" });
  const chunkOf = (table: string, last: string) =>
    said(incremental, "IN_PROGRESS", {
      ...all,
      current_collection_in_progress: table,
      last_processed_key: last,
      maximum_key: "9999",
    });

  test.each<[string, readonly Notification[], unknown]>([
    ["nothing was told", [], undefined],
    ["it was skipped, as at every start", [said(initial, "SKIPPED")], undefined],
    ["the end of one that is no longer there", [said(incremental, "COMPLETED", all)], undefined],
    ["a first one has begun", [begun, first], ["initial", 2, 0, 0, false]],
    [
      "one table was read",
      [begun, first, said(initial, "TABLE_SCAN_COMPLETED", read("a.b", 40))],
      ["initial", 2, 1, 40, false],
    ],
    [
      "all were read",
      [
        begun,
        first,
        said(initial, "TABLE_SCAN_COMPLETED", read("a.b", 40)),
        said(initial, "TABLE_SCAN_COMPLETED", read("a.c", 2)),
        said(initial, "COMPLETED"),
      ],
      ["initial", 2, 2, 42, true],
    ],
    [
      "one table's end was not told, and the snapshot's was",
      [begun, first, said(initial, "COMPLETED")],
      ["initial", 2, 2, 0, true],
    ],
    [
      "a first one that began again counts anew",
      [begun, said(initial, "TABLE_SCAN_COMPLETED", read("a.b", 40)), begun],
      ["initial", 0, 0, 0, false],
    ],
    [
      "a connector that was started behind it skips",
      [begun, first, said(initial, "SKIPPED")],
      ["initial", 2, 0, 0, true],
    ],
    [
      "two chunks were read",
      [said(incremental, "STARTED", all), chunkOf("a.b", "1"), chunkOf("a.b", "2")],
      ["incremental", 2, 0, 2000, false],
    ],
    [
      "a table more was asked for",
      [said(incremental, "STARTED", all), said(incremental, "STARTED", { data_collections: "a.d" })],
      ["incremental", 3, 0, 0, false],
    ],
    [
      "one table was taken out",
      [said(incremental, "STARTED", all), said(incremental, "ABORTED", { data_collections: "a.b" })],
      ["incremental", 1, 0, 0, false],
    ],
    [
      "all were taken out",
      [said(incremental, "STARTED", all), said(incremental, "ABORTED", all)],
      ["incremental", 0, 0, 0, true],
    ],
    ["it was broken off", [begun, first, said(initial, "ABORTED")], ["initial", 2, 0, 0, true]],
    [
      "another kind follows",
      [begun, said(initial, "COMPLETED"), said(incremental, "STARTED", { data_collections: "a.b" })],
      ["incremental", 1, 0, 0, false],
    ],
  ])("%s", (_, notifications, expected) => {
    expect(seen(after(...notifications))).toEqual(expected);
  });
});

describe("what cdc reconcile found", () => {
  const found: Reconciliation = {
    id: "r1",
    timeMs: 7,
    tables: new Map([
      ["a.b", 2],
      ["a.c", undefined],
    ]),
    ofNoShard: 1,
  };

  test.each([[undefined], [{ type: "struct" }]])(
    "comes back as it was written, with a schema or without: %j",
    (schema) => {
      const record = notificationRecord(toldAs(found), { key: schema, value: schema });
      const told = notificationOf({ topic: "shard0.cdc.notifications", ...record });
      expect(reconciliationIn(told!)).toEqual(found);
      expect([differencesIn(found), uncomparedIn(found)]).toEqual([2, 1]);
    },
  );

  test("is no snapshot, and a table that was not compared again keeps what was found", () => {
    const again = { id: "r2", timeMs: 9, tables: new Map([["a.b", 0]]), ofNoShard: undefined };
    expect(after(toldAs(found), toldAs(again))).toEqual({
      snapshot: undefined,
      reconciled: {
        id: "r2",
        timeMs: 9,
        tables: new Map([
          ["a.b", 0],
          ["a.c", undefined],
        ]),
        ofNoShard: 1,
      },
    });
  });

  test("of other notifications there is none", () => {
    expect(reconciliationIn(said(initial, "COMPLETED"))).toBeUndefined();
  });
});
