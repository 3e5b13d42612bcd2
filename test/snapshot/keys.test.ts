import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isComparable, KeySet, serverText, textOfKey, topicKey, topicText } from "../../snapshot/keys.ts";

const schema = { type: "struct", fields: [{ type: "int64", optional: false, field: "payload" }], optional: false };
const onTopic = (key: object) => Buffer.from(JSON.stringify(key));

describe("a key", () => {
  test("is read with schemas and without", () => {
    expect(topicKey(onTopic({ schema, payload: { id: 7, name: '"payload":' } }))).toEqual({
      id: 7,
      name: '"payload":',
    });
    expect(topicKey(onTopic({ id: 7 }))).toEqual({ id: 7 });
    expect(topicKey(Buffer.from('{"id":9007199254740993}'))).toEqual({ id: 9007199254740993n });
  });

  test.each([null, Buffer.from("\u0000\u0001"), Buffer.from("7"), Buffer.from('"x"')])("is none: %s", (key) => {
    expect(topicKey(key)).toBeUndefined();
  });

  test.each<[string, string, unknown]>([
    ["int", "7", 7],
    ["int", "0007", 7],
    ["bigint", "-9223372036854775808", -9223372036854775808n],
    ["bigint", "18446744073709551615", -1],
    ["bigint", "18446744073709551615", 18446744073709551615n],
    ["tinyint", "1", true],
    ["varchar", "한국", "한국"],
    ["varchar", "0007", "0007"],
    ["enum", "a", "a"],
  ])("of %s is one text on both sides: %s, %s", (type, server, topic) => {
    const column = { name: "k", type };
    expect(topicText(column, topic as never)).toBe(serverText(column, Buffer.from(server)));
  });

  test("of dates, decimals and bytes is only counted", () => {
    expect(
      isComparable([
        { name: "a", type: "int" },
        { name: "b", type: "char" },
      ]),
    ).toBe(true);
    for (const type of ["date", "decimal", "varbinary", "set", "bit"])
      expect(
        isComparable([
          { name: "a", type: "int" },
          { name: "b", type },
        ]),
      ).toBe(false);
    expect(isComparable([])).toBe(false);
  });

  test("of several columns is not taken for another with the same letters", () => {
    expect(textOfKey(["a,b", "c"])).not.toBe(textOfKey(["a", "b,c"]));
  });
});

test("a set knows what was added, and of a part of the keys the same part on both sides", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 200 }), fc.integer({ min: 1, max: 9 }), (texts, oneIn) => {
      const set = new KeySet(oneIn);
      const [added, others] = [texts.filter((_, at) => at % 2 === 0), texts.filter((_, at) => at % 2 === 1)];
      for (const text of added) set.add(text);
      for (const text of added) expect(set.has(text)).not.toBe(false);
      for (const text of others) expect(set.has(text)).not.toBe(true);
      if (oneIn === 1) expect(set.size).toBe(added.length);
    }),
  );
});
