import { describe, expect, test } from "vitest";
import { parseConfig } from "../../config/parse.ts";
import { configSchema } from "../../config/schema.ts";
import { catalogue, stackConfig } from "../support/config.ts";

const valid = stackConfig("dev");

describe("parseConfig", () => {
  test("takes the committed dev stack as the hand-run inventory topology", () => {
    const config = parseConfig(valid);
    expect(config.timeZone).toBe("Asia/Seoul");
    expect(config.kafkaPort).toBe(9092);
    expect(config.connectPort).toBe(8083);
    expect(config.shards.map((shard) => Object.values(shard))).toEqual([
      ["shard0", 3308, 5001, "inventory-connector-0", "shard0", "schemahistory.shard0"],
      ["shard1", 3309, 5002, "inventory-connector-1", "shard1", "schemahistory.shard1"],
      ["shard2", 3310, 5003, "inventory-connector-2", "shard2", "schemahistory.shard2"],
    ]);
  });

  test.each<[string, Record<string, unknown>, RegExp]>([
    ["no shards", { shards: [] }, /cdc:shards: list at least one shard/],
    ["a port out of range", { shards: [{ name: "a", port: 70000 }] }, /cdc:shards\[0\]\.port: .*65535/],
    ["a server id out of range", { shards: [{ name: "a", port: 1, serverId: 0 }] }, /cdc:shards\[0\]\.serverId/],
    ["a name Docker refuses", { shards: [{ name: "A b", port: 1 }] }, /cdc:shards\[0\]\.name: use lower-case/],
    ["a prefix Kafka refuses", { shards: [{ name: "a", port: 1, topicPrefix: "a b" }] }, /topicPrefix: use letters/],
    ["an unknown field of a shard", { shards: [{ name: "a", port: 1, prot: 2 }] }, /cdc:shards\[0\]: .*prot/],
    ["an abbreviation for a zone", { timeZone: "KST" }, /cdc:timeZone: "KST" is no IANA time zone; .*Asia\/Seoul/],
    ["an offset for a zone", { timeZone: "+09:00" }, /cdc:timeZone/],
    ["a zone that is not there", { timeZone: "Asia/Soul" }, /cdc:timeZone: "Asia\/Soul" is no IANA/],
    ["a table without its database", { tables: ["stock"] }, /cdc:tables\[0\]: write DATABASE\.TABLE/],
    ["no tables", { tables: [] }, /cdc:tables: name at least one/],
    ["an unknown source of images", { images: "mine" }, /cdc:images: .*official.*packages/],
    ["no partitions", { dataPartitions: 0 }, /cdc:dataPartitions/],
    ["a schema that leaves the folder", { schema: "../x" }, /cdc:schema/],
  ])("refuses %s, naming the field", (_what, fields, message) => {
    expect(() => parseConfig({ ...valid, ...fields })).toThrow(message);
  });

  test("names every field at fault at once", () => {
    const parse = () => parseConfig({ ...valid, timeZone: "KST", dataPartitions: 0 });
    expect(parse).toThrow(/timeZone/);
    expect(parse).toThrow(/dataPartitions/);
  });
});

describe("Pulumi.yaml's catalogue", () => {
  test("lists the fields of the schema, each with a description", () => {
    expect(Object.keys(catalogue()).toSorted()).toEqual(Object.keys(configSchema.shape).toSorted());
    for (const entry of Object.values(catalogue())) expect(entry.description).toMatch(/.{20}/);
  });

  test("has defaults that the schema takes, and needs only the shards", () => {
    const defaults = Object.fromEntries(Object.entries(catalogue()).map(([key, entry]) => [key, entry.default]));
    const config = parseConfig({ ...defaults, shards: [{ name: "a", port: 3306 }] });
    expect(config.images).toBe("official");
    expect(Object.keys(defaults).filter((key) => defaults[key] === undefined)).toEqual(["shards"]);
  });
});
