/** What is wrong, and what to do: an entry for each connector that is not as the plan has it. */
import { english, node, text } from "./format.js";
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
function entriesOf({ connectors, topology }) {
  const resting = new Map(topology.shards.map(({ connector, state }) => [connector, state]));
  const entries = connectors.flatMap(({ name, state, isDeclared, reason, remedy, deadLetters }) => {
    const rests = state === "paused" || state === "stopped";
    // By its declaration, or because it is none of the plan's.
    const isWanted = rests && (!isDeclared || (resting.get(name) ?? "running") !== "running");
    const letters = deadLetters ? [{ name, state: "behind", key: "deadLetters", reason: null, remedy: null }] : [];
    return well.has(state) || isWanted ? letters : [{ name, state, key: state, reason, remedy }, ...letters];
  });
  const isBad = ({ state }) => Number(toneOf(state) === "bad");
  return entries.toSorted((a, b) => isBad(b) - isBad(a));
}

function draw({ name, state, key, reason, remedy }) {
  const { what, why, command } = text.advice[key];
  const mark = key === "deadLetters" ? [] : [badge(state)];
  const entry = node(
    "li",
    toneOf(state),
    node("p", "what", ...mark, " ", node("strong", "", name), " ", what),
    node("p", "why", why),
    ...(reason === null ? [] : [english(reason, "p", "reason")]),
    ...(remedy === null ? [] : [english(remedy, "p", "reason")]),
    node("p", "command", node("code", "", command(name))),
  );
  entry.dataset.connector = name;
  return entry;
}
