import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../config/parse.ts";
import { innerOf } from "../../config/fields.ts";
import { configSchema } from "../../config/schema.ts";
import type { mysqlSchema } from "../../config/servers-schema.ts";
import { nearest } from "../../config/nearest.ts";
import { isIanaZone, suggestZone } from "../../config/zones.ts";
import { catalogue, stackConfig } from "../support/config.ts";

test("the committed dev stack is the hand-run inventory topology", () => {
  const config = parseConfig(stackConfig("dev"));
  expect([config.timeZone, config.kafka.port, config.connect.port]).toEqual(["Asia/Seoul", 9092, 8083]);
  const rows = config.shards.map((shard) => [
    shard.name,
    shard.port,
    shard.serverId,
    shard.connector,
    shard.topicPrefix,
    shard.schemaHistoryTopic,
  ]);
  expect(rows).toEqual([
    ["shard0", 3308, 5001, "inventory-connector-0", "shard0", "schemahistory.shard0"],
    ["shard1", 3309, 5002, "inventory-connector-1", "shard1", "schemahistory.shard1"],
    ["shard2", 3310, 5003, "inventory-connector-2", "shard2", "schemahistory.shard2"],
  ]);
});

test("numbers and booleans among free properties become text", () => {
  const config = parseConfig({
    ...stackConfig("dev"),
    kafka: { properties: { "num.io.threads": 4, "delete.topic.enable": true } },
  });
  expect(config.kafka.properties).toEqual({ "num.io.threads": "4", "delete.topic.enable": "true" });
});

test("remedies name the stack's own file", () => {
  const parse = () =>
    parseConfig({ ...stackConfig("dev"), kafka: { brokers: 9 }, schema: undefined }, "Pulumi.eu.yaml");
  expect(parse).toThrow(/add cdc:schema to Pulumi\.eu\.yaml[^]*change cdc:kafka\.brokers in Pulumi\.eu\.yaml/);
  expect(parse).not.toThrow(/STACK/);
});

test("whatever is written for a name, the name that is proposed is taken", () => {
  const proposed = (field: string, found: string) => {
    const shard = { name: "a", port: 4000, [field]: found };
    try {
      parseConfig({ ...stackConfig("dev"), shards: [shard] });
      return found;
    } catch (error) {
      return /write cdc:shards\[0\]\.\w+: (.*)$/.exec(String(error))?.[1];
    }
  };
  fc.assert(
    fc.property(
      fc.constantFrom("name", "topicPrefix", "connector"),
      fc.string({ unit: "grapheme" }),
      (field, found) => {
        const name = proposed(field, found);
        expect(name).toBeDefined();
        expect(proposed(field, String(name))).toBe(name);
      },
    ),
  );
});

describe("Pulumi.yaml's catalogue", () => {
  test("lists the fields of the schema, each with a description", () => {
    expect(Object.keys(catalogue()).toSorted()).toEqual(Object.keys(configSchema.shape).toSorted());
    for (const entry of Object.values(catalogue())) expect(entry.description).toMatch(/.{20}/);
  });

  test("has defaults for everything, which together are a pipeline", () => {
    const defaults = Object.fromEntries(Object.entries(catalogue()).map(([key, entry]) => [key, entry.default]));
    const config = parseConfig(defaults);
    expect(config.images).toBe("official");
    expect(config.shards).toHaveLength(3);
  });

  test("names, in the description of each object, the fields that are in it", () => {
    for (const [key, entry] of Object.entries(catalogue()).filter(([, { type }]) => type === "object")) {
      const fields = Object.keys((innerOf(configSchema.shape[key as "mysql"]) as typeof mysqlSchema).shape);
      expect(
        fields.some((field) => entry.description.includes(field)),
        key,
      ).toBe(true);
    }
  });
});

describe("time zones", () => {
  test.each([
    "UTC",
    "Asia/Seoul",
    "Asia/Kolkata",
    "Asia/Calcutta",
    "America/Port_of_Spain",
    "America/Argentina/Ushuaia",
    "Etc/GMT+9",
  ])("%s is one", (zone) => {
    expect(isIanaZone(zone)).toBe(true);
  });

  test.each(["KST", "asia/seoul", "Asia/SEOUL", "Asia/Soul", "+09:00", "SYSTEM", "EST5EDT", "", "Asia"])(
    "%s is none",
    (zone) => {
      expect(isIanaZone(zone)).toBe(false);
    },
  );

  test.each([
    ["KST", "Asia/Seoul"],
    ["jst", "Asia/Tokyo"],
    ["+09:00", "Asia/Seoul"],
    ["asia/seoul", "Asia/Seoul"],
    ["Asia/Soul", "Asia/Seoul"],
    ["Europe/Berlinn", "Europe/Berlin"],
  ])("for %s it suggests %s", (found, meant) => {
    expect(suggestZone(found)).toBe(meant);
  });
});

test.each([
  ["shcema", ["shards", "schema", "tables"], "schema"],
  ["timezone", ["timeZone"], "timeZone"],
  ["zebra", ["shards", "schema"], undefined],
])("the nearest to %s of %j is %s", (word, known, best) => {
  expect(nearest(word, known)).toBe(best);
});
