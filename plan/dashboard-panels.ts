/** The panels of the dashboard: what each asks, and how it is called. Every metric of the guard has one. */
import type { MetricName } from "../lib/metrics.ts";

/** What is said of a panel; the rest is the same for all (dashboard.ts). */
export interface Draft {
  readonly title: string;
  readonly description: string;
  readonly type: "stat" | "state-timeline" | "timeseries";
  /** As Grafana calls units: `s` are seconds. */
  readonly unit: "short" | "s" | "none" | "bytes";
  readonly expr: string;
  readonly legend: string;
  /** Of a `stat`: from this value on it is red. */
  readonly redFrom?: number;
  /** Of a `stat`: it is red below. */
  readonly redBelow?: number;
}

export function draftsOf(stack: string): Draft[] {
  const job = `job="${stack}"`;
  return [
    {
      title: "Alerts that fire",
      description: "Of this stack's rules. cdc doctor says what to do.",
      type: "stat",
      unit: "none",
      expr: `count(ALERTS{stack="${stack}",alertstate="firing"}) or vector(0)`,
      legend: "alerts",
      redFrom: 1,
    },
    {
      title: "Metrics are read",
      description: "1: the guard answers Prometheus. 0: its container is down or hangs; nothing below is new.",
      type: "stat",
      unit: "none",
      expr: `up{${job}}`,
      legend: "guard",
      redBelow: 1,
    },
    {
      title: "The guard's last check",
      description: "How long ago it ended.",
      type: "stat",
      unit: "s",
      expr: `time() - ${series(stack, "cdc_guard_last_check_timestamp_seconds")}`,
      legend: "age",
      redFrom: 60,
    },
    {
      title: "The guard sees everything",
      description: "1: the last check could see the worker, the broker and the offsets. 0: one of them did not answer.",
      type: "stat",
      unit: "none",
      expr: series(stack, "cdc_guard_last_check_complete"),
      legend: "sees",
      redBelow: 1,
    },
    {
      title: "Condition of each connector",
      description: "A line for each condition that a connector was in; docs/guard.md says what they mean.",
      type: "state-timeline",
      unit: "none",
      expr: `${series(stack, "cdc_connector_condition")} == 1`,
      legend: "{{connector}} {{condition}}",
    },
    {
      title: "In this condition for",
      description: "As far as this guard saw it.",
      type: "timeseries",
      unit: "s",
      expr: `time() - ${series(stack, "cdc_connector_condition_since_timestamp_seconds")}`,
      legend: "{{connector}}",
    },
    {
      title: "Age of the last heartbeat",
      description: "How far behind a shard is. On an idle shard it moves between 0 and some seven seconds.",
      type: "timeseries",
      unit: "s",
      expr: series(stack, "cdc_connector_heartbeat_age_seconds"),
      legend: "{{shard}}",
    },
    {
      title: "Heartbeats in 5 minutes",
      description: "None: the connector brings nothing.",
      type: "timeseries",
      unit: "short",
      // An offset is a gauge for the guard, and grows as a counter does.
      expr: `increase(${series(stack, "cdc_connector_heartbeat_topic_end_offset")}[5m])`,
      legend: "{{shard}}",
    },
    {
      title: "Restarts in an hour",
      description: "By the guard.",
      type: "timeseries",
      unit: "short",
      expr: `increase(${series(stack, "cdc_connector_restarts_total")}[1h])`,
      legend: "{{connector}}",
    },
    {
      title: "Given up",
      description: "1: the guard has spent all restarts, and the cause is still there.",
      type: "timeseries",
      unit: "none",
      expr: series(stack, "cdc_connector_gave_up"),
      legend: "{{connector}}",
    },
    {
      title: "Place in the binlog lost",
      description: "1: the server's history is another one than at the connector's place.",
      type: "timeseries",
      unit: "none",
      expr: series(stack, "cdc_connector_place_lost"),
      legend: "{{shard}}",
    },
    {
      title: "Binlog behind",
      description: "Between the connector's place and the end of the server's binlog.",
      type: "timeseries",
      unit: "bytes",
      expr: series(stack, "cdc_connector_binlog_behind_bytes"),
      legend: "{{shard}}",
    },
    {
      title: "The place lasts for",
      description: "At today's rate the server purges it then. docs/monitoring.md says when it is absent.",
      type: "timeseries",
      unit: "s",
      expr: series(stack, "cdc_connector_place_lasts_seconds"),
      legend: "{{shard}}",
    },
    {
      title: "Binlog kept for",
      description: "As the server is set.",
      type: "timeseries",
      unit: "s",
      expr: series(stack, "cdc_connector_binlog_kept_seconds"),
      legend: "{{shard}}",
    },
    {
      title: "Transactions per second",
      description: "Committed on the server and passed by the connector.",
      type: "timeseries",
      unit: "short",
      expr: `rate(${series(stack, "cdc_connector_transactions_total")}[5m])`,
      legend: "{{shard}}",
    },
    {
      title: "Snapshot runs",
      description: "1: it does.",
      type: "timeseries",
      unit: "none",
      expr: series(stack, "cdc_snapshot_running"),
      legend: "{{shard}}",
    },
    {
      title: "Snapshot: tables",
      description: "All of it.",
      type: "timeseries",
      unit: "short",
      expr: series(stack, "cdc_snapshot_tables"),
      legend: "{{shard}}",
    },
    {
      title: "Snapshot: tables read",
      description: "Of those.",
      type: "timeseries",
      unit: "short",
      expr: series(stack, "cdc_snapshot_read_tables"),
      legend: "{{shard}}",
    },
    {
      title: "Snapshot: rows read",
      description: "Of all its tables.",
      type: "timeseries",
      unit: "short",
      expr: series(stack, "cdc_snapshot_read_rows"),
      legend: "{{shard}}",
    },
    {
      title: "Records per second",
      description: "That came to the topics.",
      type: "timeseries",
      unit: "short",
      expr: `rate(${series(stack, "cdc_topics_records_total")}[5m])`,
      legend: "{{shard}} {{kind}}",
    },
    {
      title: "Size of topics",
      description: "All replicas together.",
      type: "timeseries",
      unit: "bytes",
      expr: series(stack, "cdc_topics_size_bytes"),
      legend: "{{shard}} {{kind}}",
    },
    {
      title: "Disk of the brokers: size",
      description: "As each broker tells it.",
      type: "timeseries",
      unit: "bytes",
      expr: series(stack, "cdc_broker_disk_size_bytes"),
      legend: "{{broker}}",
    },
    {
      title: "Disk of the brokers: free",
      description: "Of that.",
      type: "timeseries",
      unit: "bytes",
      expr: series(stack, "cdc_broker_disk_free_bytes"),
      legend: "{{broker}}",
    },
    {
      title: "Certificates end in",
      description: "up renews those of the stack's own.",
      type: "timeseries",
      unit: "s",
      expr: `${series(stack, "cdc_certificate_end_timestamp_seconds")} - time()`,
      legend: "{{server}}",
    },
  ];
}

export function sinkDrafts(stack: string): Draft[] {
  return [
    {
      title: "Sink: oldest record waits for",
      description: "Since its change was committed.",
      type: "timeseries",
      unit: "s",
      expr: series(stack, "cdc_sink_lag_seconds"),
      legend: "{{connector}}",
    },
    {
      title: "Sink: records that wait",
      description: "Where more than 256 KiB of a partition wait, at most so many.",
      type: "timeseries",
      unit: "short",
      expr: series(stack, "cdc_sink_lag_records"),
      legend: "{{connector}}",
    },
    {
      title: "Sink: dead letters",
      description: "All that ever came. cdc dlq shows them.",
      type: "timeseries",
      unit: "short",
      expr: series(stack, "cdc_sink_dead_letters_total"),
      legend: "{{connector}}",
    },
  ];
}

export function engineDrafts(stack: string): Draft[] {
  return [
    {
      title: "Engine is red",
      description: "1: a part of an index is missing.",
      type: "timeseries",
      unit: "none",
      expr: series(stack, "cdc_engine_red"),
      legend: "engine",
    },
    {
      title: "Indices that are missing",
      description: "Aliases behind which there is none. up makes them again.",
      type: "timeseries",
      unit: "short",
      expr: series(stack, "cdc_engine_missing_aliases"),
      legend: "aliases",
    },
    {
      title: "Last reconcile",
      description: "How long ago cdc reconcile compared.",
      type: "timeseries",
      unit: "s",
      expr: `time() - ${series(stack, "cdc_reconcile_timestamp_seconds")}`,
      legend: "{{shard}}",
    },
    {
      title: "Reconcile: differences",
      description: "That it found.",
      type: "timeseries",
      unit: "short",
      expr: series(stack, "cdc_reconcile_differences"),
      legend: "{{shard}}",
    },
    {
      title: "Reconcile: tables not compared",
      description: "For want of an index, or of a server.",
      type: "timeseries",
      unit: "short",
      expr: series(stack, "cdc_reconcile_not_compared_tables"),
      legend: "{{shard}}",
    },
    {
      title: "Reconcile: documents of no shard",
      description: "That nobody keeps in step.",
      type: "timeseries",
      unit: "short",
      expr: series(stack, "cdc_reconcile_of_no_shard_documents"),
      legend: "documents",
    },
  ];
}

function series(stack: string, name: MetricName): string {
  return `${name}{job="${stack}"}`;
}
