/** When each shard was last compared with the index (`cdc reconcile`), and what was found. */
import { count, instant, node, span, text } from "./format.js";
import { shape } from "./marks.js";

export class Compared {
  #list;
  #shown = "";

  constructor(list) {
    this.#list = list;
  }

  show({ connectors, topology, ofNoShard, now }) {
    const reconciled = new Map(connectors.map(({ name, reconciled }) => [name, reconciled]));
    const lines = topology.shards.map(({ name, connector }) => lineOf(name, reconciled.get(connector) ?? null, now));
    if (ofNoShard) lines.push({ tone: "warn", mark: "warning", name: "", words: text.ofNoShard(count(ofNoShard)) });
    const shown = JSON.stringify(lines);
    if (shown !== this.#shown) this.#list.replaceChildren(...lines.map(draw));
    this.#shown = shown;
  }
}

function lineOf(name, reconciled, now) {
  if (reconciled === null) return { tone: "rest", mark: "question", name, words: text.neverCompared };
  const { at, differences, notCompared } = reconciled;
  const ago = span(now - at);
  const words = differences > 0 ? text.differed(ago, count(differences)) : text.agreed(ago);
  const isWell = differences === 0 && notCompared === 0;
  return {
    tone: isWell ? "good" : "warn",
    mark: isWell ? "check" : "warning",
    name,
    words: notCompared > 0 ? `${words} · ${text.notCompared(count(notCompared))}` : words,
    title: instant(at),
  };
}

function draw({ tone, mark, name, words, title = "" }) {
  const line = node("li", tone, shape(mark), " ", node("strong", "", name), " ", node("span", "", words));
  if (title !== "") line.title = title;
  return line;
}
