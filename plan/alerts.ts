/** Alerting rules for Prometheus on the guard's metrics, from the settings. Pure; `cdc monitoring export` writes them down. */
import { warnedPart } from "../lib/binlog.ts";
import type { Condition } from "../lib/guard-state.ts";
import type { MetricName } from "../lib/metrics.ts";
import { differing, purge, stall, unhealthyIndex } from "../lib/trouble.ts";
import type { MonitoredGuardPlan, PipelinePlan } from "./types.ts";

/** One rule, with Prometheus' own field names. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long it has to hold, as Prometheus writes durations; left out: not at all. */
  readonly for?: string;
  /** Beside those of the series, which are `connector` and, of a shard's, `shard`. */
  readonly labels: {
    /** `critical`: changes do not arrive, or nobody would see it. `warning`: they are late, or some were refused. */
    readonly severity: "critical" | "warning";
    /** As everything of the stack is called on the engine: `cdc-dev`. */
    readonly stack: string;
  };
  readonly annotations: {
    readonly summary: string;
    readonly cause: string;
    /** What to type in the checkout. */
    readonly command: string;
    /** Where it is explained, from the checkout's root. */
    readonly page: string;
  };
}

/** What is written of a rule below; the rest is the same for all. */
type Draft = Omit<AlertRule, "labels" | "annotations"> & { readonly severity: "critical" | "warning" } & Omit<
    AlertRule["annotations"],
    "command"
  > & { readonly command: string };

const connector = "{{ $labels.connector }}";

/**
 * The rules of a stack. They look at the series of its own job alone, so that one Prometheus can have several stacks.
 * @param stackName the Pulumi stack, as `cdc -s` takes it: `dev`.
 * @param guard that of the plan, which has to serve metrics.
 */
export function alertRules(plan: PipelinePlan, guard: MonitoredGuardPlan, stackName: string): AlertRule[] {
  const drafts = [...guardDrafts(plan, guard), ...shardDrafts(plan), ...sinkDrafts(plan), ...aheadDrafts(plan)];
  return drafts.map(({ severity, summary, cause, command, page, ...rule }) => ({
    ...rule,
    labels: { severity, stack: plan.stack },
    annotations: { summary, cause, command: `cdc -s ${stackName} ${command}`, page },
  }));
}

function guardDrafts(plan: PipelinePlan, { settings }: MonitoredGuardPlan): Draft[] {
  const job = `job="${plan.stack}"`;
  const declared = [...plan.shards.map((shard) => shard.connector.name), ...sinksOf(plan)];
  const missing = declared.map(
    (name) => `absent(${series(plan, "cdc_connector_condition_since_timestamp_seconds", `connector=${quoted(name)}`)})`,
  );
  const seen = series(plan, "cdc_guard_last_check_complete");
  return [
    {
      alert: "CdcGuardSilent",
      expr:
        `up{${job}} == 0 or absent(up{${job}}) or ` +
        `time() - ${series(plan, "cdc_guard_last_check_timestamp_seconds")} > ${settings.metrics.silentSeconds}`,
      for: "1m",
      severity: "critical",
      summary: "The guard does not answer, or has stopped looking",
      cause: "Its container is down or hangs. Nobody restarts what fails, and no other alert of this stack can fire.",
      command: "logs guard",
      page: "docs/guard.md#what-it-looks-at",
    },
    {
      alert: "CdcGuardCannotSee",
      expr: `${seen} == 0`,
      for: "2m",
      severity: "critical",
      summary: "The guard cannot see all of the pipeline",
      cause: "Kafka Connect or Kafka does not answer it. What it cannot see may be well or not.",
      command: "doctor",
      page: "docs/guard.md#what-it-makes-of-it",
    },
    {
      alert: "CdcConnectorMissing",
      expr: `(${missing.join(" or ")}) and on () ${seen} == 1`,
      for: "2m",
      severity: "critical",
      summary: `The connector ${connector} is not on the worker`,
      cause: "Somebody deleted it, or it was never made. The next `pulumi up` makes it again.",
      command: "doctor",
      page: "docs/connectors.md#drift-and-its-repair",
    },
  ];
}

function shardDrafts(plan: PipelinePlan): Draft[] {
  const running = plan.shards
    .filter((shard) => shard.connector.state === "running")
    .map((shard) => shard.connector.name);
  const resting = inCondition(plan, ["paused", "stopped", "snapshotting"]);
  return [
    ...(running.length === 0
      ? []
      : [
          {
            alert: "CdcShardNotStreaming",
            expr: inCondition(plan, notRunning, `connector=~${quoted(running.map(literally).join("|"))}`),
            for: "2m",
            severity: "critical",
            summary: `${connector} does not stream`,
            cause: "It has failed, waits for a server that does not answer, or somebody has paused or stopped it.",
            command: "doctor",
            page: "docs/guard.md#what-it-makes-of-it",
          } as const,
        ]),
    {
      alert: "CdcShardStalled",
      expr: inCondition(plan, ["stalled"]),
      for: "1m",
      severity: "critical",
      summary: `${connector} ${stall.what}`,
      cause: stall.why,
      command: "doctor",
      page: "docs/guard.md#what-debezium-does-by-itself",
    },
    {
      alert: "CdcHeartbeatOld",
      expr:
        `${series(plan, "cdc_connector_heartbeat_age_seconds")} > ${plan.maxDelaySeconds} ` +
        `unless on (job, connector) ${resting}`,
      // Who is resumed has the age of before until its first heartbeat.
      for: "30s",
      severity: "warning",
      summary: `Changes of ${connector} are late: its last heartbeat came {{ $value | humanizeDuration }} ago`,
      cause: `It is behind a backlog or stands still. Allowed are ${plan.maxDelaySeconds} s (cdc:maxDelaySeconds).`,
      command: "status",
      page: "docs/cli.md#cdc-status",
    },
    {
      alert: "CdcPlaceLost",
      expr: `${series(plan, "cdc_connector_place_lost")} == 1`,
      severity: "critical",
      summary: `${connector} has lost its place in the binlog`,
      cause:
        "The server's history is another one than at that place: it was reset, restored or exchanged. " +
        "Or the connector rests, and the server has purged what it has not read.",
      command: `offsets show ${connector}`,
      page: "docs/connectors.md#a-place-that-is-lost",
    },
    {
      alert: "CdcRestartsExhausted",
      expr: `${series(plan, "cdc_connector_gave_up")} == 1`,
      severity: "critical",
      summary: `The guard has given up on ${connector}`,
      cause: "All restarts were spent and the cause is still there: `cdc doctor` names it. Mend it, then restart.",
      command: `restart ${connector}`,
      page: "docs/guard.md#pauses-between-restarts",
    },
  ];
}

function sinkDrafts(plan: PipelinePlan): Draft[] {
  const [sink] = sinksOf(plan);
  if (sink === undefined) return [];
  const named = `connector=${quoted(sink)}`;
  return [
    {
      alert: "CdcSinkNotRunning",
      expr: inCondition(plan, notRunning, named),
      for: "2m",
      severity: "critical",
      summary: `${connector} does not run`,
      cause: "It has failed, waits for what does not answer, or somebody has paused or stopped it.",
      command: "doctor",
      page: "docs/guard.md#what-it-makes-of-it",
    },
    {
      alert: "CdcSinkBehind",
      expr: `${series(plan, "cdc_sink_lag_seconds", named)} > ${plan.maxDelaySeconds}`,
      for: "1m",
      severity: "warning",
      summary: `The index is {{ $value | humanizeDuration }} behind`,
      cause: `The search engine is away or slow, or much was written at once. Allowed are ${plan.maxDelaySeconds} s (cdc:maxDelaySeconds).`,
      command: "status",
      page: "docs/read-side.md#what-the-engine-refuses",
    },
    {
      alert: "CdcDeadLettersGrew",
      expr: `increase(${series(plan, "cdc_sink_dead_letters_total", named)}[15m]) > 0`,
      severity: "warning",
      summary: "The sink could not take some records in the last 15 minutes",
      cause: "They wait in the dead letter topic with the reason; the index lacks them.",
      command: "dlq list",
      page: "docs/read-side.md#dead-letters",
    },
  ];
}

/** With so much of a broker's disk left; OpenSearch takes the same part for its high watermark. */
const diskWarnedPart = 0.1;

/** So long before its end a certificate is told. `up` renews the stack's own long before that. */
const certificateWarnedDays = 14;

/** What has not happened yet, or was found when somebody looked: a person has time. */
function aheadDrafts(plan: PipelinePlan): Draft[] {
  return [
    {
      alert: "CdcPlaceAboutToBePurged",
      expr:
        `${series(plan, "cdc_connector_place_lasts_seconds")} < ` +
        `${warnedPart} * ${series(plan, "cdc_connector_binlog_kept_seconds")}`,
      for: "2m",
      severity: "warning",
      summary: `${connector} ${purge.what}: it is kept for about {{ $value | humanizeDuration }}`,
      cause: purge.why,
      command: "doctor",
      page: "docs/cli.md#cdc-status",
    },
    {
      alert: "CdcBrokerDiskFilling",
      expr: `${series(plan, "cdc_broker_disk_free_bytes")} / ${series(plan, "cdc_broker_disk_size_bytes")} < ${diskWarnedPart}`,
      for: "5m",
      severity: "warning",
      summary: "The disk of broker {{ $labels.broker }} is filling: {{ $value | humanizePercentage }} of it is left",
      cause: "A broker whose disk is full stops. `cdc topics` shows what topics take; others may fill the disk, too.",
      command: "topics",
      page: "docs/monitoring.md#disks-and-certificates",
    },
    {
      alert: "CdcCertificateEnds",
      expr: `${series(plan, "cdc_certificate_end_timestamp_seconds")} - time() < ${certificateWarnedDays * 86_400}`,
      severity: "warning",
      summary: "The certificate of {{ $labels.server }} ends in {{ $value | humanizeDuration }}",
      cause: "Nobody connects to it then. One of the stack's own is renewed by the next `pulumi up`.",
      command: "doctor",
      page: "docs/monitoring.md#disks-and-certificates",
    },
    ...(plan.readSide === undefined ? [] : indexDrafts(plan)),
  ];
}

function indexDrafts(plan: PipelinePlan): Draft[] {
  const isWrong = ["cdc_engine_red", "cdc_engine_missing_aliases"] as const;
  const silent = `absent(${series(plan, "cdc_engine_red")})`;
  return [
    {
      alert: "CdcEngineSilent",
      // What the guard asks of it is unknown while the worker is away, too.
      expr: `${silent} and on () ${series(plan, "cdc_guard_last_check_complete")} == 1`,
      for: "2m",
      severity: "critical",
      summary: "The search engine does not answer the guard",
      cause:
        "It is stopped, hangs or is cut off. Nothing can be searched; changes wait in their topics until it is back.",
      command: "doctor",
      page: "docs/read-side.md#what-the-engine-refuses",
    },
    {
      alert: "CdcIndexUnhealthy",
      expr: isWrong.map((name) => `${series(plan, name)} > 0`).join(" or "),
      for: "2m",
      severity: "critical",
      summary: capital(unhealthyIndex.what),
      cause: unhealthyIndex.why,
      command: "doctor",
      page: "docs/read-side.md#indices",
    },
    {
      alert: "CdcIndexDiffers",
      expr: `${series(plan, "cdc_reconcile_differences")} > 0`,
      severity: "warning",
      summary: `{{ $labels.shard }} ${differing.what}: {{ $value }} differences`,
      cause: differing.why,
      command: "reconcile",
      page: "docs/read-side.md#does-it-agree",
    },
    {
      alert: "CdcIndexHasForeignDocuments",
      expr: `${series(plan, "cdc_reconcile_of_no_shard_documents")} > 0`,
      severity: "warning",
      summary: "The index has {{ $value }} documents of no shard of this stack",
      cause: "The last cdc reconcile found them: a shard was removed or renamed. An index that is built anew has none.",
      command: "reindex",
      page: "docs/read-side.md#does-it-agree",
    },
  ];
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Not what has an alert of its own: stalled, lost, gave-up. */
const notRunning: readonly Condition[] = ["failed", "waiting", "lasting", "paused", "stopped"];

function sinksOf({ readSide }: PipelinePlan): string[] {
  return readSide === undefined ? [] : [readSide.sink.name];
}

function series({ stack }: PipelinePlan, name: MetricName, ...matchers: readonly string[]): string {
  return `${name}{${[`job="${stack}"`, ...matchers].join(", ")}}`;
}

/** Connectors in one of the conditions; one series each, whichever it is, so that a change among them begins no time anew. */
function inCondition(plan: PipelinePlan, conditions: readonly Condition[], ...matchers: readonly string[]): string {
  const one = `condition=~"${conditions.join("|")}"`;
  return `max without (condition) (${series(plan, "cdc_connector_condition", ...matchers, one)}) == 1`;
}

/** A name in a regular expression of Prometheus', which has to fit as a whole. */
function literally(name: string): string {
  return name.replaceAll(/[.\\+*?()|[\]{}^$]/g, String.raw`\$&`);
}

/** A text of PromQL. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
