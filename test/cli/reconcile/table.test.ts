/** What reconcile compares of a table, out of the columns that a server tells of. */
import type { Connection } from "mysql2/promise";
import { expect, test } from "vitest";
import { readTable } from "../../../cli/reconcile/table.ts";
import { isSameColumn } from "../../../lib/names.ts";

const shard = { name: "shard0", excludeColumns: [] as string[], maskColumns: [] as string[] };

/** A server with one table of three columns, as information_schema tells it. */
const server = {
  query: async (sql: string) => [
    sql.startsWith("SHOW INDEX")
      ? [{ Non_unique: 0, Key_name: "PRIMARY", Column_name: "Id", Null: "" }]
      : sql.includes("IS_NULLABLE")
        ? []
        : ["Id", "Note", "Phone"].map((name) => ({
            name,
            dataType: "varchar",
            columnType: "varchar(20)",
            numericPrecision: null,
            fractionDigits: null,
          })),
  ],
} as unknown as Connection;

const compared = async (lists: Partial<typeof shard>) => {
  const { columns, notCompared } = await readTable(
    server,
    "shop.customers",
    { ...shard, ...lists },
    { hasSchemas: true, messageKeyColumns: undefined },
  );
  return { columns: columns.map(({ name }) => name), notCompared };
};

test("every column is compared when none is left out or masked", async () => {
  expect(await compared({})).toEqual({ columns: ["Id", "Note", "Phone"], notCompared: [] });
});

test.each(["Note", "note", "NOTE"])(
  "a column that is left out as %s is in no event, and not compared",
  async (name) => {
    expect(await compared({ excludeColumns: [name] })).toEqual({ columns: ["Id", "Phone"], notCompared: [] });
  },
);

test.each(["Phone", "phone", "PHONE"])("a column that is masked as %s is in events, and not compared", async (name) => {
  expect(await compared({ maskColumns: [name] })).toEqual({ columns: ["Id", "Note"], notCompared: ["Phone"] });
});

test("columns are the same as Debezium's lists take them: whatever the case of A to Z, and nothing else", () => {
  expect(isSameColumn("naMe_1", "Name_1")).toBe(true);
  expect(isSameColumn("name", "names")).toBe(false);
  expect(isSameColumn("\u00dcber", "\u00fcber")).toBe(false);
});
