import { describe, expect, test } from "vitest";
import { planOf, planWith } from "../support/config.ts";

const password = "${file:/run/secrets/connectors.properties:debezium.password}";
const planned = (property: string, value: string) => encodeURIComponent(`${property}=${value}`);

describe("the filter of the workers' REST API", () => {
  test("is loaded by every worker, with or without a read side, and knows each by its own names", () => {
    for (const enabled of [true, false]) {
      const { connect } = planWith({ connect: { workers: 2 }, readSide: { enabled } });
      expect(connect.filter).toEqual({ volume: "cdc-test-connect-filter", path: "/opt/cdc/plugins/connect-filter" });
      expect(connect.workers.map(({ properties }) => properties["cdc.rest.hosts"])).toEqual([
        "localhost,127.0.0.1,[::1],connect,cdc-test-connect",
        "localhost,127.0.0.1,[::1],connect-2,cdc-test-connect-2",
      ]);
      for (const { properties } of connect.workers) {
        expect(properties["rest.extension.classes"]).toBe("cdc.filter.ConnectFilter");
        expect(properties["plugin.path"]?.split(",")).toContain("/opt/cdc/plugins/connect-filter");
        expect(properties["cdc.rest.placeholders"]).toBe(planned("database.password", password));
      }
    }
  });

  test("stands behind the login, where one is wanted", () => {
    const { connect } = planWith({ security: "tls", readSide: { enabled: false } });
    const extensions = connect.workers[0]?.properties["rest.extension.classes"]?.split(",");
    expect(extensions).toEqual([
      "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension",
      "cdc.filter.ConnectFilter",
    ]);
  });

  test("a further shard leaves the workers' properties alone", () => {
    const shards = [
      { name: "shard0", port: 3308 },
      { name: "shard1", port: 3309 },
    ];
    expect(planWith({ shards }).connect.workers).toEqual(planWith({}).connect.workers);
  });

  test("takes the placeholders of one's own properties, each with its very value", () => {
    const jaas = 'x.PlainLoginModule required username="a,b" password="${file:/run/secrets/own:p}";';
    const { connect } = planWith({
      connectors: { properties: { "own.password": "${file:/run/secrets/own:q}", "own.pattern": "$1-${x}" } },
      readSide: { enabled: true, sink: { properties: { "consumer.override.sasl.jaas.config": jaas } } },
    });
    const found = connect.workers[0]?.properties["cdc.rest.placeholders"];
    expect(found?.split(",")).toEqual([
      planned("consumer.override.sasl.jaas.config", jaas),
      planned("database.password", password),
      planned("own.password", "${file:/run/secrets/own:q}"),
    ]);
    // The worker would resolve it in its own properties.
    expect(found).not.toContain("$");
  });

  test("cannot be loaded by Kafka 3.9, which is said", () => {
    const { connect, warnings } = planWith({ images: "official", kafka: { version: "3.9.1" } });
    expect(connect.filter).toBeUndefined();
    expect(Object.keys(connect.workers[0]?.properties ?? {}).filter((key) => /^(cdc|rest\.ext)/.test(key))).toEqual([]);
    expect(connect.workers[0]?.properties["plugin.path"]).not.toContain("connect-filter");
    expect(warnings).toMatchObject([{ code: "CDC-615", path: "cdc:kafka.version" }]);
    expect(planOf("dev").warnings).toEqual([]);
  });

  test("is not replaced by an extension of one's own", () => {
    const own = { connect: { properties: { "rest.extension.classes": "org.example.Mine" } } };
    expect(() => planWith(own)).toThrow(
      /cdc:connect\.properties\.rest\.extension\.classes.*cdc\.filter\.ConnectFilter/s,
    );
  });
});
