/** Several releases of the connector plugin in one stack (KIP-891). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planWith, shardLists } from "../support/config.ts";

const fits = ["3.3.2.Final", "3.4.1.Final", "3.5.0.Final", "3.6.1.Final"] as const;
const [a, b] = [
  { name: "a", port: 3308 },
  { name: "b", port: 3309 },
];
const mixed = (connectors: Record<string, unknown> = {}) =>
  planWith({ shards: [a, { ...b, debeziumVersion: "3.5.0.Final" }], connectors });
const versionKeys = (config: Readonly<Record<string, string>> | undefined) =>
  Object.entries(config ?? {}).filter(([key]) => key.endsWith("plugin.version"));

describe("one release", () => {
  test("leaves the configurations plain, also when the shards name it themselves", () => {
    for (const plan of [planWith({ shards: [a, b] }), planWith({ shards: [{ ...a, debeziumVersion: "3.5.0.Final" }] })])
      for (const { connector } of plan.shards) expect(versionKeys(connector.config)).toEqual([]);
  });

  test("that no shard is of is neither brought nor judged", () => {
    const plan = planWith({
      connectors: { debeziumVersion: "2.7.0.Final" },
      shards: [{ ...a, debeziumVersion: "3.5.0.Final" }],
    });
    expect(plan.connect.plugins.map(({ version }) => version)).toEqual(["3.5.0.Final"]);
    expect(plan.warnings).toEqual([]);
  });
});

describe("two releases", () => {
  test("are in volumes of their own, side by side in the plugin path", () => {
    const { plugins, workers } = mixed().connect;
    expect(plugins).toEqual([
      { version: "3.5.0.Final", volume: "cdc-test-debezium-mysql-3.5.0.Final", path: "/opt/cdc/plugins/3.5.0.Final" },
      { version: "3.6.1.Final", volume: "cdc-test-debezium-mysql-3.6.1.Final", path: "/opt/cdc/plugins/3.6.1.Final" },
    ]);
    expect(workers[0]?.properties["plugin.path"]).toMatch(
      /^\/opt\/cdc\/plugins\/3\.5\.0\.Final,\/opt\/cdc\/plugins\/3\.6\.1\.Final\b/,
    );
  });

  test("are named by every connector, and by what it uses of Debezium's jars", () => {
    const plan = mixed({
      merge: { prefix: "all" },
      unwrap: {},
      converter: {
        key: "org.apache.kafka.connect.json.JsonConverter",
        value: "io.debezium.converters.CloudEventsConverter",
      },
    });
    for (const [index, version] of ["3.6.1.Final", "3.5.0.Final"].entries()) {
      expect(versionKeys(plan.shards[index]?.connector.config)).toEqual([
        ["connector.plugin.version", version],
        ["value.converter.plugin.version", version],
        ["transforms.merge.plugin.version", version],
        ["transforms.unwrap.plugin.version", version],
      ]);
    }
  });

  test("leave the transforms of others alone", () => {
    const properties = {
      transforms: "mask",
      "transforms.mask.type": "org.apache.kafka.connect.transforms.MaskField$Value",
    };
    expect(versionKeys(mixed({ properties }).shards[1]?.connector.config)).toEqual([
      ["connector.plugin.version", "3.5.0.Final"],
    ]);
  });

  test("are judged apart: exactly once where the release can, a warning where it cannot", () => {
    const plan = planWith({ shards: [a, { ...b, debeziumVersion: "3.2.4.Final" }] });
    expect(plan.shards.map(({ connector }) => connector.config["exactly.once.support"])).toEqual([
      "required",
      undefined,
    ]);
    expect(plan.warnings.map(({ code, path }) => [code, path])).toEqual([["CDC-614", "cdc:shards[1].debeziumVersion"]]);
  });
});

test("whatever releases the shards are of: each is brought once, in an order that is not the shards'", () => {
  const versions = fc.array(fc.option(fc.constantFrom(...fits), { nil: undefined }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(shardLists, versions, (shards, chosen) => {
      const withVersions = shards.map((shard, index) => ({ ...shard, debeziumVersion: chosen[index] }));
      const plan = planWith({ shards: withVersions });
      const used = new Set(plan.shards.map(({ connector }) => connector.debeziumVersion));
      expect(plan.connect.plugins.map(({ version }) => version)).toEqual([...used].toSorted());
      expect(planWith({ shards: withVersions.toReversed() }).connect).toStrictEqual(plan.connect);
      for (const { connector } of plan.shards) {
        const pinned = used.size > 1 ? [["connector.plugin.version", connector.debeziumVersion]] : [];
        expect(versionKeys(connector.config)).toEqual(pinned);
      }
    }),
  );
});
