import { describe, expect, test } from "vitest";
import { decode, type EventRecord } from "../../../../clients/debezium/events/decode.ts";

const source = {
  version: "3.6.1.Final",
  connector: "mysql",
  name: "shard0",
  ts_ms: 1760917580123,
  ts_us: 1760917580123456,
  db: "products",
  table: "stock",
  file: "mysql-bin.000003",
  pos: 7798,
  row: 0,
};
const envelope = {
  before: { id: 1, quantity: 12 },
  after: { id: 1, quantity: 13 },
  source,
  op: "u",
  ts_ms: 1760917580140,
  ts_us: 1760917580140001,
};
const keySchema = { type: "struct", fields: [{ type: "int64", field: "id" }] };

function record(key: unknown, value: unknown, topic = "shard0.products.stock"): EventRecord {
  const json = (one: unknown) => (one === null ? null : JSON.stringify(one));
  return { topic, partition: 0, offset: 0n, timestampMs: 1760917580200, key: json(key), value: json(value) };
}

describe("an envelope", () => {
  const change = {
    kind: "change",
    op: "u",
    prefix: "shard0",
    database: "products",
    table: "stock",
    key: { id: 1 },
    before: { id: 1, quantity: 12 },
    after: { id: 1, quantity: 13 },
    sourceTimeUs: 1760917580123456,
    capturedTimeUs: 1760917580140001,
    source,
  };

  test("without schemas is taken as it is", () => {
    expect(decode(record({ id: 1 }, envelope))).toEqual(change);
  });

  test("with schemas is the same, and rows are decoded by them", () => {
    const row = (field: string) => ({
      type: "struct",
      field,
      fields: [
        { type: "int64", field: "id" },
        {
          type: "bytes",
          field: "price",
          name: "org.apache.kafka.connect.data.Decimal",
          parameters: { scale: "2" },
        },
      ],
    });
    const payload = { ...envelope, before: { id: 1, price: "LuA=" }, after: { id: 1, price: "AJY=" } };
    const schema = { type: "struct", fields: [row("before"), row("after"), { type: "struct", field: "source" }] };
    expect(decode(record({ schema: keySchema, payload: { id: 1 } }, { schema, payload }))).toEqual({
      ...change,
      before: { id: 1, price: "120.00" },
      after: { id: 1, price: "1.50" },
    });
  });

  test("has the number of an unsigned key that only its row tells", () => {
    const type = { "__debezium.source.column.type": "BIGINT UNSIGNED" };
    const row = (field: string) => ({
      type: "struct",
      field,
      fields: [
        { type: "int64", field: "id", parameters: type },
        { type: "int64", field: "part" },
      ],
    });
    const schema = { type: "struct", fields: [row("before"), row("after"), { type: "struct", field: "source" }] };
    const key = { schema: keySchema, payload: { id: -1, part: -1 } };
    const wrapped = { id: -1, part: -1 };
    const told = { id: 18446744073709551615n, part: -1 };
    for (const side of [
      { before: null, after: wrapped },
      { before: wrapped, after: null },
    ])
      expect(decode(record(key, { schema, payload: { ...envelope, ...side } }))).toMatchObject({ key: told });
    const unwrapped = { schema: row("row"), payload: wrapped };
    expect(decode(record(key, unwrapped))).toMatchObject({ key: told, after: told });
  });

  test("of a merged topic is of the table that its source names", () => {
    expect(decode(record({ id: 1, shard: "shard0" }, envelope, "inventory.products.stock"))).toMatchObject({
      prefix: "shard0",
      database: "products",
      table: "stock",
      key: { id: 1, shard: "shard0" },
    });
  });

  test("of a release that knows no microseconds has those of its milliseconds", () => {
    const { ts_us: _, ...older } = source;
    expect(decode(record(null, { ...envelope, source: older }))).toMatchObject({
      key: null,
      sourceTimeUs: 1760917580123000,
    });
  });

  test("keeps the digits of long numbers in keys and rows", () => {
    const topic = "shard0.products.stock";
    const id = "9007199254740993";
    const value = JSON.stringify({ ...envelope, after: null, before: { id: 0 } }).replace('"id":0', `"id":${id}`);
    expect(decode({ topic, key: `{"id":${id}}`, value })).toMatchObject({
      key: { id: BigInt(id) },
      before: { id: BigInt(id) },
      after: null,
    });
  });
});

describe("other records", () => {
  test("no value is a tombstone of the topic's table", () => {
    expect(decode(record({ schema: keySchema, payload: { id: 1 } }, null))).toEqual({
      kind: "tombstone",
      database: "products",
      table: "stock",
      key: { id: 1 },
    });
  });

  test("a schema change has its statement", () => {
    const value = { source, ts_ms: 1, databaseName: "products", ddl: "ALTER TABLE stock ADD x INT", tableChanges: [] };
    expect(decode(record({ databaseName: "products" }, value, "shard0"))).toEqual({
      kind: "schema-change",
      prefix: "shard0",
      database: "products",
      ddl: "ALTER TABLE stock ADD x INT",
      sourceTimeUs: 1760917580123456,
    });
  });

  test.each([
    ["__debezium-heartbeat.a.b", { ts_ms: 1 }],
    ["shard0.cdc.notifications", { id: "x", type: "STARTED", aggregate_type: "Initial Snapshot", timestamp: 1 }],
    ["connect-status", { state: "RUNNING" }],
  ])("what is on %s is no change", (topic, content) => {
    expect(decode(record(null, content, topic))).toEqual({ kind: "other", content });
  });

  test("what is no JSON is shown as the text it is", () => {
    const topic = "shard0.products.stock";
    expect(decode({ topic, key: "\u0000\u0001", value: "\u0000\u0000" })).toEqual({
      kind: "other",
      content: "\u0000\u0000",
    });
  });
});

describe("an unwrapped row", () => {
  test.each([
    [
      { id: 1, quantity: 3 },
      { op: undefined, before: null, after: { id: 1, quantity: 3 } },
    ],
    [
      { id: 1, quantity: 3, __op: "u" },
      { op: "u", before: null, after: { id: 1, quantity: 3 } },
    ],
    [
      { id: 1, quantity: 3, __deleted: "false" },
      { op: undefined, before: null, after: { id: 1, quantity: 3 } },
    ],
    [
      { id: 1, quantity: 3, __deleted: "true" },
      { op: "d", before: { id: 1, quantity: 3 }, after: null },
    ],
  ])("%j", (value, expected) => {
    expect(decode(record({ id: 1 }, value))).toMatchObject({
      kind: "change",
      database: "products",
      table: "stock",
      key: { id: 1 },
      ...expected,
    });
  });
});
