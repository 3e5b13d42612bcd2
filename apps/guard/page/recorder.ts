/** What the page tells of the past, in the guard's own memory: how much of it is bounded. Times are milliseconds since 1970. */
import type { LogEntry } from "../../../lib/log-line.ts";
import type { Condition } from "../../../lib/guard-state.ts";
import type { MonitoredGuardSettings } from "../../../plan/types.ts";
import type { Checked } from "../loop.ts";
import type { Known } from "../metrics/known.ts";
import { samplesOf } from "../metrics/samples.ts";

/** The newest things of a kind, in the order in which they came. */
export class Newest<T> {
  readonly #limit: number;
  readonly #kept: T[] = [];

  /** @param limit how many are kept. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(one: T): void {
    this.#kept.push(one);
    if (this.#kept.length > this.#limit) this.#kept.shift();
  }

  /** The oldest first. */
  get all(): readonly T[] {
    return this.#kept;
  }
}

/** How far the connectors were behind at a moment. */
export interface Point {
  readonly at: number;
  /** By connector, in seconds: the age of a source's last heartbeat, or how long the sink's oldest record has waited. What was not known is left out. */
  readonly behind: ReadonlyMap<string, number>;
  /** Those that were in trouble. */
  readonly troubled: ReadonlySet<string>;
}

/** A line of the guard's log. */
export interface Told {
  readonly at: number;
  readonly level: LogEntry["level"];
  /** Of which connector it tells; undefined for what is about the guard itself. */
  readonly connector: string | undefined;
  /** What that was after the check. */
  readonly condition: Condition | undefined;
  readonly text: string;
}

/** One point stands for so long. */
export const pointMs = 15_000;
const keptMs = 6 * 3_600_000;
const lines = 300;
const longestLine = 1000;

/** In these nothing is wrong: it streams, has a snapshot to do, or rests by a person's wish. */
const untroubled: ReadonlySet<Condition> = new Set(["healthy", "snapshotting", "paused", "stopped"]);

export class Recorder {
  /** When it began to listen. */
  readonly since: number;
  readonly #settings: MonitoredGuardSettings;
  readonly #now: () => number;
  readonly #points = new Newest<Point>(keptMs / pointMs);
  readonly #told = new Newest<Told>(lines);
  /** What was said since the last check. */
  #said = new Newest<{ readonly at: number; readonly entry: LogEntry }>(lines);
  /** What is to become the next point: the worst of its time. */
  #next: { readonly from: number; behind: Map<string, number>; troubled: Set<string> } | undefined;

  constructor(settings: MonitoredGuardSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.since = now();
  }

  /** Those of six hours. */
  get points(): readonly Point[] {
    const from = this.#now() - keptMs;
    return this.#points.all.filter(({ at }) => at > from);
  }

  get told(): readonly Told[] {
    return this.#told.all;
  }

  /** Takes a line of the log. */
  say(entry: LogEntry): void {
    this.#said.add({ at: this.#now(), entry });
  }

  /** Takes what a check found. */
  check(known: Known & { readonly checked: Checked }): void {
    const { connectors } = known.checked.state;
    for (const { at, entry } of this.#said.all) {
      const [, name = ""] = /^([^\s:]+): /.exec(entry.text) ?? [];
      const connector = name in connectors ? name : undefined;
      const text = connector === undefined ? entry.text : entry.text.slice(name.length + 2);
      const condition = connectors[name]?.condition;
      this.#told.add({ at, level: entry.level, connector, condition, text: text.slice(0, longestLine) });
    }
    this.#said = new Newest(lines);
    this.#measure(known);
  }

  #measure(known: Known): void {
    const now = this.#now();
    this.#next ??= { from: now, behind: new Map(), troubled: new Set() };
    const { from, behind, troubled } = this.#next;
    for (const { name, labels, value } of samplesOf(known, now, this.#settings)) {
      const connector = labels["connector"] ?? "";
      if (name === "cdc_connector_heartbeat_age_seconds" || name === "cdc_sink_lag_seconds") {
        behind.set(connector, Math.max(value, behind.get(connector) ?? 0));
      }
      const isNow = name === "cdc_connector_condition" && value === 1;
      if (isNow && !untroubled.has(labels["condition"] as Condition)) troubled.add(connector);
    }
    if (now - from < pointMs) return;
    this.#points.add({ at: now, behind, troubled });
    this.#next = { from: now, behind: new Map(), troubled: new Set() };
  }
}
