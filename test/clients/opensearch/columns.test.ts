import { expect, test } from "vitest";
import { unitedColumns, type ColumnSpec } from "../../../clients/opensearch/columns.ts";
import { column } from "./column.ts";

const isSame = (one: ColumnSpec, other: ColumnSpec) => one.dataType === other.dataType;
const names = (columns: readonly ColumnSpec[]) => columns.map(({ name }) => name);

test("columns that only some shards have yet are in, in the order in which they are met", () => {
  const shards = [
    { shard: "shard0", columns: [column("id", "int"), column("name", "varchar(20)")] },
    { shard: "shard1", columns: [column("id", "int"), column("name", "varchar(40)"), column("colour", "text")] },
  ];
  expect(names(unitedColumns("shop.items", shards, isSame))).toEqual(["id", "name", "colour"]);
});

test("shards that contradict each other are named, with their types", () => {
  const shards = [
    { shard: "shard0", columns: [column("price", "decimal(10,2)")] },
    { shard: "shard1", columns: [column("price", "varchar(20)")] },
  ];
  expect(() => unitedColumns("shop.items", shards, isSame)).toThrow(
    "shop.items.price is decimal(10,2) on shard0 and varchar(20) on shard1: one index cannot hold both",
  );
});

test("a table that is nowhere is refused; one that a shard lacks is that shard's affair", () => {
  const nowhere = [
    { shard: "shard0", columns: [] },
    { shard: "shard1", columns: [] },
  ];
  expect(() => unitedColumns("shop.items", nowhere, isSame)).toThrow(
    "shop.items is on none of the shards that are to capture it (shard0, shard1)",
  );
  const partly = [...nowhere, { shard: "shard2", columns: [column("id", "int")] }];
  expect(names(unitedColumns("shop.items", partly, isSame))).toEqual(["id"]);
});
