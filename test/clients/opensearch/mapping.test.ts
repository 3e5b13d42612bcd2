import { expect, test } from "vitest";
import { fieldOf, mappingOf } from "../../../clients/opensearch/mapping.ts";
import { column } from "./column.ts";

const text = { type: "text", fields: { raw: { type: "keyword", ignore_above: 1024 } } };
const exactDecimal = { type: "keyword", fields: { number: { type: "double" } } };
const unsearched = { type: "object", enabled: false };

test.each<[columnType: string, field: object]>([
  ["tinyint", { type: "byte" }],
  ["tinyint unsigned", { type: "short" }],
  ["tinyint(1)", { type: "byte" }],
  ["smallint", { type: "short" }],
  ["smallint unsigned", { type: "integer" }],
  ["mediumint unsigned", { type: "integer" }],
  ["int", { type: "integer" }],
  ["int(10) unsigned zerofill", { type: "long" }],
  ["bigint", { type: "long" }],
  ["bigint unsigned", { type: "unsigned_long" }],
  ["year", { type: "short" }],
  ["decimal(10,2)", { type: "double" }],
  ["decimal(15,0) unsigned", { type: "double" }],
  ["decimal(16,2)", exactDecimal],
  ["decimal(65,30)", exactDecimal],
  ["float", { type: "float" }],
  ["double", { type: "double" }],
  ["bit(1)", { type: "boolean" }],
  ["bit(8)", { type: "keyword" }],
  ["char(3)", text],
  ["varchar(255)", text],
  ["tinytext", text],
  ["text", text],
  ["mediumtext", text],
  ["longtext", text],
  ["enum('a','b')", { type: "keyword" }],
  ["set('a','b')", { type: "keyword" }],
  ["json", unsearched],
  ["binary(2)", { type: "binary" }],
  ["varbinary(3)", { type: "binary" }],
  ["longblob", { type: "binary" }],
  ["date", { type: "date", format: "strict_date" }],
  ["datetime", { type: "date" }],
  ["datetime(3)", { type: "date" }],
  ["datetime(6)", { type: "date_nanos", ignore_malformed: true }],
  ["timestamp", { type: "date_nanos" }],
  ["timestamp(6)", { type: "date_nanos" }],
  ["time(6)", { type: "keyword" }],
  ["point", unsearched],
  ["vector(3)", unsearched],
  ["a_type_of_a_later_mysql", unsearched],
])("%s", (columnType, field) => {
  expect(fieldOf(column("c", columnType))).toEqual(field);
});

test("a mapping has the columns under their names, and what the sink adds", () => {
  expect(mappingOf("shop.items", [column("id", "int"), column("이름", "varchar(5)")])).toEqual({
    dynamic: "false",
    properties: {
      id: { type: "integer" },
      이름: text,
      shard: { type: "keyword" },
      cdc: { dynamic: "false", properties: { ts_us: { type: "long" } } },
    },
  });
});

test.each(["shard", "cdc"])("a column called %s, as a field of the sink's, is refused", (name) => {
  expect(() => mappingOf("shop.items", [column(name, "int")])).toThrow(
    `shop.items has a column ${name}, which is what the sink calls a field of its own`,
  );
});

test.each(["Shard", "constructor", "toString"])("a column called %s is one as any", (name) => {
  expect(mappingOf("shop.items", [column(name, "int")]).properties[name]).toEqual({ type: "integer" });
});
