/** A Grafana dashboard on the guard's metrics, as plain data. Pure; `cdc monitoring export` writes it down. */
import { draftsOf, engineDrafts, sinkDrafts, type Draft } from "./dashboard-panels.ts";

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

/** Whoever opens the dashboard chooses the Prometheus; the first one is taken until then. */
const datasource = { type: "prometheus", uid: "${datasource}" } as const;

/** Grafana's grid has 24 columns: four numbers in a row, two plots in a row. */
const columns = 24;
const statSize = { w: 6, h: 4 } as const;
const plotSize = { w: 12, h: 8 } as const;

/**
 * The dashboard of a stack. It looks at the series of its own job alone, as the alerts do, so that one Grafana can have several.
 * @param stack as everything of it is called on the engine: `cdc-dev`; the job in Prometheus has its name.
 * @param hasSink whether the stack has a read side; without one there are no panels of sink and engine, as they would stay empty.
 */
export function dashboard(stack: string, hasSink: boolean): Dashboard {
  const drafts = draftsOf(stack).concat(hasSink ? [...sinkDrafts(stack), ...engineDrafts(stack)] : []);
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
