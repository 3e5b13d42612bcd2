/** What is wrong, and what to do: an entry for each connector that is not as the plan has it. */
import { count, english, node, span, text } from "./format.js";
import { badge, toneOf } from "./marks.js";

/** Nothing is to be done about these. */
export const well = new Set(["healthy", "catching-up", "snapshotting", "unknown"]);

export class Advice {
  #list;
  #shown = "";

  constructor(list) {
    this.#list = list;
  }

  /** @returns how many entries there are. */
  show(state) {
    const entries = entriesOf(state);
    const shown = JSON.stringify(entries);
    // Left alone while nothing differs: somebody may be copying a command.
    if (shown !== this.#shown) this.#list.replaceChildren(...entries.map(draw));
    this.#shown = shown;
    return entries.length;
  }
}

/** The worst first. */
function entriesOf({ connectors, topology, indexTrouble, isEngineSilent }) {
  const resting = new Map(topology.shards.map(({ connector, state }) => [connector, state]));
  const entries = connectors.flatMap((connector) => {
    const { name, state, isDeclared, reason, remedy } = connector;
    const rests = state === "paused" || state === "stopped";
    // By its declaration, or because it is none of the plan's.
    const isWanted = rests && (!isDeclared || (resting.get(name) ?? "running") !== "running");
    const own = well.has(state) || isWanted ? [] : [{ name, tone: toneOf(state), state, key: state, reason, remedy }];
    return [...own, ...others(connector)];
  });
  const index = [
    ...(isEngineSilent ? [entry("", "bad", "engineSilent", null)] : []),
    ...(indexTrouble === null ? [] : [entry("", "bad", "unhealthyIndex", missing(indexTrouble))]),
  ];
  const isBad = ({ tone }) => Number(tone === "bad");
  return [...index, ...entries].toSorted((a, b) => isBad(b) - isBad(a));
}

/** What is wrong beside a connector's state. */
function others({ name, shard, deadLetters, binlog, reconciled }) {
  return [
    ...(binlog?.isPurgedSoon ? [entry(name, "warn", "purge", lasting(binlog))] : []),
    ...(reconciled !== null && reconciled.differences > 0
      ? [entry(shard ?? name, "warn", "differs", text.differences(count(reconciled.differences)))]
      : []),
    ...(deadLetters ? [entry(name, "warn", "deadLetters", null)] : []),
  ];
}

/** @param detail in the page's language. */
function entry(name, tone, key, detail) {
  return { name, tone, state: null, key, detail, reason: null, remedy: null };
}

function lasting({ lastsMs }) {
  return text.binlogLasts(span(lastsMs));
}

function missing({ missing: aliases }) {
  return aliases.length === 0 ? null : text.missingAliases(aliases.join(", "));
}

function draw({ name, tone, state, key, detail = null, reason, remedy }) {
  const { what, why, command } = text.advice[key];
  const mark = state === null ? [] : [badge(state)];
  const element = node(
    "li",
    tone,
    node("p", "what", ...mark, " ", node("strong", "", name), " ", what),
    node("p", "why", why),
    ...(detail === null ? [] : [node("p", "reason", detail)]),
    ...(reason === null ? [] : [english(reason, "p", "reason")]),
    ...(remedy === null ? [] : [english(remedy, "p", "reason")]),
    node("p", "command", node("code", "", command(name))),
  );
  element.dataset.connector = name;
  element.dataset.about = key;
  return element;
}
