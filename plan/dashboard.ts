/** A Grafana dashboard on the guard's metrics, as plain data. Pure; `cdc monitoring export` writes it down. */
import type { MetricName } from "../lib/metrics.ts";

/** What is asked by a panel, and how its series are called there. */
interface Target {
  readonly refId: string;
  /** In Prometheus' language, without Grafana's variables: any Prometheus can be asked it as it is. */
  readonly expr: string;
  readonly legendFormat: string;
  readonly datasource: typeof datasource;
}

/** One panel, with Grafana's own field names. */
export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly type: "stat" | "state-timeline" | "timeseries";
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource: typeof datasource;
  readonly targets: readonly Target[];
  readonly fieldConfig: object;
  readonly options: object;
}

/** With Grafana's own field names, as far as a reader of it needs them. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

/** What is written of a panel below; the rest is the same for all. */
interface Draft {
  readonly title: string;
  readonly description: string;
  readonly type: Panel["type"];
  /** As Grafana calls units: `s` are seconds. */
  readonly unit: "short" | "s" | "none";
  readonly expr: string;
  readonly legend: string;
  /** Of a `stat`: from this value on it is red. */
  readonly redFrom?: number;
  /** Of a `stat`: it is red below. */
  readonly redBelow?: number;
}

/** Whoever opens the dashboard chooses the Prometheus; the first one is taken until then. */
const datasource = { type: "prometheus", uid: "${datasource}" } as const;

/** Grafana's grid has 24 columns: four numbers in a row, two plots in a row. */
const columns = 24;
const statSize = { w: 6, h: 4 } as const;
const plotSize = { w: 12, h: 8 } as const;

/**
 * The dashboard of a stack. It looks at the series of its own job alone, as the alerts do, so that one Grafana can have several.
 * @param stack as everything of it is called on the engine: `cdc-dev`; the job in Prometheus has its name.
 * @param hasSink whether the stack has a read side; without one there are no panels of the sink, as they would stay empty.
 */
export function dashboard(stack: string, hasSink: boolean): Dashboard {
  const drafts = draftsOf(stack).concat(hasSink ? sinkDrafts(stack) : []);
  const stats = drafts.filter(({ type }) => type === "stat");
  const plots = drafts.filter(({ type }) => type !== "stat");
  const plotsFrom = Math.ceil((stats.length * statSize.w) / columns) * statSize.h;
  const panels = [
    ...stats.map((draft, at) => panel(draft, at + 1, { ...placed(at, statSize), ...statSize })),
    ...plots.map((draft, at) => {
      const { x, y } = placed(at, plotSize);
      return panel(draft, stats.length + at + 1, { x, y: y + plotsFrom, ...plotSize });
    }),
  ];
  const content = {
    uid: uidOf(stack),
    title: `${stack}: change data capture`,
    tags: ["cdc"],
    editable: true,
    // Grafana brings older forms up to its own.
    schemaVersion: 39,
    time: { from: "now-6h", to: "now" },
    refresh: "30s",
    templating: { list: [{ name: "datasource", label: "Prometheus", type: "datasource", query: "prometheus" }] },
    panels,
  };
  return content;
}

function draftsOf(stack: string): Draft[] {
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
  ];
}

function sinkDrafts(stack: string): Draft[] {
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

function series(stack: string, name: MetricName): string {
  return `${name}{job="${stack}"}`;
}

function panel(draft: Draft, id: number, gridPos: Panel["gridPos"]): Panel {
  const { title, description, type, unit, expr, legend } = draft;
  return {
    id,
    title,
    description,
    type,
    gridPos,
    datasource,
    targets: [{ refId: "A", expr, legendFormat: legend, datasource }],
    fieldConfig: { defaults: { unit, ...(type === "stat" ? colours(draft) : { min: 0 }) }, overrides: [] },
    options:
      type === "stat"
        ? { colorMode: "background", reduceOptions: { calcs: ["lastNotNull"] } }
        : type === "timeseries"
          ? { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } }
          : { showValue: "never", mergeValues: true },
  };
}

function colours({ redFrom, redBelow }: Draft): object {
  const [first, then, from] = redBelow === undefined ? ["green", "red", redFrom] : ["red", "green", redBelow];
  return {
    color: { mode: "thresholds" },
    thresholds: {
      mode: "absolute",
      steps: [
        { color: first, value: null },
        { color: then, value: from },
      ],
    },
  };
}

function placed(at: number, { w, h }: { readonly w: number; readonly h: number }): { x: number; y: number } {
  const inRow = columns / w;
  return { x: (at % inRow) * w, y: Math.floor(at / inRow) * h };
}

/** Grafana takes 40 characters at most. */
function uidOf(stack: string): string {
  return stack.slice(0, 40);
}
