import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseExact, stringifyExact } from "../../../../clients/debezium/events/json.ts";
import { decodeValue, type Schema } from "../../../../clients/debezium/events/values.ts";

const decimalType = "org.apache.kafka.connect.data.Decimal";

function named(type: string, name: string, parameters: Record<string, string> = {}): Schema {
  return { type, name, parameters };
}

/** As the converter writes it: the fewest bytes of two's complement that hold the number. */
function unscaledBase64(unscaled: bigint): string {
  let length = 1;
  while (BigInt.asIntN(length * 8, unscaled) !== unscaled) length += 1;
  const hex = BigInt.asUintN(length * 8, unscaled).toString(16);
  return Buffer.from(hex.padStart(length * 2, "0"), "hex").toString("base64");
}

describe("numbers", () => {
  test("whole numbers keep every digit, through reading and writing", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }), (number) => {
        const parsed = parseExact(`[${number}]`) as [number | bigint];
        expect(BigInt(parsed[0])).toBe(number);
        expect(stringifyExact(parsed)).toBe(`[${number}]`);
      }),
    );
  });

  test("every double is read as it was written", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(Number(parseExact(JSON.stringify(number)))).toBe(Object.is(number, -0) ? 0 : number);
      }),
    );
  });

  test.each([
    ["1.50", 1.5],
    ["1.0E10", 1e10],
    ["-2.5E-7", -2.5e-7],
    ["0.0", 0],
    ["1234567890123456789.25", "1234567890123456789.25"],
  ])("%s is read as %s", (text, expected) => {
    expect(parseExact(text)).toBe(expected);
  });
});

describe("decimals", () => {
  test("any unscaled number at any scale is written as MySQL writes it", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 65n), max: 10n ** 65n }), fc.nat(30), (unscaled, scale) => {
        const schema = named("bytes", decimalType, { scale: String(scale) });
        const text = decodeValue(schema, unscaledBase64(unscaled)) as string;
        const [whole = "", fraction = ""] = text.replace("-", "").split(".");
        expect(fraction).toHaveLength(scale);
        expect(whole).toMatch(/^(0|[1-9]\d*)$/);
        expect(BigInt(whole + fraction) * (text.startsWith("-") ? -1n : 1n)).toBe(unscaled);
      }),
    );
  });

  test.each([
    ["BOOLEAN", true, 1],
    ["BOOL", false, 0],
    ["TINYINT", true, 1],
    ["BIT", true, true],
    [undefined, false, false],
  ])("a boolean of a column that is called %s is the number that it is to MySQL", (type, value, expected) => {
    const parameters = type === undefined ? {} : { "__debezium.source.column.type": type };
    expect(decodeValue({ type: "boolean", parameters }, value)).toBe(expected);
  });

  test.each([
    ["BIGINT UNSIGNED", -1, 18446744073709551615n],
    ["BIGINT UNSIGNED ZEROFILL", -(2n ** 63n), 2n ** 63n],
    ["INT8 UNSIGNED", -2, 18446744073709551614n],
    ["SERIAL", -1, 18446744073709551615n],
    ["BIGINT UNSIGNED", 7, 7],
    ["BIGINT", -1, -1],
    [undefined, -1, -1],
  ])("a number of a column that is called %s: %s is %s", (type, value, expected) => {
    const parameters = type === undefined ? {} : { "__debezium.source.column.type": type };
    expect(decodeValue({ type: "int64", parameters }, value)).toBe(expected);
  });

  test.each([
    ["LuA=", "2", "120.00"],
    ["AA==", "2", "0.00"],
    ["/w==", "2", "-0.01"],
    ["AJY=", "2", "1.50"],
    ["BWvHXi1jD///", "0", "99999999999999999999"],
    ["/nEW8Ak8jB8RscD1Lg==", "10", "-12345678901234567890.1234567890"],
  ])("%s at scale %s is %s", (value, scale, expected) => {
    expect(decodeValue(named("bytes", decimalType, { scale }), value)).toBe(expected);
  });

  test.each([
    ["120.00", "120.00"],
    ["120", "120.00"],
    ["12345678901234567890.12", "12345678901234567890.12"],
  ])("a converter that writes the number %s gives %s", (text, expected) => {
    expect(decodeValue(named("bytes", decimalType, { scale: "2" }), parseExact(text))).toBe(expected);
  });
});

describe("times", () => {
  test.each([
    ["io.debezium.time.Date", 20380, "2025-10-19"],
    ["io.debezium.time.Date", 2932896, "9999-12-31"],
    ["org.apache.kafka.connect.data.Date", -1, "1969-12-31"],
    ["io.debezium.time.Timestamp", 1760917580000, "2025-10-19 23:46:20"],
    ["io.debezium.time.Date", -719162, "0001-01-01"],
    ["io.debezium.time.Timestamp", -62135596800000, "0001-01-01 00:00:00"],
    ["io.debezium.time.Timestamp", 1760917580120, "2025-10-19 23:46:20.120"],
    ["io.debezium.time.MicroTimestamp", 1760917580123456, "2025-10-19 23:46:20.123456"],
    ["io.debezium.time.MicroTimestamp", -30610224000000000n, "1000-01-01 00:00:00"],
    ["io.debezium.time.MicroTimestamp", -1, "1969-12-31 23:59:59.999999"],
    ["io.debezium.time.NanoTimestamp", 1760917580123456789n, "2025-10-19 23:46:20.123456789"],
    ["org.apache.kafka.connect.data.Timestamp", 1760917580120, "2025-10-19 23:46:20.120"],
    ["io.debezium.time.MicroTime", -45296000000, "-12:34:56"],
    ["io.debezium.time.MicroTime", 3020398999999, "838:59:58.999999"],
    ["io.debezium.time.NanoTime", 1_000_000, "00:00:00.001000000"],
    ["io.debezium.time.Time", 61_000, "00:01:01"],
    ["org.apache.kafka.connect.data.Time", 61_001, "00:01:01.001"],
    ["io.debezium.time.ZonedTimestamp", "2025-10-19T14:46:20.120Z", "2025-10-19T14:46:20.120Z"],
    ["io.debezium.time.Year", 2025, 2025],
  ])("%s of %s is %s", (type, value, expected) => {
    expect(decodeValue(named("int64", type), value)).toBe(expected);
  });

  test("a DATETIME(6) of any year is the instant it was counted from", () => {
    const thousand = Date.UTC(1000, 0, 1);
    const tenThousand = Date.UTC(9999, 11, 31, 23, 59, 59);
    fc.assert(
      fc.property(fc.integer({ min: thousand, max: tenThousand }), fc.nat(999), (ms, us) => {
        const count = BigInt(ms) * 1000n + BigInt(us);
        const text = decodeValue(named("int64", "io.debezium.time.MicroTimestamp"), count) as string;
        const [seconds = "", fraction = "0"] = text.split(".");
        expect(BigInt(Date.parse(`${seconds.replace(" ", "T")}Z`)) * 1000n + BigInt(fraction)).toBe(count);
      }),
    );
  });
});

describe("bits and bytes", () => {
  test.each([
    ["Awo=", "12", "b'101000000011'"],
    ["AQ==", "2", "b'01'"],
    ["/////////w8=", "64", "b'0000111111111111111111111111111111111111111111111111111111111111'"],
  ])("BIT %s of length %s is %s", (value, length, expected) => {
    expect(decodeValue(named("bytes", "io.debezium.data.Bits", { length }), value)).toBe(expected);
  });

  test("bytes are hexadecimal", () => {
    expect(decodeValue({ type: "bytes" }, "YWIAAA==")).toBe("0x61620000");
  });
});

describe("structures", () => {
  test("fields, items and map values are decoded by their own schemas", () => {
    const bytes: Schema = { type: "bytes" };
    const schema: Schema = {
      type: "struct",
      fields: [
        { ...named("int32", "io.debezium.time.Date"), field: "day" },
        { type: "array", items: bytes, field: "list" },
        { type: "map", values: bytes, field: "map" },
        { type: "struct", name: "io.debezium.data.geometry.Point", fields: [{ ...bytes, field: "wkb" }], field: "at" },
      ],
    };
    expect(decodeValue(schema, { day: 0, list: ["AQ==", null], map: { a: "Ag==" }, at: { wkb: "Aw==" } })).toEqual({
      day: "1970-01-01",
      list: ["0x01", null],
      map: { a: "0x02" },
      at: { wkb: "0x03" },
    });
  });

  test("NULL stays NULL, whatever the type", () => {
    for (const type of [decimalType, "io.debezium.data.Bits", "io.debezium.time.Date", "io.debezium.data.Json"])
      expect(decodeValue(named("bytes", type), null)).toBeNull();
  });
});
