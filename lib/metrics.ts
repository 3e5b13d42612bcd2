/** Every metric that the guard serves: the one table. What is registered, documented and alerted on is taken from here. */

export interface Metric {
  readonly name: string;
  /** A counter only grows, but for what counts in the guard itself and begins anew with it. */
  readonly type: "gauge" | "counter";
  readonly unit:
    | "0 or 1"
    | "aliases"
    | "bytes"
    | "differences"
    | "documents"
    | "offset"
    | "records"
    | "restarts"
    | "rows"
    | "seconds"
    | "seconds since 1970"
    | "tables"
    | "transactions";
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

/** `shard` is empty for topics that are no shard's own. */
const ofTopics = ["shard", "kind"] as const;

const placeUnknown =
  "the place was not compared with the server for twice `stallSeconds`, the server does not answer, or its file is gone";
const notTold = "the broker does not answer, or the newest 20,000 notifications tell of none";
const notReconciled = "the broker does not answer, or the newest 20,000 notifications tell of no `cdc reconcile`";

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
    help: "Whether the server's history is another one than at the connector's place in the binlog; or it rests, and what it has not read is purged.",
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
  {
    name: "cdc_connector_binlog_behind_bytes",
    type: "gauge",
    unit: "bytes",
    labels: ofSource,
    help: "Bytes of the server's binlog after the connector's place, which is so new as `stallSeconds` is short.",
    absent: placeUnknown,
  },
  {
    name: "cdc_connector_place_lasts_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ofSource,
    help: "How much longer the server keeps the file with the place, at the rate at which it wrote since.",
    absent: `${placeUnknown}; the server purges nothing by age`,
  },
  {
    name: "cdc_connector_binlog_kept_seconds",
    type: "gauge",
    unit: "seconds",
    labels: ofSource,
    help: "How long the server keeps a file of its binlog after it was closed.",
    absent: `${placeUnknown}; the server purges nothing by age`,
  },
  {
    name: "cdc_connector_transactions_total",
    type: "counter",
    unit: "transactions",
    labels: ofSource,
    help: "Transactions of the server's history that the connector has passed, by its set of GTIDs. It goes on over restarts.",
    absent: "the place was not compared with the server for twice `stallSeconds`, or has no GTIDs",
  },
  {
    name: "cdc_snapshot_running",
    type: "gauge",
    unit: "0 or 1",
    labels: ofSource,
    help: "Whether the connector reads tables: its first snapshot, or one that was asked for.",
    absent: "the broker does not answer",
  },
  {
    name: "cdc_snapshot_tables",
    type: "gauge",
    unit: "tables",
    labels: ofSource,
    help: "Tables of the snapshot that runs, or was the last.",
    absent: notTold,
  },
  {
    name: "cdc_snapshot_read_tables",
    type: "gauge",
    unit: "tables",
    labels: ofSource,
    help: "Those of them that were read to their end.",
    absent: notTold,
  },
  {
    name: "cdc_snapshot_read_rows",
    type: "gauge",
    unit: "rows",
    labels: ofSource,
    help: "Rows that it has read, in whole tables, and in whole chunks where it reads by chunks.",
    absent: notTold,
  },
  {
    name: "cdc_reconcile_timestamp_seconds",
    type: "gauge",
    unit: "seconds since 1970",
    labels: ofSource,
    help: "When `cdc reconcile` last compared rows of the shard with the index.",
    absent: notReconciled,
  },
  {
    name: "cdc_reconcile_differences",
    type: "gauge",
    unit: "differences",
    labels: ofSource,
    help: "Rows and documents that differed, of each table when it was compared last.",
    absent: notReconciled,
  },
  {
    name: "cdc_reconcile_not_compared_tables",
    type: "gauge",
    unit: "tables",
    labels: ofSource,
    help: "Tables that could not be compared then: whether they agree is not known.",
    absent: notReconciled,
  },
  {
    name: "cdc_reconcile_of_no_shard_documents",
    type: "gauge",
    unit: "documents",
    labels: [],
    help: "Documents that were of no shard of the stack when all shards were compared last.",
    absent: `${notReconciled} of all shards`,
  },
  {
    name: "cdc_topics_size_bytes",
    type: "gauge",
    unit: "bytes",
    labels: ofTopics,
    help: "What topics take on the brokers' disks, all replicas together.",
    absent: "the broker does not answer, or the account may not ask that",
  },
  {
    name: "cdc_topics_records_total",
    type: "counter",
    unit: "records",
    labels: ofTopics,
    help: "Records that ever came to data topics: the sum of their ends, the marks of Kafka's transactions among them. It goes on over restarts.",
    absent: "the broker does not answer; topics are not for data",
  },
  {
    name: "cdc_broker_disk_size_bytes",
    type: "gauge",
    unit: "bytes",
    labels: ["broker"],
    help: "Size of the disk that has the broker's topics; of several the one with the least left.",
    absent: "the broker does not answer, or does not tell (before Kafka 3.3)",
  },
  {
    name: "cdc_broker_disk_free_bytes",
    type: "gauge",
    unit: "bytes",
    labels: ["broker"],
    help: "What is left on it.",
    absent: "the size is",
  },
  {
    name: "cdc_engine_red",
    type: "gauge",
    unit: "0 or 1",
    labels: [],
    help: "Whether the search engine's health is red: an index has lost data, or is not loaded yet.",
    absent: "there is no read side, or the engine does not answer",
  },
  {
    name: "cdc_engine_missing_aliases",
    type: "gauge",
    unit: "aliases",
    labels: [],
    help: "Planned aliases that have no index behind them.",
    absent: "there is no read side, or the engine does not answer",
  },
  {
    name: "cdc_certificate_end_timestamp_seconds",
    type: "gauge",
    unit: "seconds since 1970",
    labels: ["server"],
    help: "When the certificate ends that is shown at this address (`HOST:PORT`); the one that brokers of somebody else's are shown, by its subject (`CN=cdc`).",
    absent: "the connection is not encrypted, or whoever listens there does not answer",
  },
] as const satisfies readonly Metric[];

export type MetricName = (typeof metrics)[number]["name"];
