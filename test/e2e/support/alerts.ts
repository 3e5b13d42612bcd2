/** Series of a pipeline as Prometheus has them, a value every 15 seconds, and which alerts they raise. */
import { conditions, type Condition } from "../../../lib/guard-state.ts";

export interface Fired {
  readonly alert: string;
  /** Beside those of the rule. */
  readonly labels: Readonly<Record<string, string>>;
  /** The value in words, where the alert tells it. */
  readonly value?: string;
}

export interface Case {
  readonly what: string;
  /** What is otherwise than well, by series; undefined for one that is not there. */
  readonly series: Readonly<Record<string, string | undefined>>;
  /** When is looked; default after 5 minutes. */
  readonly at?: string;
  readonly fires: readonly Fired[];
  /** Alerts that this is nearly one for. */
  readonly nearly?: readonly string[];
}

const job = "cdc-dev";
const instance = "127.0.0.1:9108";
const where = `instance="${instance}",job="${job}"`;
const target = { instance, job };

interface Connector {
  readonly name: string;
  readonly kind: "source" | "sink";
  readonly shard: string;
  readonly condition: Condition;
}

const a: Connector = { name: "a.connector", kind: "source", shard: "a", condition: "healthy" };
const b: Connector = { name: "b-connector", kind: "source", shard: "b", condition: "healthy" };
const c: Connector = { name: "c-connector", kind: "source", shard: "c", condition: "paused" };
const sink: Connector = { name: "read-side-sink", kind: "sink", shard: "", condition: "healthy" };

function labelsOf({ name, kind, shard }: Connector): Record<string, string> {
  return { ...target, connector: name, kind, ...(shard === "" ? {} : { shard }) };
}

/** The labels of what is told of sources alone. */
function sourceLabels({ name, shard }: Connector): Record<string, string> {
  return { ...target, connector: name, shard };
}

function written(name: string, labels: Readonly<Record<string, string>>): string {
  return `${name}{${Object.entries(labels)
    .map(([key, value]) => `${key}="${value}"`)
    .join(",")}}`;
}

const steady = (value: number) => `${value}x200`;
const conditionOf = (one: Connector, condition: Condition) =>
  written("cdc_connector_condition", { ...labelsOf(one), condition });
const sinceOf = (one: Connector) => written("cdc_connector_condition_since_timestamp_seconds", labelsOf(one));
const gaveUpOf = (one: Connector) => written("cdc_connector_gave_up", labelsOf(one));
const lostOf = (one: Connector) => written("cdc_connector_place_lost", sourceLabels(one));
const ageOf = (one: Connector) => written("cdc_connector_heartbeat_age_seconds", sourceLabels(one));
const ofSink = (name: string) => written(name, { ...target, connector: sink.name });
const up = `up{${where}}`;
const checked = `cdc_guard_last_check_timestamp_seconds{${where}}`;
const complete = `cdc_guard_last_check_complete{${where}}`;
const lag = ofSink("cdc_sink_lag_seconds");
const letters = ofSink("cdc_sink_dead_letters_total");
const lastsOf = (one: Connector) => written("cdc_connector_place_lasts_seconds", sourceLabels(one));
const keptOf = (one: Connector) => written("cdc_connector_binlog_kept_seconds", sourceLabels(one));
const differencesOf = (one: Connector) => written("cdc_reconcile_differences", sourceLabels(one));
const ofBroker = (name: string, broker: string) => written(name, { ...target, broker });
const sizeOf = (broker: string) => ofBroker("cdc_broker_disk_size_bytes", broker);
const freeOf = (broker: string) => ofBroker("cdc_broker_disk_free_bytes", broker);
const red = written("cdc_engine_red", target);
const missing = written("cdc_engine_missing_aliases", target);
const foreign = written("cdc_reconcile_of_no_shard_documents", target);
const server = "mysql-3308:3306";
const certificate = written("cdc_certificate_end_timestamp_seconds", { ...target, server });
const day = 86_400;

/** All conditions of a connector; those that are named with values of their own. */
function inConditions(one: Connector, values: Partial<Record<Condition, string>>): Record<string, string> {
  return Object.fromEntries(
    conditions.map((condition) => [conditionOf(one, condition), values[condition] ?? steady(0)]),
  );
}

function ofConnector(one: Connector): Record<string, string> {
  return {
    ...inConditions(one, { [one.condition]: steady(1) }),
    [sinceOf(one)]: steady(0),
    [gaveUpOf(one)]: steady(0),
    ...(one.kind === "sink"
      ? {}
      : {
          [lostOf(one)]: steady(0),
          [ageOf(one)]: steady(3),
          [lastsOf(one)]: steady(9 * day),
          [keptOf(one)]: steady(10 * day),
          [differencesOf(one)]: steady(0),
        }),
  };
}

/** A pipeline of two shards, a third one that is declared paused, and a sink; all is well. The clock begins at 0. */
export const well: Readonly<Record<string, string>> = {
  [up]: steady(1),
  [checked]: "0+15x200",
  [complete]: steady(1),
  ...Object.assign({}, ...[a, b, c, sink].map(ofConnector)),
  [ageOf(c)]: "0+15x200",
  [lag]: steady(2),
  [letters]: steady(7),
  ...Object.fromEntries(
    ["1", "2"].flatMap((broker) => [
      [sizeOf(broker), steady(1000)],
      [freeOf(broker), steady(400)],
    ]),
  ),
  [red]: steady(0),
  [missing]: steady(0),
  [foreign]: steady(0),
  [certificate]: steady(200 * day),
};

/** Everything of a connector is gone. */
const without = (...gone: readonly Connector[]): Case["series"] =>
  Object.fromEntries(gone.flatMap((one) => Object.keys(ofConnector(one)).map((name) => [name, undefined])));

const allButTheGuard = Object.fromEntries(
  Object.keys(well)
    .filter((name) => name !== up && name !== checked)
    .map((name) => [name, undefined]),
);

const notStreaming = (one: Connector): Fired => ({ alert: "CdcShardNotStreaming", labels: labelsOf(one) });

export const cases: readonly Case[] = [
  {
    what: "all is well: nothing fires, of a shard that is declared paused neither",
    series: {},
    fires: [],
    nearly: ["CdcShardNotStreaming", "CdcHeartbeatOld", "CdcDeadLettersGrew", "CdcRestartsExhausted", "CdcPlaceLost"],
  },
  { what: "a task that has failed", series: inConditions(a, { failed: steady(1) }), fires: [notStreaming(a)] },
  {
    what: "a task that failed a minute ago: the guard is restarting it",
    series: inConditions(a, { healthy: "1x16 0x200", failed: "0x16 1x200" }),
    fires: [],
    nearly: ["CdcShardNotStreaming"],
  },
  {
    what: "one that waits and fails by turns counts as one time",
    series: inConditions(b, {
      waiting: "1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0",
      failed: "0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1",
    }),
    fires: [notStreaming(b)],
  },
  {
    what: "a cause that no restart heals, and a connector that somebody paused",
    series: {
      ...inConditions(a, { lasting: steady(1) }),
      ...inConditions(b, { paused: steady(1) }),
      [ageOf(b)]: "0+15x200",
    },
    fires: [notStreaming(a), notStreaming(b)],
    nearly: ["CdcHeartbeatOld"],
  },
  {
    what: "a connector that the stack does not declare, whose name is nearly another's",
    series: inConditions({ ...a, name: "a-connector" }, { failed: steady(1) }),
    fires: [],
    nearly: ["CdcShardNotStreaming"],
  },
  {
    what: "a stall",
    series: { ...inConditions(a, { stalled: steady(1) }), [ageOf(a)]: undefined },
    fires: [{ alert: "CdcShardStalled", labels: labelsOf(a) }],
  },
  {
    what: "a stall of half a minute",
    series: inConditions(a, { healthy: "1x18 0x200", stalled: "0x18 1x200" }),
    fires: [],
    nearly: ["CdcShardStalled"],
  },
  {
    what: "a heartbeat that is older than cdc:maxDelaySeconds",
    series: { [ageOf(a)]: steady(61), [ageOf(b)]: steady(60) },
    fires: [{ alert: "CdcHeartbeatOld", labels: sourceLabels(a), value: "1m 1s" }],
    nearly: ["CdcHeartbeatOld"],
  },
  {
    what: "a first snapshot, during which no heartbeat comes",
    series: { ...inConditions(a, { snapshotting: steady(1) }), [ageOf(a)]: steady(4000) },
    fires: [],
    nearly: ["CdcHeartbeatOld"],
  },
  {
    what: "a connector that was resumed, with the age of before until its first heartbeat",
    series: { ...inConditions(a, { paused: "1x18 0x200", healthy: "0x18 1x200" }), [ageOf(a)]: "4000+15x20 3x200" },
    fires: [],
    nearly: ["CdcHeartbeatOld"],
  },
  {
    what: "a place in the binlog that is lost",
    series: { ...inConditions(a, { lost: steady(1) }), [lostOf(a)]: steady(1) },
    fires: [{ alert: "CdcPlaceLost", labels: sourceLabels(a) }],
  },
  {
    what: "a place that cannot be compared",
    series: { [lostOf(a)]: undefined },
    fires: [],
    nearly: ["CdcPlaceLost"],
  },
  {
    what: "restarts that are spent",
    series: { ...inConditions(b, { "gave-up": steady(1) }), [gaveUpOf(b)]: steady(1) },
    fires: [{ alert: "CdcRestartsExhausted", labels: labelsOf(b) }],
  },
  {
    what: "a sink that has failed",
    series: inConditions(sink, { failed: steady(1) }),
    fires: [{ alert: "CdcSinkNotRunning", labels: labelsOf(sink) }],
  },
  {
    what: "a sink that failed a minute ago",
    series: inConditions(sink, { healthy: "1x16 0x200", failed: "0x16 1x200" }),
    fires: [],
    nearly: ["CdcSinkNotRunning"],
  },
  {
    what: "an index that is behind for longer than cdc:maxDelaySeconds",
    series: { [lag]: steady(90) },
    fires: [{ alert: "CdcSinkBehind", labels: { ...target, connector: sink.name }, value: "1m 30s" }],
  },
  {
    what: "one that is as far behind as is allowed",
    series: { [lag]: steady(60) },
    fires: [],
    nearly: ["CdcSinkBehind"],
  },
  { what: "a burst that is over", series: { [lag]: "2x15 90x2 2x200" }, fires: [], nearly: ["CdcSinkBehind"] },
  { what: "a lag that could not be read", series: { [lag]: undefined }, fires: [], nearly: ["CdcSinkBehind"] },
  {
    what: "a new dead letter",
    series: { [letters]: "7x10 8x200" },
    fires: [{ alert: "CdcDeadLettersGrew", labels: { ...target, connector: sink.name } }],
  },
  {
    what: "the first dead letter of all",
    series: { [letters]: "0x10 1x200" },
    fires: [{ alert: "CdcDeadLettersGrew", labels: { ...target, connector: sink.name } }],
  },
  {
    what: "a dead letter of twenty minutes ago",
    series: { [letters]: "7x10 8x200" },
    at: "23m",
    fires: [],
    nearly: ["CdcDeadLettersGrew"],
  },
  {
    what: "a guard that is gone",
    series: { ...allButTheGuard, [up]: steady(0), [checked]: undefined },
    fires: [{ alert: "CdcGuardSilent", labels: target }],
    nearly: ["CdcConnectorMissing", "CdcGuardCannotSee"],
  },
  {
    what: "a guard that Prometheus knows nothing of",
    series: { ...allButTheGuard, [up]: undefined, [checked]: undefined },
    fires: [{ alert: "CdcGuardSilent", labels: { job } }],
  },
  {
    what: "a guard that answers and looks no more",
    series: { ...allButTheGuard, [checked]: "0+15x4 60x200" },
    fires: [{ alert: "CdcGuardSilent", labels: target }],
    nearly: ["CdcConnectorMissing"],
  },
  {
    what: "a guard that is made anew",
    series: { [up]: "1x17 0x1 1x200" },
    at: "4m45s",
    fires: [],
    nearly: ["CdcGuardSilent"],
  },
  {
    what: "a worker that does not answer: of its connectors nothing is known",
    series: { ...without(a, b, c, sink), [complete]: steady(0) },
    fires: [{ alert: "CdcGuardCannotSee", labels: target }],
    nearly: ["CdcConnectorMissing"],
  },
  {
    what: "a worker that starts",
    series: { [complete]: "1x15 0x200" },
    fires: [],
    nearly: ["CdcGuardCannotSee"],
  },
  {
    what: "a connector that is gone from the worker, and the sink",
    series: without(b, sink),
    fires: [b, sink].map(({ name }) => ({ alert: "CdcConnectorMissing", labels: { job, connector: name } })),
  },
  {
    what: "a place that the server keeps for less than a quarter of its time",
    series: { [lastsOf(a)]: steady(2.4 * day), [lastsOf(b)]: steady(2.5 * day) },
    fires: [{ alert: "CdcPlaceAboutToBePurged", labels: sourceLabels(a), value: "2d 9h 36m 0s" }],
    nearly: ["CdcPlaceAboutToBePurged"],
  },
  {
    what: "a server that purges nothing, or does not answer",
    series: { [lastsOf(a)]: undefined, [keptOf(a)]: undefined },
    fires: [],
    nearly: ["CdcPlaceAboutToBePurged"],
  },
  {
    what: "a broker whose disk has less than a tenth left, and one that has just that",
    series: { [freeOf("1")]: steady(99), [freeOf("2")]: steady(100) },
    at: "6m",
    fires: [{ alert: "CdcBrokerDiskFilling", labels: { ...target, broker: "1" }, value: "9.9%" }],
    nearly: ["CdcBrokerDiskFilling"],
  },
  {
    what: "a broker that does not tell",
    series: { [freeOf("1")]: undefined, [sizeOf("1")]: undefined },
    fires: [],
    nearly: ["CdcBrokerDiskFilling"],
  },
  {
    what: "a certificate that ends in a week",
    series: { [certificate]: steady(7 * day + 300) },
    fires: [{ alert: "CdcCertificateEnds", labels: { ...target, server }, value: "7d 0h 0m 0s" }],
  },
  {
    what: "one that ends in two weeks",
    series: { [certificate]: steady(14 * day + 300) },
    fires: [],
    nearly: ["CdcCertificateEnds"],
  },
  {
    what: "an engine that does not answer",
    series: { [red]: undefined, [missing]: undefined },
    fires: [{ alert: "CdcEngineSilent", labels: { job } }],
  },
  {
    what: "one of which nothing is known for a minute",
    series: { [red]: "0x15 _x5 0x200", [missing]: "0x15 _x5 0x200" },
    at: "5m15s",
    fires: [],
    nearly: ["CdcEngineSilent"],
  },
  {
    what: "an engine whose health is red",
    series: { [red]: steady(1) },
    fires: [{ alert: "CdcIndexUnhealthy", labels: target }],
  },
  {
    what: "an alias without an index",
    series: { [missing]: steady(2) },
    fires: [{ alert: "CdcIndexUnhealthy", labels: target }],
  },
  {
    what: "an engine that starts",
    series: { [red]: "1x5 0x200" },
    fires: [],
    nearly: ["CdcIndexUnhealthy"],
  },
  {
    what: "an index that differed when it was compared last",
    series: { [differencesOf(b)]: steady(3) },
    fires: [{ alert: "CdcIndexDiffers", labels: sourceLabels(b), value: "3" }],
  },
  {
    what: "an index that nobody has compared",
    series: { [differencesOf(a)]: undefined, [differencesOf(b)]: undefined, [foreign]: undefined },
    fires: [],
    nearly: ["CdcIndexDiffers", "CdcIndexHasForeignDocuments"],
  },
  {
    what: "documents of a shard that is gone",
    series: { [foreign]: steady(12) },
    fires: [{ alert: "CdcIndexHasForeignDocuments", labels: target, value: "12" }],
  },
  {
    what: "another stack in which nothing is well",
    series: Object.fromEntries(
      [
        inConditions(a, { failed: steady(1), stalled: steady(1) }),
        inConditions(sink, { failed: steady(1) }),
        { [up]: steady(0), [complete]: steady(0), [gaveUpOf(a)]: steady(1), [lostOf(a)]: steady(1) },
        { [ageOf(a)]: steady(900), [lag]: steady(900), [letters]: "0+1x200" },
        { [lastsOf(a)]: steady(0), [freeOf("1")]: steady(0), [red]: steady(1), [certificate]: steady(0) },
        { [differencesOf(a)]: steady(1), [foreign]: steady(1) },
      ]
        .flatMap((one) => Object.entries(one))
        .map(([name, values]) => [name.replace(`job="${job}"`, 'job="cdc-other"'), values]),
    ),
    fires: [],
  },
];
