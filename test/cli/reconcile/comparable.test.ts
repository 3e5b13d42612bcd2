import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stringifyExact, parseExact, type Value } from "../../../clients/debezium/events/json.ts";
import { comparable } from "../../../cli/reconcile/comparable.ts";
import { documentValue, type RowColumn } from "../../../cli/reconcile/normalise.ts";

function column(dataType: string, isNullable = true): RowColumn {
  return { name: "c", dataType, columnType: dataType, precision: undefined, fractionDigits: undefined, isNullable };
}

/** Two ways of writing one value. */
const alike: [type: string, one: Value | undefined, other: Value | undefined][] = [
  ["int", null, undefined],
  ["tinyint", 1, true],
  ["tinyint", 0, false],
  ["bigint", 9007199254740993n, "9007199254740993"],
  ["bigint", 5, 5n],
  ["decimal", "249000.90", "249000.9"],
  ["decimal", "0.00", "-0"],
  ["decimal", "12.30", 12.3],
  ["float", 16777216, 16777200],
  ["float", 0.1, Math.fround(0.1)],
  ["double", 1e20, 100000000000000000000n],
  ["datetime", "2025-10-19T14:46:20.120000", "2025-10-19T14:46:20.12"],
  ["datetime", "2025-10-19T14:46:20", "2025-10-19T14:46:20Z"],
  ["date", "2025-10-19", "2025-10-19Z"],
  ["timestamp", "2025-10-19T14:46:20.120Z", "2025-10-19T14:46:20.12Z"],
  ["timestamp", null, "1970-01-01T00:00:00Z"],
  ["time", "01:00:00.500000", "01:00:00.5"],
  ["set", ["a", "c"], "a,c"],
  ["set", [], ""],
  ["year", 2000, 1900],
  ["json", { a: 1, b: [1, { c: null, d: 2.5 }] }, { b: [1, { d: 2.5, c: null }], a: 1 }],
  ["json", { a: 1e20 }, { a: 100000000000000000000n }],
  ["json", { a: "2025-10-19 14:46:20.000000" }, { a: "2025-10-19 14:46:20" }],
  ["json", { a: "base64:type252:AP8=" }, { a: "AP8=" }],
  ["json", { a: 1 }, '{"a": 1}'],
  ["point", { wkb: "AQ==", srid: null, x: 1, y: 2 }, { wkb: "AQ==", srid: 0 }],
];

const unlike: [type: string, one: Value | undefined, other: Value | undefined][] = [
  ["int", null, 0],
  ["varchar", null, "null"],
  ["varchar", "null", '"null"'],
  ["varchar", null, ""],
  ["varchar", "a", "A"],
  ["varchar", "a", "a "],
  ["varchar", "1", "1.0"],
  ["bigint", 9007199254740993n, 9007199254740992n],
  ["bigint", "18446744073709551615", "-1"],
  ["decimal", "0.10", "0.01"],
  ["decimal", "10", "1"],
  ["decimal", "-1", "1"],
  ["decimal", "99999999999999999999.1", "99999999999999999999.2"],
  ["float", 1.5, 1.6],
  ["double", 0.1, 0.10000000000000002],
  ["datetime", "2025-10-19T14:46:20.000001", "2025-10-19T14:46:20.000002"],
  ["timestamp", "2025-10-19T14:46:20Z", "2025-10-19T23:46:20Z"],
  ["time", "01:00:00", "-01:00:00"],
  ["year", 1999, 2000],
  ["year", 0, 2000],
  ["date", "0001-01-01", "2001-01-01"],
  ["datetime", "0069-12-31T23:59:59", "2069-12-31T23:59:59"],
  ["set", ["a"], ["a", "b"]],
  ["binary", "AP8=", "AP8AAA=="],
  ["json", { a: 18446744073709551615n }, { a: 18446744073709551614n }],
  ["json", { a: null }, {}],
  ["json", { a: [1, 2] }, { a: [2, 1] }],
  ["json", { a: "1" }, { a: 1 }],
  ["point", { wkb: "AQ==", srid: null }, { wkb: "AQ==", srid: 4326 }],
];

describe("comparable", () => {
  it.each(alike)("%s, one value written in two ways (%#)", (type, one, other) => {
    expect(comparable(column(type), one)).toBe(comparable(column(type), other));
  });

  it.each(unlike)("%s, two values (%#)", (type, one, other) => {
    expect(comparable(column(type), one)).not.toBe(comparable(column(type), other));
  });

  it("takes the epoch for no TIMESTAMP only where there may be none", () => {
    expect(comparable(column("timestamp", false), "1970-01-01T00:00:00Z")).not.toBe(
      comparable(column("timestamp", false), null),
    );
  });
});

const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false }) as fc.Arbitrary<Value>;

describe("what was written is read as what it was", () => {
  it("decimals of any length, with whatever zeros", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.nat(30), fc.nat(5), (unscaled, scale, zeros) => {
        const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
        const text = `${unscaled < 0n ? "-" : ""}${digits.slice(0, digits.length - scale)}.${digits.slice(digits.length - scale)}`;
        const one = comparable(column("decimal"), `${text}${"0".repeat(zeros)}`);
        expect(one).toBe(comparable(column("decimal"), documentValue(column("decimal"), Buffer.from(text))));
        const next = comparable(column("decimal"), `${text}1`);
        expect(next).not.toBe(one);
      }),
    );
  });

  it("whole numbers through JSON", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
        const sent = documentValue(column("bigint"), Buffer.from(number.toString()));
        const back = parseExact(stringifyExact(sent));
        expect(comparable(column("bigint"), back)).toBe(comparable(column("bigint"), sent));
        expect(comparable(column("bigint"), back)).not.toBe(comparable(column("bigint"), number + 1n));
      }),
    );
  });

  it("doubles through JSON", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const back = parseExact(JSON.stringify(number));
        expect(comparable(column("double"), back)).toBe(comparable(column("double"), number));
      }),
    );
  });

  it("JSON with its names in any order, and no other JSON", () => {
    fc.assert(
      fc.property(json, json, (one, other) => {
        const shuffled = parseExact(JSON.stringify(reversed(one)));
        const type = column("json");
        // A text at the top may be JSON that was not known as such.
        fc.pre(typeof one !== "string" && typeof other !== "string");
        expect(comparable(type, shuffled)).toBe(comparable(type, parseExact(JSON.stringify(one))));
        const isSame = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
        expect(comparable(type, other) === comparable(type, one)).toBe(isSame);
      }),
    );
  });

  it("texts as they are", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (one, other) => {
        const sent = documentValue(column("varchar"), Buffer.from(one));
        expect(comparable(column("varchar"), sent) === comparable(column("varchar"), other)).toBe(one === other);
      }),
    );
  });
});

function reversed(value: Value): Value {
  return rebuilt(value, (entries) => entries.toReversed());
}

function sorted(value: Value): Value {
  return rebuilt(value, (entries) => entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function rebuilt(value: Value, order: (entries: [string, Value][]) => [string, Value][]): Value {
  if (Array.isArray(value)) return value.map((one) => rebuilt(one, order));
  if (value === null || typeof value !== "object") return Object.is(value, -0) ? 0 : value;
  return Object.fromEntries(order(Object.entries(value)).map(([name, one]) => [name, rebuilt(one, order)]));
}
