import { describe, expect, test } from "vitest";
import type { Beside } from "../../../../apps/guard/beside/found.ts";
import type { Told } from "../../../../clients/debezium/told.ts";
import type { Known } from "../../../../apps/guard/metrics/known.ts";
import { samplesOf } from "../../../../apps/guard/metrics/samples.ts";
import type { Watched } from "../../../../apps/guard/memory.ts";
import type { ObservedConnector } from "../../../../apps/guard/observation.ts";
import { conditions } from "../../../../lib/guard-state.ts";
import { metrics, type MetricName } from "../../../../lib/metrics.ts";
import { statusOf, task } from "../../../support/fake-worker.ts";
import { begun } from "../simulation.ts";
import { binlog, knownOf, now, settings, sinkName, source, told, watched } from "./fixture.ts";

const connector = "shard0-connector";

const read = (known: Known, at = now) => samplesOf(known, at, settings);
const namesIn = (known: Known, at = now) => [...new Set(read(known, at).map(({ name }) => name))];
const valueOf = (known: Known, name: MetricName, of = connector) =>
  read(known).find((one) => one.name === name && (one.labels["connector"] ?? of) === of)?.value;

/** One shard and the sink, where something of the shard's connector is otherwise. */
function with_(memory: Partial<Watched>, seen: Partial<ObservedConnector> = {}): Known {
  const known = knownOf(1);
  const { checked } = known;
  if (checked?.seen === undefined) throw new Error("the fixture has no check");
  return {
    ...known,
    checked: {
      ...checked,
      memory: {
        ...checked.memory,
        connectors: { ...checked.memory.connectors, [connector]: { ...watched, ...memory } },
      },
      seen: {
        connectors: { ...checked.seen.connectors, [connector]: { ...source(connector, "shard0"), ...seen } },
      },
    },
  };
}

describe("where everything could be read", () => {
  test("there is a sample of every metric of the table, with its labels and no other", () => {
    const samples = read(knownOf(1));
    expect([...new Set(samples.map(({ name }) => name))].toSorted()).toEqual(
      metrics.map(({ name }) => name).toSorted(),
    );
    for (const { name, labels } of samples) {
      const metric = metrics.find((one) => one.name === name);
      expect(Object.keys(labels), name).toEqual([...(metric?.labels ?? [])]);
    }
  });

  test.each<[MetricName, string, number]>([
    ["cdc_guard_last_check_timestamp_seconds", connector, now / 1000 - 1],
    ["cdc_guard_last_check_complete", connector, 1],
    ["cdc_connector_condition_since_timestamp_seconds", connector, now / 1000 - 600],
    ["cdc_connector_restarts_total", connector, 2],
    ["cdc_connector_restarts_total", sinkName, 0],
    ["cdc_connector_gave_up", connector, 0],
    ["cdc_connector_place_lost", connector, 0],
    ["cdc_connector_heartbeat_age_seconds", connector, 3],
    ["cdc_connector_heartbeat_topic_end_offset", connector, 7],
    ["cdc_sink_lag_records", sinkName, 12],
    ["cdc_sink_lag_seconds", sinkName, 4.5],
    ["cdc_sink_dead_letters_total", sinkName, 3],
    ["cdc_connector_binlog_behind_bytes", connector, 300],
    ["cdc_connector_place_lasts_seconds", connector, 80_000],
    ["cdc_connector_binlog_kept_seconds", connector, 86_400],
    ["cdc_connector_transactions_total", connector, 90],
    ["cdc_snapshot_running", connector, 0],
    ["cdc_snapshot_tables", connector, 1],
    ["cdc_snapshot_read_tables", connector, 1],
    ["cdc_snapshot_read_rows", connector, 40],
    ["cdc_reconcile_timestamp_seconds", connector, now / 1000 - 3600],
    ["cdc_reconcile_differences", connector, 0],
    ["cdc_reconcile_not_compared_tables", connector, 0],
    ["cdc_reconcile_of_no_shard_documents", connector, 0],
    ["cdc_topics_size_bytes", connector, 1000],
    ["cdc_topics_records_total", connector, 70],
    ["cdc_broker_disk_size_bytes", connector, 1000],
    ["cdc_broker_disk_free_bytes", connector, 400],
    ["cdc_engine_red", connector, 0],
    ["cdc_engine_missing_aliases", connector, 0],
    ["cdc_certificate_end_timestamp_seconds", connector, now / 1000 + 86_400],
  ])("%s of %s is %d", (name, of, value) => {
    expect(valueOf(knownOf(1), name, of)).toBe(value);
  });

  test.each(conditions)("%s is the one condition of its connector", (condition) => {
    const found = read(with_({ condition })).filter(
      ({ name, labels }) => name === "cdc_connector_condition" && labels["connector"] === connector,
    );
    expect(found.map(({ labels }) => labels["condition"])).toEqual([...conditions]);
    expect(found.filter(({ value }) => value === 1).map(({ labels }) => labels)).toEqual([
      { connector, kind: "source", shard: "shard0", condition },
    ]);
    expect(valueOf(with_({ condition }), "cdc_connector_gave_up")).toBe(condition === "gave-up" ? 1 : 0);
  });

  test("a place that is lost is 1", () => {
    const loss = { code: "CDC-852", found: "gone", remedy: "begin anew" } as const;
    const history = { judgedAt: now, offsets: [], begun, loss, hasMovedOn: false };
    expect(valueOf(with_({ history }), "cdc_connector_place_lost")).toBe(1);
  });

  test("a sink that is behind nothing waits for 0 seconds", () => {
    const found = { [sinkName]: { lag: { records: 0, waitingSince: undefined }, deadLetters: 0n, waitingLetters: 0n } };
    const known = { ...knownOf(1), sinks: { at: now, found } };
    expect(valueOf(known, "cdc_sink_lag_seconds", sinkName)).toBe(0);
    expect(valueOf(known, "cdc_sink_dead_letters_total", sinkName)).toBe(0);
  });
});

describe("what could not be read is absent", () => {
  const ofConnector = (known: Known, of = connector) =>
    read(known)
      .filter(({ labels }) => labels["connector"] === of)
      .map(({ name }) => name);

  test("before the first check everything", () => {
    expect(read({ checked: undefined, sinks: undefined, beside: undefined })).toEqual([]);
  });

  test("where the guard hangs, everything but when it last looked", () => {
    const known = knownOf(1);
    expect(namesIn(known, now + 64_000)).toContain("cdc_connector_condition");
    expect(namesIn(known, now + 65_000)).toEqual(["cdc_guard_last_check_timestamp_seconds"]);
  });

  test("without the worker every connector, and the check is not complete", () => {
    const known = knownOf(1, { seen: undefined });
    expect(namesIn(known)).toEqual(["cdc_guard_last_check_timestamp_seconds", "cdc_guard_last_check_complete"]);
    expect(valueOf(known, "cdc_guard_last_check_complete")).toBe(0);
  });

  test("without the broker the condition of who says RUNNING, and its heartbeat", () => {
    const known = with_({}, { beat: { kind: "unknown" } });
    const unasked = { ...known, beside: undefined };
    expect(ofConnector(unasked)).toEqual(["cdc_connector_restarts_total", "cdc_connector_place_lost"]);
  });

  test.each([
    ["failed", statusOf(connector, "RUNNING", [task("FAILED")])],
    ["paused", statusOf(connector, "PAUSED", [task("PAUSED")])],
    ["stopped", statusOf(connector, "STOPPED", [])],
  ] as const)("but not that it is %s, which the worker tells", (condition, status) => {
    const known = with_({ condition }, { beat: { kind: "unknown" }, status });
    expect(read(known)).toContainEqual({
      name: "cdc_connector_condition",
      labels: { connector, kind: "source", shard: "shard0", condition },
      value: 1,
    });
  });

  test("what could not all be seen is not complete", () => {
    const checked = knownOf(1).checked;
    const seen = { connectors: checked?.seen?.connectors ?? {}, error: "no answer from Kafka" };
    expect(valueOf(knownOf(1, { seen }), "cdc_guard_last_check_complete")).toBe(0);
  });

  test.each<[string, MetricName, Known]>([
    ["no heartbeat was seen to arrive", "cdc_connector_heartbeat_age_seconds", with_({ hasBeaten: false })],
    [
      "heartbeats are not watched",
      "cdc_connector_heartbeat_age_seconds",
      with_({}, { beat: { kind: "unwatched", why: "it has none" } }),
    ],
    [
      "heartbeats are not watched",
      "cdc_connector_heartbeat_topic_end_offset",
      with_({}, { beat: { kind: "unwatched", why: "it has none" } }),
    ],
    ["the place was never compared", "cdc_connector_place_lost", with_({ history: undefined })],
    [
      "the server has long not been asked",
      "cdc_connector_place_lost",
      with_({ history: { judgedAt: now - 60_001, offsets: [], begun, loss: undefined, hasMovedOn: false } }),
    ],
  ])("%s: no %s", (_, name, known) => {
    expect(valueOf(known, name)).toBeUndefined();
    expect(valueOf(known, "cdc_connector_restarts_total")).toBe(2);
  });

  test.each<[string, Known["sinks"], readonly MetricName[]]>([
    ["nobody looked at the sinks", undefined, []],
    ["nobody looked for long", { ...knownOf(1).sinks!, at: now - 65_001 }, []],
    ["a sink that is new", { at: now, found: {} }, []],
    [
      "a sink without dead letters",
      {
        at: now,
        found: {
          [sinkName]: { lag: { records: 1, waitingSince: now }, deadLetters: undefined, waitingLetters: undefined },
        },
      },
      ["cdc_sink_lag_records", "cdc_sink_lag_seconds"],
    ],
    [
      "a sink whose lag could not be read",
      { at: now, found: { [sinkName]: { lag: undefined, deadLetters: 0n, waitingLetters: 0n } } },
      ["cdc_sink_dead_letters_total"],
    ],
  ])("%s", (_, sinks, left) => {
    const known = { ...knownOf(1), sinks };
    expect(ofConnector(known, sinkName).filter((name) => name.startsWith("cdc_sink"))).toEqual(left);
  });
});

test("a connector that the guard has not judged yet is not told of", () => {
  const known = knownOf(1, { memory: { checkedAt: now, connectors: {} } });
  expect(namesIn(known).filter((name) => name.startsWith("cdc_connector"))).toEqual([]);
});

describe("what was asked beside the checks", () => {
  const { beside } = knownOf(1);
  const asked = (changes: Partial<Beside>): Known => ({ ...knownOf(1), beside: { ...beside!, ...changes } });
  const besideNames = (known: Known) =>
    namesIn(known).filter((name) =>
      /^cdc_(snapshot|reconcile|topics|broker|engine|certificate)|binlog|lasts|transact/.test(name),
    );

  test("and was not yet, or long ago, is absent", () => {
    expect(besideNames({ ...knownOf(1), beside: undefined })).toEqual([]);
    expect(besideNames(asked({ at: now - 65_001 }))).toEqual([]);
    expect(besideNames({ ...asked({}), checked: { ...knownOf(1).checked!, seen: undefined } })).toEqual([]);
  });

  test.each<[string, Partial<Beside>, RegExp]>([
    ["a server that does not answer", { binlogs: new Map() }, /binlog|lasts/],
    ["a place without GTIDs", { transactions: new Map() }, /transactions/],
    [
      "a broker that does not answer",
      { told: new Map(), topics: undefined, disks: undefined },
      /snapshot|reconcile|topics|disk/,
    ],
    ["nobody has compared", { told: new Map([[connector, { ...told, reconciled: undefined }]]) }, /reconcile/],
    ["no engine", { engine: undefined }, /engine/],
    ["nothing is encrypted", { certificates: new Map() }, /certificate/],
  ])("%s", (_, changes, gone) => {
    const left = besideNames(asked({})).filter((name) => !gone.test(name));
    expect(left.length).toBeLessThan(besideNames(asked({})).length);
    expect(besideNames(asked(changes))).toEqual(left);
  });

  test("a server that purges nothing by age has no forecast, and bytes behind", () => {
    const known = asked({ binlogs: new Map([[connector, { ...binlog, keptSeconds: undefined, lastsMs: undefined }]]) });
    expect(valueOf(known, "cdc_connector_binlog_behind_bytes")).toBe(300);
    expect(valueOf(known, "cdc_connector_place_lasts_seconds")).toBeUndefined();
    expect(valueOf(known, "cdc_connector_binlog_kept_seconds")).toBeUndefined();
  });

  test("a snapshot runs while its connector does, and tables that could not be compared are no difference", () => {
    const running: Told = {
      snapshot: { ...told.snapshot!, isOver: false },
      reconciled: {
        ...told.reconciled!,
        tables: new Map([
          ["a.b", 2],
          ["a.c", undefined],
        ]),
      },
    };
    const known = asked({ told: new Map([[connector, running]]) });
    expect(valueOf(known, "cdc_snapshot_running")).toBe(1);
    expect(valueOf(known, "cdc_reconcile_differences")).toBe(2);
    expect(valueOf(known, "cdc_reconcile_not_compared_tables")).toBe(1);
    const failing = with_({}, { status: statusOf(connector, "RUNNING", [task("FAILED")]) });
    expect(valueOf({ ...failing, beside: known.beside }, "cdc_snapshot_running")).toBe(0);
  });
});
