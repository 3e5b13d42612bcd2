/** A row for each connector: its state in words, and how far it was behind as a small plot. */
import uPlot from "./uplot.js";
import { well } from "./advice.js";
import { count, english, hourAndMinute, node, size, span, text, timeOfDay, write } from "./format.js";
import { badge } from "./marks.js";

const plotHeight = 92;
/** A plot of less time would be all noise. */
const shortestMs = 5 * 60_000;
/** The scale ends there at least, in seconds: an idle shard's heartbeats come every few. */
const smallestScale = 15;

export class Rows {
  #list;
  /** By connector. */
  #rows = new Map();

  constructor(list) {
    this.#list = list;
    // Colours are read when a plot is made.
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      for (const row of this.#rows.values()) row.redraw();
    });
  }

  show(state) {
    const names = new Set(state.connectors.map(({ name }) => name));
    for (const [name, row] of this.#rows) {
      if (names.has(name)) continue;
      row.remove();
      this.#rows.delete(name);
    }
    state.connectors.forEach((connector, place) => {
      const row = this.#rows.get(connector.name) ?? new Row(connector);
      this.#rows.set(connector.name, row);
      row.show(connector, state);
      if (this.#list.children[place] !== row.element) this.#list.insertBefore(row.element, this.#list.children[place]);
    });
  }

  /** @param history the points of the past (`/api/history`). */
  plot(history) {
    for (const [name, row] of this.#rows) row.plot(history, history.connectors[name]);
  }
}

class Row {
  element;
  #head = node("div", "row-state");
  #facts = node("p", "facts");
  #snapshot = node("progress", "snapshot");
  #pointed = node("p", "pointed");
  #figure = node("div", "plot");
  #nothing = node("p", "nothing", text.noPoints);
  #name;
  #what;
  #shown = "";
  #plot;
  #data;
  #range = [0, 1];
  #resized = new ResizeObserver(() => this.#resize());

  constructor({ name, kind }) {
    this.#name = name;
    this.#what = kind === "sink" ? text.waitOfOldest : text.ageOfHeartbeat;
    this.#figure.setAttribute("role", "img");
    const words = node("div", "row-words", node("h3", "", name), this.#head, this.#facts, this.#snapshot);
    this.#snapshot.hidden = true;
    const caption = node("div", "caption", node("span", "", this.#what), this.#pointed);
    this.element = node("li", "row", words, node("div", "row-plot", caption, this.#figure, this.#nothing));
    this.element.dataset.connector = name;
    this.#resized.observe(this.#figure);
  }

  remove() {
    this.#resized.disconnect();
    this.#plot?.destroy();
    this.element.remove();
  }

  show(connector, state) {
    // Why something is wrong stands with what to do.
    const reason = well.has(connector.state) ? connector.reason : null;
    const shown = JSON.stringify([connector.state, reason]);
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.element.dataset.state = connector.state;
      this.#head.replaceChildren(badge(connector.state), ...(reason === null ? [] : [english(reason, "p", "reason")]));
    }
    write(this.#facts, factsOf(connector, state).join(" · "));
    this.#showSnapshot(connector.snapshot);
  }

  /** How many tables were read; of the one that is being read nothing is known that could be drawn. */
  #showSnapshot(snapshot) {
    this.#snapshot.hidden = snapshot === null;
    if (snapshot === null) return;
    this.#snapshot.max = Math.max(1, snapshot.tables);
    this.#snapshot.value = snapshot.tablesRead;
    this.#snapshot.setAttribute("aria-label", snapshotWords(snapshot));
  }

  plot({ times, now, since, stepMs }, own) {
    // One point is no line.
    const isEmpty = own === undefined || own.behind.filter((value) => value !== null).length < 2;
    this.#figure.hidden = isEmpty;
    this.#nothing.hidden = !isEmpty;
    if (isEmpty) return;
    this.#data = dataOf(times, own, stepMs);
    this.#range = [Math.min(Math.max(since, times[0]), now - shortestMs) / 1000, now / 1000];
    const worst = span(Math.max(...own.behind.map((value) => value ?? 0)) * 1000);
    this.#figure.setAttribute("aria-label", text.plotOf(this.#name, this.#what, worst));
    if (this.#plot === undefined) this.redraw();
    else this.#plot.setData(this.#data);
  }

  redraw() {
    if (this.#data === undefined) return;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#options(), this.#data, this.#figure);
  }

  #resize() {
    const width = this.#figure.clientWidth;
    if (width > 0) this.#plot?.setSize({ width, height: plotHeight });
  }

  #options() {
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--plot-${name}`);
    const font = "11px system-ui, sans-serif";
    const axis = { stroke: colour("words"), font, ticks: { show: false }, grid: { stroke: colour("grid"), width: 1 } };
    const points = { show: false };
    return {
      width: this.#figure.clientWidth || 300,
      height: plotHeight,
      padding: [6, 16, 0, 0],
      legend: { show: false },
      // All plots point to the same moment.
      cursor: { y: false, drag: { x: false }, sync: { key: "rows" } },
      scales: {
        x: { range: () => this.#range },
        y: { range: (_plot, _least, most) => [0, Math.max(smallestScale, (most ?? 0) * 1.1)] },
        trouble: { range: () => [0, 1] },
      },
      series: [
        {},
        {
          scale: "trouble",
          fill: colour("trouble"),
          width: 0,
          points,
          paths: uPlot.paths.stepped({ align: -1 }),
        },
        { stroke: colour("line"), fill: colour("area"), width: 1.5, points },
      ],
      axes: [
        { ...axis, size: 24, space: 70, values: (_plot, splits) => splits.map((at) => hourAndMinute(at * 1000)) },
        {
          ...axis,
          size: 54,
          space: 28,
          incrs: [5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600],
          values: (_plot, splits) => splits.map((seconds) => span(seconds * 1000)),
        },
      ],
      hooks: { setCursor: [(plot) => write(this.#pointed, this.#wordsAt(plot.cursor.idx))] },
    };
  }

  #wordsAt(place) {
    const value = place == null ? undefined : this.#data[2][place];
    return value == null ? "" : `${timeOfDay(this.#data[0][place] * 1000)} · ${span(value * 1000)}`;
  }
}

/** Columns as uPlot takes them; where the guard did not look there is a hole. */
function dataOf(times, { behind, troubled }, stepMs) {
  const columns = [[], [], []];
  times.forEach((at, place) => {
    if (place > 0 && at - times[place - 1] > 3 * stepMs) push(columns, times[place - 1] + stepMs, null, null);
    push(columns, at, troubled[place] === 1 ? 1 : null, behind[place]);
  });
  return columns;
}

function push(columns, at, troubled, behind) {
  columns[0].push(at / 1000);
  columns[1].push(troubled);
  columns[2].push(behind);
}

function snapshotWords({ tables, tablesRead, rows }) {
  return text.snapshot(count(tablesRead), count(tables), count(rows));
}

function factsOf(connector, { now }) {
  const { state, since, kind, heartbeatAgeMs, waiting, deadLetters, restarts, nextRestartAt, rebuilds } = connector;
  const { snapshot, binlog } = connector;
  const facts = [];
  if (rebuilds !== null) facts.push(text.rebuilds(rebuilds));
  if (since !== null) facts.push(text.since(span(now - since)));
  if (heartbeatAgeMs !== null) facts.push(text.heartbeat(span(heartbeatAgeMs)));
  else if (kind === "source" && state !== "unknown" && state !== "missing") facts.push(text.noHeartbeat);
  if (snapshot !== null) facts.push(snapshotWords(snapshot));
  if (binlog !== null) facts.push(text.binlogBehind(size(binlog.behindBytes)));
  if (binlog !== null && binlog.lastsMs !== null) facts.push(text.binlogLasts(span(binlog.lastsMs)));
  if (waiting !== null) facts.push(text.waiting(count(waiting.records)));
  if (waiting !== null && waiting.records > 0) facts.push(text.waited(span(waiting.ms)));
  if (deadLetters !== null) facts.push(text.deadLetters(count(deadLetters)));
  if (restarts > 0) facts.push(text.restarts(count(restarts)));
  if (nextRestartAt !== null) facts.push(text.nextRestart(span(nextRestartAt - now)));
  return facts;
}
