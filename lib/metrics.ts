/** Every metric that the guard serves: the one table. What is registered, documented and alerted on is taken from here. */

export interface Metric {
  readonly name: string;
  /** A counter only grows, but for what counts in the guard itself and begins anew with it. */
  readonly type: "gauge" | "counter";
  readonly unit: "0 or 1" | "offset" | "records" | "restarts" | "seconds" | "seconds since 1970";
  /** Labels of its series. */
  readonly labels: readonly string[];
  /** What it tells, in a sentence. */
  readonly help: string;
  /** When there is none: what could not be read is not told, and never 0. */
  readonly absent: string;
}

/** `kind` is `source` or `sink`; `shard` is the `topic.prefix` of a source, as it is in the index's documents, and empty for a sink. */
const ofConnector = ["connector", "kind", "shard"] as const;

/** Of the sources alone. */
const ofSource = ["connector", "shard"] as const;

const workerAway = "the worker does not answer";

export const metrics = [
  {
    name: "cdc_guard_last_check_timestamp_seconds",
    type: "gauge",
    unit: "seconds since 1970",
    labels: [],
    help: "When the guard's last check of the connectors ended.",
    absent: "none has ended yet",
  },
  {
    name: "cdc_guard_last_check_complete",
    type: "gauge",
    unit: "0 or 1",
    labels: [],
    help: "Whether the guard's last check could see everything: the worker, the broker and the offsets that it asked for.",
    absent: "no check has ended for `checkSeconds` and a minute, as is everything below",
  },
  {
    name: "cdc_connector_condition",
    type: "gauge",
    unit: "0 or 1",
    labels: [...ofConnector, "condition"],
    help: "What the guard makes of a connector: 1 for the one condition that it is in, 0 for all others.",
    absent: `${workerAway}, or the broker does not and the worker's word is not enough`,
  },
  {
    name: "cdc_connector_condition_since_timestamp_seconds",
    type: "gauge",
    unit: "seconds since 1970",
    labels: ofConnector,
    help: "Since when it is in that condition, as far as this guard saw it.",
    absent: "the condition is",
  },
  {
    name: "cdc_connector_restarts_total",
    type: "counter",
    unit: "restarts",
    labels: ofConnector,
    help: "Restarts by this guard that the worker has taken.",
    absent: workerAway,
  },
  {
    name: "cdc_connector_gave_up",
    type: "gauge",
    unit: "0 or 1",
    labels: ofConnector,
    help: "Whether the guard has spent all restarts on it and the cause is still there.",
    absent: "the condition is",
  },
  {
    name: "cdc_connector_place_lost",
    type: "gauge",
    unit: "0 or 1",
    labels: ofSource,
    help: "Whether the server's history is another one than at the connector's place in the binlog.",
    absent: "the server could not be asked for twice `stallSeconds`, or the worker does not tell the place",
  },
  {
    name: "cdc_connector_heartbeat_age_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ofSource,
    help: "How long ago the guard last saw the connector's heartbeat arrive on its topic; so exact as `checkSeconds` is short.",
    absent: `${workerAway}, or the broker; this guard has seen none arrive yet; heartbeats are not watched`,
  },
  {
    name: "cdc_connector_heartbeat_topic_end_offset",
    type: "gauge",
    unit: "offset",
    labels: ofSource,
    help: "End of the connector's heartbeat topic: it grows with every heartbeat that arrives.",
    absent: `${workerAway}, or the broker; heartbeats are not watched`,
  },
  {
    name: "cdc_sink_lag_records",
    type: "gauge",
    unit: "records",
    labels: ["connector"],
    help: "Records of its topics that the sink has not written yet; where more than 256 KiB of a partition wait, at most so many.",
    absent: "the worker or the broker does not answer",
  },
  {
    name: "cdc_sink_lag_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ["connector"],
    help: "How long the oldest of them has been waiting since its change was committed; 0 when none waits.",
    absent: "the worker or the broker does not answer",
  },
  {
    name: "cdc_sink_dead_letters_total",
    type: "counter",
    unit: "records",
    labels: ["connector"],
    help: "Records that ever came to the sink's dead letter topic: its end offset. It goes on over restarts of the guard.",
    absent: "the worker or the broker does not answer; the sink has no such topic",
  },
] as const satisfies readonly Metric[];

export type MetricName = (typeof metrics)[number]["name"];
