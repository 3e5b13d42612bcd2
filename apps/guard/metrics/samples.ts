/** What is known, as metrics. Pure. What could not be read gives no sample. */
import type { MetricName } from "../../../lib/metrics.ts";
import { samplesBeside } from "./beside.ts";
import { conditions } from "../../../lib/guard-state.ts";
import type { MonitoredGuardSettings } from "../../../plan/types.ts";
import type { Checked } from "../loop.ts";
import type { Watched } from "../memory.ts";
import { isFailed, restingOf, type ObservedConnector } from "../observation.ts";
import type { Known } from "./known.ts";

/** One series, now. */
export interface Sample {
  readonly name: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All samples at a moment (`now`, milliseconds since 1970). */
export function samplesOf({ checked, sinks, beside }: Known, now: number, settings: MonitoredGuardSettings): Sample[] {
  if (checked === undefined) return [];
  const last: Sample = { name: "cdc_guard_last_check_timestamp_seconds", labels: {}, value: checked.at / 1000 };
  const isOld = (at: number) => now - at > settings.metrics.silentSeconds * 1000;
  // A guard that hangs knows nothing of what is now.
  if (isOld(checked.at)) return [last];
  const { seen } = checked;
  const isComplete = seen !== undefined && seen.error === undefined;
  const found = sinks === undefined || isOld(sinks.at) ? {} : sinks.found;
  return [
    last,
    { name: "cdc_guard_last_check_complete", labels: {}, value: Number(isComplete) },
    ...Object.entries(seen?.connectors ?? {}).flatMap(([connector, one]) => [
      ...samplesOfConnector(connector, one, checked, now, settings),
      ...(one.info.type === "sink" ? samplesOfSink(connector, found[connector], now) : []),
    ]),
    ...(beside === undefined || seen === undefined || isOld(beside.at)
      ? []
      : samplesBeside(
          beside,
          Object.entries(seen.connectors).filter(([name]) => name in checked.memory.connectors),
        )),
  ];
}

function samplesOfConnector(
  connector: string,
  seen: ObservedConnector,
  { memory, restarts }: Checked,
  now: number,
  settings: MonitoredGuardSettings,
): Sample[] {
  const watched = memory.connectors[connector];
  if (watched === undefined) return [];
  const shard = seen.info.config["topic.prefix"] ?? "";
  const labels = { connector, kind: seen.info.type, shard: seen.info.type === "sink" ? "" : shard };
  return [
    ...(isJudged(seen) ? samplesOfCondition(labels, watched) : []),
    { name: "cdc_connector_restarts_total", labels, value: restarts.get(connector) ?? 0 },
    ...(seen.info.type === "sink" ? [] : samplesOfSource({ connector, shard }, seen, watched, now, settings)),
  ];
}

/** Without the broker's word a connector that says RUNNING is what it was before, as far as the guard knows. */
function isJudged({ beat, status }: ObservedConnector): boolean {
  return beat.kind !== "unknown" || isFailed(status) || restingOf(status) !== undefined;
}

function samplesOfCondition(labels: Sample["labels"], { condition, since }: Watched): Sample[] {
  return [
    ...conditions.map((one): Sample => ({
      name: "cdc_connector_condition",
      labels: { ...labels, condition: one },
      value: Number(one === condition),
    })),
    { name: "cdc_connector_condition_since_timestamp_seconds", labels, value: since / 1000 },
    { name: "cdc_connector_gave_up", labels, value: Number(condition === "gave-up") },
  ];
}

function samplesOfSource(
  labels: Sample["labels"],
  { beat }: ObservedConnector,
  { history, hasBeaten, beatAt }: Watched,
  now: number,
  { stallSeconds }: MonitoredGuardSettings,
): Sample[] {
  // It is looked at every `stallSeconds`: what is older could not be read.
  const isCompared = history !== undefined && now - history.judgedAt <= 2 * stallSeconds * 1000;
  const samples: Sample[] = [];
  if (isCompared) {
    samples.push({ name: "cdc_connector_place_lost", labels, value: Number(history.loss !== undefined) });
  }
  if (beat.kind !== "offset") return samples;
  if (hasBeaten) {
    samples.push({ name: "cdc_connector_heartbeat_age_seconds", labels, value: Math.max(0, now - beatAt) / 1000 });
  }
  return [...samples, { name: "cdc_connector_heartbeat_topic_end_offset", labels, value: Number(beat.offset) }];
}

function samplesOfSink(
  connector: string,
  found: NonNullable<Known["sinks"]>["found"][string] | undefined,
  now: number,
): Sample[] {
  const labels = { connector };
  const { lag, deadLetters } = found ?? {};
  const waited = lag?.waitingSince === undefined ? 0 : Math.max(0, now - lag.waitingSince) / 1000;
  return [
    ...(lag === undefined
      ? []
      : ([
          { name: "cdc_sink_lag_records", labels, value: lag.records },
          { name: "cdc_sink_lag_seconds", labels, value: waited },
        ] as const)),
    ...(deadLetters === undefined
      ? []
      : ([{ name: "cdc_sink_dead_letters_total", labels, value: Number(deadLetters) }] as const)),
  ];
}
