/** What a shard's entry says of its connector beside the configuration. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProblemError } from "../../lib/problem.ts";
import { planWith } from "../support/config.ts";

const gtids = "cb74078b-e59a-11f1-9171-0242ac150004:1-55";
const initialOffset = { file: "mysql-bin.000003", position: 154, gtids };
const connectorOf = (fields: Record<string, unknown>, connectors: Record<string, unknown> = {}) =>
  planWith({ shards: [{ name: "a", port: 3308, ...fields }], connectors }).shards[0]?.connector;

describe("a connector", () => {
  test("runs, and forgets its offsets with the shard, unless said otherwise", () => {
    expect(connectorOf({})).toMatchObject({ state: "running", onDelete: "reset", initialOffset: undefined });
    expect(connectorOf({ state: "stopped" }, { onDelete: "keep" })).toMatchObject({
      state: "stopped",
      onDelete: "keep",
    });
  });

  test("has the same configuration in whatever state it is to be", () => {
    expect(connectorOf({ state: "paused" })?.config).toEqual(connectorOf({})?.config);
  });

  test("is given its place in the binlog in Debezium's words, on one line", () => {
    const other = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-3";
    const offset = { ...initialOffset, gtids: `${gtids},\n${other}` };
    expect(connectorOf({ snapshotMode: "recovery", initialOffset: offset })?.initialOffset).toEqual({
      file: "mysql-bin.000003",
      pos: 154,
      gtids: `${gtids},${other}`,
    });
  });
});

test("a place in the binlog goes with recovery, and with no other mode, wherever the mode is written", () => {
  const modes = fc.constantFrom("initial", "when_needed", "no_data", "always", "recovery");
  fc.assert(
    fc.property(modes, fc.option(modes, { nil: undefined }), (shared, own) => {
      const plan = () => connectorOf({ initialOffset, snapshotMode: own }, { snapshotMode: shared });
      if ((own ?? shared) === "recovery") expect(plan()?.initialOffset).toBeDefined();
      else expect(plan).toThrow(ProblemError);
    }),
  );
});

test("signals and notifications have a table and topics of the shard's own, declared by the plan", () => {
  const [shard] = planWith({ shards: [{ name: "a", port: 3308, topicPrefix: "eu.a" }] }).shards;
  expect(shard).toMatchObject({
    signals: { table: "cdc.signal" },
    heartbeatTopic: "eu.a.cdc.heartbeat",
    notificationTopic: "eu.a.cdc.notifications",
  });
  expect(shard?.connector.config).toMatchObject({
    "signal.enabled.channels": "source",
    "signal.data.collection": "cdc.signal",
    "notification.enabled.channels": "sink",
    "notification.sink.topic.name": "eu.a.cdc.notifications",
  });
  const declared = shard?.topics.map(({ name }) => name);
  expect(declared).toEqual(
    expect.arrayContaining(["eu.a.cdc.signal", shard?.notificationTopic, shard?.heartbeatTopic, shard?.probeTopic]),
  );
});

test.each([
  [{}, "time_zone='+00:00',wait_timeout=31536000"],
  [
    { "driver.sessionVariables": " wait_timeout=86400 " },
    "time_zone='+00:00',wait_timeout=31536000,wait_timeout=86400",
  ],
])(
  "snapshots read in UTC whatever the servers' zone is, and whatever else their sessions set: %j",
  (properties, set) => {
    const [shard] = planWith({ timeZone: "America/New_York", connectors: { properties } }).shards;
    expect(shard?.connector.config).toMatchObject({
      "database.connectionTimeZone": "America/New_York",
      "driver.forceConnectionTimeZoneToSession": "false",
      "driver.preserveInstants": "false",
      "driver.sessionVariables": set,
    });
  },
);
