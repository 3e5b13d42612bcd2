/** What is rendered is read back as it was, by a reader of the format that is not ours. */
import { parse } from "dot-properties";
import fc from "fast-check";
import { expect, test } from "vitest";
import { escapedValue, renderProperties } from "../../plan/java-properties.ts";
import { planWith } from "../support/config.ts";

/** All that means something to the format, beside whatever else there is. */
const unit = fc.oneof(
  fc.constantFrom(" ", "\\", ":", "=", "#", "!", "\n", "\r", "\t", "\f", "\u0000", "u", "é", "샤", "\u2028"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
);
const text = fc.array(unit, { maxLength: 12 }).map((units) => units.join(""));

test("every text is read back, keys and values alike", () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        text.filter((key) => key !== ""),
        text,
        { noNullPrototype: true },
      ),
      (properties) => {
        const rendered = renderProperties(properties);
        expect(rendered).toMatch(/^[ -~\n]*$/);
        expect(parse(rendered)).toEqual(properties);
      },
    ),
    { numRuns: 2000 },
  );
});

test("lines are sorted, whatever the order of the keys", () => {
  expect(renderProperties({ b: "2", a: "1" })).toBe("a=1\nb=2\n");
  expect(renderProperties({ a: "1", b: "2" })).toBe("a=1\nb=2\n");
});

test("what needs no escape stands as it is", () => {
  expect(renderProperties({ listeners: "http://0.0.0.0:8083", "plugin.path": "/a,/b" })).toBe(
    "listeners=http://0.0.0.0:8083\nplugin.path=/a,/b\n",
  );
});

test.each([
  ["x\\y", "x\\\\y"],
  [" a ", "\\ a "],
  ["é", "\\u00e9"],
  ["a\nb", "a\\u000ab"],
])("%j becomes %j", (value, escaped) => {
  expect(escapedValue(value)).toBe(escaped);
});

test("brokers get the same values: the image writes them into such a file", () => {
  const { brokers } = planWith({ kafka: { properties: { "a.b": " x\\é" } } }).kafka;
  expect(brokers[0]?.environment["KAFKA_A_B"]).toBe("\\ x\\\\\\u00e9");
});
