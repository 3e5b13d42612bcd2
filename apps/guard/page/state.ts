/** What the operator's page is told, as JSON. Pure. Times are milliseconds since 1970; what is not known is null, and never 0. */
import { isPurgedSoon } from "../../../lib/binlog.ts";
import { rebuildPrefix } from "../../../lib/names.ts";
import type { Condition } from "../../../lib/guard-state.ts";
import type { MonitoredGuardSettings } from "../../../plan/types.ts";
import type { Topology } from "../../../plan/topology.ts";
import type { Checked } from "../loop.ts";
import type { Known } from "../metrics/known.ts";
import type { MetricName } from "../../../lib/metrics.ts";
import { samplesOf, type Sample } from "../metrics/samples.ts";
import { isCatchingUp } from "../decide.ts";
import type { Point, Told } from "./recorder.ts";

/**
 * What the page calls a connector's state: the guard's condition, and beside it
 * - catching-up: behind a backlog, and coming forward;
 * - behind: later than `cdc:maxDelaySeconds` allows;
 * - missing: declared, and not on the worker;
 * - unknown: the guard does not see it now.
 */
export type State = Condition | "catching-up" | "behind" | "missing" | "unknown";

export interface ConnectorState {
  readonly name: string;
  readonly kind: "source" | "sink" | "unknown";
  readonly shard: string | null;
  /** Whether the plan has it. */
  readonly isDeclared: boolean;
  /** The alias of the index that it fills beside the serving one; null for all but the sink of a rebuild. */
  readonly rebuilds: string | null;
  readonly state: State;
  readonly since: number | null;
  /** The guard's own words. */
  readonly reason: string | null;
  readonly remedy: string | null;
  /** Since it was last healthy for long enough. */
  readonly restarts: number;
  /** Only while one is due. */
  readonly nextRestartAt: number | null;
  readonly heartbeatAgeMs: number | null;
  /** Whether its database was asked, and did not answer. */
  readonly isServerAway: boolean;
  /** What a sink has not written yet, and how long the oldest of it has waited. */
  readonly waiting: { readonly records: number; readonly ms: number } | null;
  /** Dead letters that are in its topic. */
  readonly deadLetters: number | null;
  /** The snapshot that runs; null while none does. */
  readonly snapshot: { readonly tables: number; readonly tablesRead: number; readonly rows: number } | null;
  /** Its place beside the server's binlog; `lastsMs` is null where nothing is purged by age. */
  readonly binlog: {
    readonly behindBytes: number;
    readonly lastsMs: number | null;
    readonly isPurgedSoon: boolean;
  } | null;
  /** When its shard was last compared with the index, and what was found. */
  readonly reconciled: { readonly at: number; readonly differences: number; readonly notCompared: number } | null;
}

export interface PageState {
  readonly now: number;
  /** Since when this guard looks. */
  readonly since: number;
  /** When it last looked; null before the first time. */
  readonly checkedAt: number | null;
  /** Whether that is so long ago that nothing is known of what is now. */
  readonly isSilent: boolean;
  /** What the last check could not see or do. */
  readonly error: string | null;
  readonly worker: "answers" | "silent" | "unknown";
  readonly broker: "answers" | "silent" | "unknown";
  readonly stack: string;
  readonly maxDelayMs: number;
  readonly topology: Topology;
  readonly connectors: readonly ConnectorState[];
  /** What is wrong with the index; null where nothing is, it is not known, or there is none. */
  readonly indexTrouble: { readonly isRed: boolean; readonly missing: readonly string[] } | null;
  /** Whether the search engine did not answer when it was last asked. */
  readonly isEngineSilent: boolean;
  /** Documents of no shard, when all were compared last. */
  readonly ofNoShard: number | null;
  /** The newest first. */
  readonly told: readonly Told[];
}

/** What is remembered of the past. */
export interface Remembered {
  readonly since: number;
  readonly told: readonly Told[];
}

export function stateOf(known: Known, past: Remembered, now: number, settings: MonitoredGuardSettings): PageState {
  const { checked } = known;
  const { stack, maxDelaySeconds, topology } = settings.page;
  const isSilent = checked !== undefined && now - checked.at > settings.metrics.silentSeconds * 1000;
  const current = isSilent ? undefined : checked;
  const samples = samplesOf({ ...known, checked: current }, now, settings);
  return {
    now,
    since: past.since,
    checkedAt: checked?.at ?? null,
    isSilent,
    error: current?.state.error ?? null,
    ...answering(current),
    stack,
    maxDelayMs: maxDelaySeconds * 1000,
    topology,
    connectors: connectorsOf({ ...known, checked: current }, samples, settings),
    ...indexOf({ ...known, checked: current }, samples, settings, now),
    told: past.told.toReversed(),
  };
}

/** As old as what is served of it. */
function indexOf(
  { checked, beside }: Known,
  samples: readonly Sample[],
  { asks, metrics }: MonitoredGuardSettings,
  now: number,
): Pick<PageState, "indexTrouble" | "isEngineSilent" | "ofNoShard"> {
  const valueOf = (metric: MetricName) => samples.find(({ name }) => name === metric)?.value;
  const engine = valueOf("cdc_engine_red") === undefined ? undefined : beside?.engine;
  const isWrong = engine !== undefined && (engine.isRed || engine.missing.length > 0);
  const isAsked = asks.engine !== undefined && checked?.seen !== undefined && beside !== undefined;
  return {
    indexTrouble: isWrong ? engine : null,
    isEngineSilent: isAsked && now - beside.at <= metrics.silentSeconds * 1000 && beside.engine === undefined,
    ofNoShard: valueOf("cdc_reconcile_of_no_shard_documents") ?? null,
  };
}

function answering(checked: Checked | undefined): Pick<PageState, "worker" | "broker"> {
  if (checked === undefined) return { worker: "unknown", broker: "unknown" };
  if (checked.seen === undefined) return { worker: "silent", broker: "unknown" };
  const beats = Object.values(checked.seen.connectors).map(({ beat }) => beat.kind);
  if (beats.includes("unknown")) return { worker: "answers", broker: "silent" };
  return { worker: "answers", broker: beats.includes("offset") ? "answers" : "unknown" };
}

/** The declared ones in the plan's order, then what else is on the worker. */
function connectorsOf(known: Known, samples: readonly Sample[], settings: MonitoredGuardSettings): ConnectorState[] {
  const { checked } = known;
  const { shards, readSide } = settings.page.topology;
  const declared = [...shards.map(({ connector }) => connector), ...(readSide === undefined ? [] : [readSide.sink])];
  const others = Object.keys(checked?.seen?.connectors ?? {}).filter((name) => !declared.includes(name));
  return [...declared, ...others.toSorted()].map((name) => connectorOf(name, known, samples, settings));
}

function connectorOf(
  name: string,
  { checked, sinks }: Known,
  samples: readonly Sample[],
  settings: MonitoredGuardSettings,
): ConnectorState {
  const { shards, readSide } = settings.page.topology;
  const shard = shards.find(({ connector }) => connector === name);
  const seen = checked?.seen?.connectors[name];
  const guarded = seen === undefined ? undefined : checked?.state.connectors[name];
  const value = (metric: MetricName) =>
    samples.find((sample) => sample.name === metric && sample.labels["connector"] === name)?.value;
  const [records, seconds] = [value("cdc_sink_lag_records"), value("cdc_sink_lag_seconds")];
  const beatSeconds = value("cdc_connector_heartbeat_age_seconds");
  const isJudged = value("cdc_connector_condition_since_timestamp_seconds") !== undefined;
  const obstacle = checked?.seen?.error === undefined ? seen?.obstacle : undefined;
  // As old as what is served of them.
  const letters = value("cdc_sink_dead_letters_total") === undefined ? undefined : sinks?.found[name]?.waitingLetters;
  return {
    name,
    kind: seen?.info.type ?? (shard === undefined ? "sink" : "source"),
    shard: shard?.name ?? seen?.info.config["topic.prefix"] ?? null,
    isDeclared: shard !== undefined || readSide?.sink === name,
    rebuilds: name.startsWith(rebuildPrefix) ? name.slice(rebuildPrefix.length) : null,
    state: stateOfConnector(),
    since: guarded === undefined || !isJudged ? null : Date.parse(guarded.since),
    reason: guarded?.reason ?? null,
    remedy: guarded?.remedy ?? null,
    restarts: guarded?.restarts ?? 0,
    nextRestartAt: guarded?.nextRestartAt === undefined ? null : Date.parse(guarded.nextRestartAt),
    heartbeatAgeMs: beatSeconds === undefined ? null : beatSeconds * 1000,
    isServerAway: obstacle !== undefined,
    waiting: records === undefined || seconds === undefined ? null : { records, ms: seconds * 1000 },
    deadLetters: letters === undefined ? null : Number(letters),
    ...besideOf(value),
  };

  function stateOfConnector(): State {
    if (checked?.seen === undefined) return "unknown";
    if (seen === undefined || guarded === undefined) return "missing";
    if (!isJudged) return "unknown";
    if (isCatchingUp({ condition: guarded.condition, reason: guarded.reason })) return "catching-up";
    const late = Math.max(beatSeconds ?? 0, name.startsWith(rebuildPrefix) ? 0 : (seconds ?? 0));
    return guarded.condition === "healthy" && late > settings.page.maxDelaySeconds ? "behind" : guarded.condition;
  }
}

/** What was asked beside the checks. @param value of a metric of the connector; undefined where that is not known. */
function besideOf(
  value: (metric: MetricName) => number | undefined,
): Pick<ConnectorState, "snapshot" | "binlog" | "reconciled"> {
  const [behindBytes, lasts] = [value("cdc_connector_binlog_behind_bytes"), value("cdc_connector_place_lasts_seconds")];
  const kept = value("cdc_connector_binlog_kept_seconds");
  const at = value("cdc_reconcile_timestamp_seconds");
  return {
    snapshot:
      value("cdc_snapshot_running") === 1
        ? {
            tables: value("cdc_snapshot_tables") ?? 0,
            tablesRead: value("cdc_snapshot_read_tables") ?? 0,
            rows: value("cdc_snapshot_read_rows") ?? 0,
          }
        : null,
    binlog:
      behindBytes === undefined
        ? null
        : {
            behindBytes,
            lastsMs: lasts === undefined ? null : lasts * 1000,
            isPurgedSoon: lasts !== undefined && kept !== undefined && isPurgedSoon(lasts * 1000, kept),
          },
    reconciled:
      at === undefined
        ? null
        : {
            at: at * 1000,
            differences: value("cdc_reconcile_differences") ?? 0,
            notCompared: value("cdc_reconcile_not_compared_tables") ?? 0,
          },
  };
}

/** The points of the past, a column for each connector: as plots take them. */
export interface PageHistory {
  readonly now: number;
  readonly since: number;
  /** So far apart are two points; where they are further, the guard did not look. */
  readonly stepMs: number;
  readonly times: readonly number[];
  readonly connectors: Readonly<
    Record<string, { readonly behind: readonly (number | null)[]; readonly troubled: readonly (0 | 1)[] }>
  >;
}

export function historyOf(
  points: readonly Point[],
  { since, stepMs, now }: Pick<PageHistory, "since" | "stepMs" | "now">,
): PageHistory {
  const names = new Set(points.flatMap(({ behind, troubled }) => [...behind.keys(), ...troubled]));
  const columns = [...names].map((name) => [
    name,
    {
      behind: points.map(({ behind }) => behind.get(name) ?? null),
      troubled: points.map(({ troubled }): 0 | 1 => (troubled.has(name) ? 1 : 0)),
    },
  ]);
  return {
    now,
    since,
    stepMs,
    times: points.map(({ at }) => at),
    connectors: Object.fromEntries(columns) as PageHistory["connectors"],
  };
}
