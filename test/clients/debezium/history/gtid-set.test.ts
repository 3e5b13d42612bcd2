import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  countGtids,
  encodeGtids,
  formatGtids,
  newestOf,
  parseGtids,
  subtractGtids,
  type GtidSet,
} from "../../../../clients/debezium/history/gtid-set.ts";

const a = "6c0aed37-e9ab-11f1-8d73-0242ac120002";
const b = "6d2aeffe-e9ab-11f1-979e-0242ac120003";

describe("a set of GTIDs", () => {
  test.each([
    ["", ""],
    [`${a}:5`, `${a}:5`],
    [`${a.toUpperCase()}:1-5:7`, `${a}:1-5:7`],
    [`${b}:1-3,\n${a}:1-2`, `${a}:1-2,${b}:1-3`],
    [`${a}:4-6:1-3`, `${a}:1-6`],
    [`${a}:1-3,${a}:2-9`, `${a}:1-9`],
    [`${a}:1-97:blue:1-2`, `${a}:1-97,${a}:blue:1-2`],
    [`${a}:blue:1-2:red:4`, `${a}:blue:1-2,${a}:red:4`],
  ])("%j is read and written", (text, expected) => {
    expect(formatGtids(parseGtids(text))).toBe(expected);
  });

  test.each(["u:1-3", a, `${a}-1`, "mysql-bin.000001:4"])("%j is none", (text) => {
    expect(() => parseGtids(text)).toThrow(/is no set of GTIDs/);
  });

  test.each([
    [`${a}:1-10`, `${a}:3-4:9`, `${a}:1-2:5-8:10`],
    [`${a}:1-10`, `${a}:1-10`, ""],
    [`${a}:1-10`, `${b}:1-10`, `${a}:1-10`],
    [`${a}:1-3:blue:1-3`, `${a}:1-3`, `${a}:blue:1-3`],
    [`${a}:1-3`, `${a}:2-99`, `${a}:1`],
  ])("%s without %s is %s", (from, taken, left) => {
    expect(formatGtids(subtractGtids(parseGtids(from), parseGtids(taken)))).toBe(left);
  });

  test("has a newest transaction for each tag of a server", () => {
    const set = parseGtids(`${a}:1-9:12:blue:1-2,${b}:1-99`);
    expect(newestOf(set, a).map(formatGtids)).toEqual([`${a}:12`, `${a}:blue:2`]);
    expect(newestOf(set, "other")).toEqual([]);
  });

  test("is encoded as a server of 9.7 took it", () => {
    const bare = a.replaceAll("-", "");
    expect(encodeGtids(parseGtids(`${a}:1-2:4`)).toString("hex")).toBe(
      `0100000000000000${bare}0200000000000000` +
        "01000000000000000300000000000000" +
        "04000000000000000500000000000000",
    );
    expect(encodeGtids(parseGtids(`${a}:blue:1`)).toString("hex")).toBe(
      `0101000000000001${bare}08${Buffer.from("blue").toString("hex")}0100000000000000` +
        "01000000000000000200000000000000",
    );
  });
});

const source = fc.constantFrom(a, b, `${a}:blue`);
const numbers = fc.uniqueArray(fc.tuple(source, fc.integer({ min: 1, max: 30 })), {
  selector: ([from, number]) => `${from}:${number}`,
  maxLength: 40,
});
const setOf = (ids: readonly (readonly [string, number])[]): GtidSet =>
  parseGtids(ids.map(([from, number]) => `${from}:${number}`).join(","));
const textsOf = (ids: readonly (readonly [string, number])[]) => ids.map(([from, number]) => `${from}:${number}`);

test("whatever the sets, what is left, its number and its text are those of plain lists", () => {
  fc.assert(
    fc.property(numbers, numbers, (from, taken) => {
      const left = subtractGtids(setOf(from), setOf(taken));
      const gone = new Set(textsOf(taken));
      const plain = from.filter(([server, number]) => !gone.has(`${server}:${number}`));
      expect(formatGtids(left)).toBe(formatGtids(setOf(plain)));
      expect(countGtids(left)).toBe(BigInt(plain.length));
      expect(formatGtids(parseGtids(formatGtids(left)))).toBe(formatGtids(left));
    }),
  );
});
