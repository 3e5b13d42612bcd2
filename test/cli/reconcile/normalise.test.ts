import { describe, expect, it } from "vitest";
import type { Value } from "../../../clients/debezium/events/json.ts";
import {
  documentValue,
  hasMoreDigits,
  inDocuments,
  isKnownType,
  isNotCarried,
  keyText,
  type RowColumn,
} from "../../../cli/reconcile/normalise.ts";

/** A column by its type as MySQL writes it: `decimal(10,2) unsigned`. */
function column(columnType: string, isNullable = true): RowColumn {
  const [, dataType = "", parameter] = /^(\w+)(?:\((\d+)[^)]*\))?/.exec(columnType) ?? [];
  const number = parameter === undefined ? undefined : Number(parameter);
  const hasTime = ["datetime", "timestamp", "time"].includes(dataType);
  return {
    name: "c",
    dataType,
    columnType,
    precision: hasTime ? undefined : number,
    fractionDigits: hasTime ? (number ?? 0) : undefined,
    isNullable,
  };
}

const point = Buffer.from("00000000010100000000000000000000400000000000000840", "hex");

/** What MySQL's text protocol sends, and what the sink writes. */
const cells: [type: string, sent: string | Buffer, written: Value][] = [
  ["tinyint", "-128", -128],
  ["tinyint(1)", "1", 1],
  ["smallint unsigned", "65535", 65535],
  ["mediumint unsigned zerofill", "00000042", 42],
  ["int unsigned", "4294967295", 4294967295],
  ["bigint", "9007199254740991", 9007199254740991],
  ["bigint", "9007199254740993", 9007199254740993n],
  ["bigint", "-9223372036854775808", -9223372036854775808n],
  ["bigint unsigned", "0", "0"],
  ["bigint unsigned", "18446744073709551615", "18446744073709551615"],
  ["year", "2025", 2025],
  ["year", "0000", 0],
  ["decimal(10,2)", "249000.90", "249000.90"],
  ["decimal(10,2)", "-0.05", "-0.05"],
  ["decimal(10,0)", "0", "0"],
  ["decimal(10,2) unsigned zerofill", "00000012.30", "12.30"],
  ["decimal(65,30)", `${"9".repeat(35)}.${"1".repeat(30)}`, `${"9".repeat(35)}.${"1".repeat(30)}`],
  ["float", "16777216", 16777216],
  ["double", "1.7976931348623157e308", 1.7976931348623157e308],
  ["double", "-0.1", -0.1],
  ["bit(1)", Buffer.from([1]), true],
  ["bit(1)", Buffer.from([0]), false],
  ["bit(8)", Buffer.from([5]), "00000101"],
  ["bit(12)", Buffer.from([0x0a, 0x03]), "101000000011"],
  ["bit(64)", Buffer.alloc(8, 0xff), "1".repeat(64)],
  ["char(4)", "ab", "ab"],
  ["varchar(20)", "방수 재킷 🧥", "방수 재킷 🧥"],
  ["text", "null", "null"],
  ["longtext", "", ""],
  ["enum('a','b')", "b", "b"],
  ["set('a','b','c')", "a,c", ["a", "c"]],
  ["set('a','b','c')", "", []],
  ["json", '{"b": [1, 2.50, null], "a": 18446744073709551615}', { b: [1, 2.5, null], a: 18446744073709551615n }],
  ["json", "null", null],
  ["json", '"text"', "text"],
  ["binary(4)", Buffer.from([0, 0xff, 0, 0]), "AP8AAA=="],
  ["varbinary(8)", Buffer.alloc(0), ""],
  ["blob", Buffer.from("재"), "7J6s"],
  ["date", "2025-10-19", "2025-10-19"],
  ["date", "9999-12-31", "9999-12-31"],
  ["date", "0199-01-01", "0199-01-01"],
  ["date", "0001-01-01", "0001-01-01"],
  ["date", "0069-12-31", "0069-12-31"],
  ["date", "0000-00-00", "0000-00-00"],
  ["datetime", "2025-10-19 14:46:20", "2025-10-19T14:46:20"],
  ["datetime(3)", "2025-10-19 14:46:20.120", "2025-10-19T14:46:20.12"],
  ["datetime(6)", "2025-10-19 14:46:20.000001", "2025-10-19T14:46:20.000001"],
  ["datetime(6)", "1000-01-01 00:00:00.000000", "1000-01-01T00:00:00"],
  ["datetime", "0001-01-01 00:00:00", "0001-01-01T00:00:00"],
  ["datetime(6)", "0069-12-31 23:59:59.999999", "0069-12-31T23:59:59.999999"],
  ["datetime(6)", "0000-00-00 00:00:00.000000", "0000-00-00T00:00:00"],
  ["timestamp", "2025-10-19 14:46:20", "2025-10-19T14:46:20Z"],
  ["timestamp(3)", "2025-10-19 14:46:20.120", "2025-10-19T14:46:20.12Z"],
  ["timestamp(6)", "2038-01-19 03:14:07.999999", "2038-01-19T03:14:07.999999Z"],
  ["timestamp", "0000-00-00 00:00:00", "0000-00-00T00:00:00Z"],
  ["time", "-838:59:59", "-838:59:59"],
  ["time(1)", "12:34:56.5", "12:34:56.5"],
  ["time(6)", "00:00:00.500000", "00:00:00.5"],
  ["time(6)", "-00:00:00.000001", "-00:00:00.000001"],
  ["time(6)", "01:00:00.000000", "01:00:00"],
  ["point", point, { wkb: point.subarray(4).toString("base64"), srid: null }],
  [
    "geometry",
    Buffer.concat([Buffer.from([0xe6, 0x10, 0, 0]), point.subarray(4)]),
    { wkb: point.subarray(4).toString("base64"), srid: 4326 },
  ],
  ["vector(2)", Buffer.from("0000803f000000c0", "hex"), [1, -2]],
];

describe("documentValue", () => {
  it.each(cells)("%s: %s", (type, sent, written) => {
    expect(isKnownType(column(type))).toBe(true);
    expect(documentValue(column(type), Buffer.from(sent as string))).toEqual(written);
  });

  it.each(cells)("%s: NULL", (type) => {
    expect(documentValue(column(type), null)).toBeNull();
  });

  it("does not guess what a type of another day is written as", () => {
    expect(isKnownType(column("uuid"))).toBe(false);
    expect(() => documentValue(column("uuid"), Buffer.from("a"))).toThrow("uuid");
  });
});

describe("a date that no calendar has", () => {
  it.each([
    ["date", "0000-00-00", "1970-01-01"],
    ["date", "2025-00-10", "1970-01-01"],
    ["date", "2025-10-00", "1970-01-01"],
    ["datetime(6)", "0000-00-00 00:00:00.000000", "1970-01-01T00:00:00"],
    ["timestamp", "0000-00-00 00:00:00", "1970-01-01T00:00:00Z"],
  ])("%s %s is NULL in documents, or 1970 where the column takes none", (type, sent, epoch) => {
    const value = documentValue(column(type), Buffer.from(sent));
    expect(isNotCarried(column(type), value)).toBe(true);
    expect(inDocuments(column(type), value)).toBeNull();
    expect(inDocuments(column(type, false), value)).toBe(epoch);
    expect(keyText(column(type, false), Buffer.from(sent))).toBe(epoch);
  });

  it("nor has YEAR 0000", () => {
    expect([isNotCarried(column("year"), 0), isNotCarried(column("int"), 0)]).toEqual([true, false]);
    expect([inDocuments(column("year"), 0), inDocuments(column("year"), 2000)]).toEqual([2000, 2000]);
  });

  it.each([
    ["year", "1901"],
    ["date", "0000-05-05"],
    ["date", "0001-01-01"],
    ["datetime", "0100-10-10 00:00:00"],
    ["varchar(10)", "0000-00-00"],
    ["time", "00:00:00"],
  ])("is not %s %s: that is compared as it is", (type, sent) => {
    const value = documentValue(column(type), Buffer.from(sent));
    expect(isNotCarried(column(type), value)).toBe(false);
    expect(inDocuments(column(type, false), value)).toEqual(value);
  });
});

describe("a FLOAT of more digits than a snapshot's rows have", () => {
  it.each([
    ["float", 16777216, true],
    ["float", 1.234567, true],
    ["float", 0.10000000149011612, false],
    ["float", 16777200, false],
    ["float", 0, false],
    ["float", null, false],
    ["double", 16777216, false],
  ])("%s %s: %s", (type, value, expected) => {
    expect(hasMoreDigits(column(type), value)).toBe(expected);
  });
});

describe("keyText", () => {
  it.each([
    ["int", "42", "42"],
    ["bigint", "9007199254740993", "9007199254740993"],
    ["varchar(9)", "a:b%c", "a:b%c"],
    ["decimal(10,2)", "1.50", "1.50"],
    ["bit(1)", Buffer.from([1]), "1"],
    ["tinyint(1)", "1", "1"],
    ["bit(4)", Buffer.from([5]), "0101"],
    ["set('a','b')", "a,b", "a,b"],
    ["binary(2)", Buffer.from([0, 255]), "AP8="],
    ["datetime(6)", "2025-10-19 14:46:20.100000", "2025-10-19T14:46:20.1"],
    ["timestamp(6)", "2025-10-19 14:46:20.100000", "2025-10-19T14:46:20.1Z"],
  ])("%s: %s is %s", (type, sent, text) => {
    expect(keyText(column(type), Buffer.from(sent as string))).toBe(text);
  });

  it.each(["bigint unsigned", "bigint(20) unsigned zerofill"])(
    "%s is the number that it is, beyond 2^63 too",
    (type) => {
      expect(keyText(column(type), Buffer.from("18446744073709551615"))).toBe("18446744073709551615");
      expect(keyText(column(type), Buffer.from("00000000000000000101"))).toBe("101");
    },
  );
});
