import { describe, expect, test } from "vitest";
import { letterOf, newestReports, originHeaders, reasonOf } from "../../../cli/dlq/letter.ts";
import { recordAgain } from "../../../cli/dlq/replay.ts";
import { jsonOf, renderLetters, renderList, renderReplay } from "../../../cli/dlq/render.ts";
import { planOf } from "../../support/config.ts";
import { header, keyText, letter, record, topic, valueText } from "./letters.ts";

const retried = [
  header(originHeaders.topic, topic),
  header(originHeaders.partition, "0"),
  header(originHeaders.offset, "7"),
];

describe("a dead letter", () => {
  test("tells where the record stood, whose row it is of, and what went wrong", () => {
    expect(letter(3)).toMatchObject({
      offset: 3n,
      origin: { topic, partition: 0, offset: 7n },
      failedAt: { topic, partition: 0, offset: 7n },
      shard: { name: "shard0" },
      table: "products.products",
      key: { id: 101 },
      change: { op: "c", after: { id: 101 } },
      stage: "TASK_PUT",
      reason: "it was refused",
    });
  });

  test("that failed again is still the record that it first was", () => {
    expect(letter(9, { topic: "dlq.read-side.retry", at: 2, headers: retried })).toMatchObject({
      origin: { topic, partition: 0, offset: 7n },
      failedAt: { topic: "dlq.read-side.retry", partition: 0, offset: 2n },
      shard: { name: "shard0" },
      table: "products.products",
    });
  });

  test.each([
    ["truncated JSON", { value: valueText(101).slice(0, 40) }, { key: { id: 101 }, change: undefined }],
    ["bytes that are no text", { value: Buffer.from([255, 254, 0]) }, { key: { id: 101 }, change: undefined }],
    ["no key", { key: null }, { key: null, change: { after: { id: 101 } } }],
    ["a key that is no JSON", { key: "{oops" }, { key: null, change: { after: { id: 101 } } }],
    ["a tombstone", { value: null }, { key: { id: 101 }, change: undefined }],
    [
      "a topic that is no table's",
      { topic: "shard0.other.thing" },
      { shard: { name: "shard0" }, table: "other.thing" },
    ],
    ["a topic of nobody", { topic: "elsewhere" }, { shard: undefined, table: undefined }],
  ])("with %s keeps what can be read", (_, bent, expected) => {
    expect(letter(0, bent)).toMatchObject(expected);
  });

  test("of a merged topic is its key's shard's; the shard's field is no column", () => {
    const merged = planOf("merged");
    const key = JSON.stringify({ id: 101, shard: merged.shards[1]?.name });
    expect(letterOf(merged, record(0, { key, topic: "inventory.products.products" }))).toMatchObject({
      shard: { name: merged.shards[1]?.name },
      key: { id: 101 },
    });
  });

  test("without Connect's headers is told by its own place", () => {
    expect(letterOf(planOf("dev"), { ...record(5), headers: [] })).toMatchObject({
      origin: { topic: "dlq.read-side", offset: 5n },
      stage: "unknown",
      reason: "no reason was given",
    });
  });
});

test("a record that was reported twice is one letter, the newest, in its place", () => {
  const letters = newestReports([letter(0), letter(1, { at: 8 }), letter(2, { message: "again" })]);
  expect(letters.map(({ offset, reports, reason }) => [offset, reports, reason])).toEqual([
    [1n, [1n], "it was refused"],
    [2n, [0n, 2n], "again"],
  ]);
});

test.each([
  ["no field\n  x", undefined, "no field x"],
  [
    "Converting failed: ",
    "a.B: Converting failed:\n\tat x\nCaused by: c.D: end of input\n\tat y",
    "Converting failed: end of input",
  ],
  ["said: end", "a.B: said: end\nCaused by: c.D: end", "said: end"],
  ["broke", "a.B: broke\nCaused by: java.lang.NullPointerException", "broke"],
  [undefined, undefined, "no reason was given"],
])("the reason of %j is the message and its root cause", (message, trace, expected) => {
  expect(reasonOf(message, trace)).toBe(expected);
});

describe("a letter given to the sink once more", () => {
  test("is the record byte for byte, with its own headers, its time and where it stood", () => {
    const own = header("__op", "c");
    const bytes = Buffer.from([1, 2, 255]);
    const again = recordAgain(letter(3, { value: bytes, headers: [own] }));
    expect(again).toEqual({
      key: Buffer.from(keyText(101)),
      value: bytes,
      timestampMs: Date.parse("2026-11-21T10:00:00Z"),
      headers: [own, ...retried],
    });
  });

  test("a second time names its first place once", () => {
    const again = recordAgain(letter(9, { topic: "dlq.read-side.retry", at: 2, headers: retried }));
    expect(again.headers).toEqual(retried);
  });
});

describe("for a person", () => {
  test("each letter is a line", () => {
    expect(renderLetters([letter(3), letter(4, { key: null, value: "hello", stage: "VALUE_CONVERTER" })]))
      .toMatchInlineSnapshot(`
      "OFFSET  WHEN                      SHARD   TABLE              KEY     STAGE            REASON
      3       2026-11-21T10:00:00.000Z  shard0  products.products  id=101  TASK_PUT         it was refused
      4       2026-11-21T10:00:00.000Z  shard0  products.products  -       VALUE_CONVERTER  it was refused"
    `);
  });

  test("nothing in a reason moves the cursor, and a long one is cut", () => {
    const text = renderLetters([letter(3, { message: `\u001B[2J${"x".repeat(500)}` })]);
    expect(text).not.toContain("\u001B");
    expect(text).toMatch(/x{150,}…$/);
  });

  test("the list tells how many there are beside those that are shown", () => {
    const letters = [letter(1, { at: 1 }), letter(2, { at: 2 }), letter(3, { at: 3 })];
    expect(renderList([], 0, 0n)).toBe("no dead letters");
    expect(renderList(letters, 2, 0n)).toContain("3 dead letters; 1 not shown (-n)\n");
    expect(renderList(letters, 2, 0n)).not.toContain("\n1  ");
    expect(renderList(letters, 3, 10n)).toContain("3 and more dead letters; 10 not shown");
  });

  test("a replay tells what was taken, what came back and what stays", () => {
    const one = letter(3);
    expect(
      renderReplay({
        replayed: [one, one],
        cameBack: [letter(9)],
        staying: [{ letter: one, why: "of no row" }],
        further: 2n,
      }),
    ).toMatchInlineSnapshot(`
      "2 replayed: 1 taken by the sink, 1 came back

      OFFSET  WHEN                      SHARD   TABLE              KEY     STAGE     REASON
      9       2026-11-21T10:00:00.000Z  shard0  products.products  id=101  TASK_PUT  it was refused

      1 stays: cdc reconcile --repair brings the index in line, cdc dlq discard takes them out
        3  shard0.products.products: of no row

      2 more behind them were not looked at: run it again"
    `);
  });
});

test("for a program, a key keeps every digit", () => {
  const big = letter(3, { key: '{"id":18446744073709551615}' });
  expect(JSON.stringify(jsonOf(big))).toContain('"key":{"id":"18446744073709551615"}');
  expect(renderLetters([big])).toContain("id=18446744073709551615");
});

test("for a program, bytes that are no text are base64", () => {
  expect(jsonOf(letter(3, { value: Buffer.from([255, 0]), headers: [header("__op", "c")] }))).toMatchObject({
    offset: 3,
    key: { id: 101 },
    headers: [{ name: "__op", value: "c" }],
    record: { key: keyText(101), value: { base64: "/wA=" } },
    exception: "org.apache.kafka.connect.errors.DataException",
  });
});
