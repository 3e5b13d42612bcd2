/** The topology: a lane for each shard from its server to its topics, then what the read side makes of them; with live state on it. */
import { count, node, text, write } from "./format.js";
import { badge, toneOf } from "./marks.js";

export class Picture {
  #place;
  /** What the picture is of: it is made anew only for another one. */
  #drawn = "";
  /** Each shows one part of a state. */
  #updates = [];

  constructor(place) {
    this.#place = place;
  }

  show(state) {
    const drawn = JSON.stringify(state.topology);
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#updates = [];
      this.#place.replaceChildren(this.#lanes(state.topology), ...this.#readSide(state.topology));
    }
    for (const update of this.#updates) update(state);
  }

  #lanes(topology) {
    const { mysqlVersion, workers, kafkaVersion, brokers, shards } = topology;
    const titles = [
      { words: `MySQL ${mysqlVersion}` },
      { words: text.workers(count(workers)), part: "worker" },
      { words: brokers === 0 ? text.brokersElsewhere : text.brokers(kafkaVersion, count(brokers)), part: "broker" },
    ];
    const heads = titles.map(({ words, part }) => {
      const silent = node("span", "away", text.noAnswer);
      this.#updates.push((state) => (silent.hidden = state[part] !== "silent"));
      return node("div", "column", words, silent);
    });
    const lanes = node("ul", "lanes", ...shards.map((shard) => this.#lane(shard)));
    return node("div", "write-side", node("div", "columns", ...heads), lanes);
  }

  #lane({ name, connector, state: declared, server, prefix, tables }) {
    const away = node("span", "away", text.noAnswer);
    const arrows = [node("span", "arrow"), node("span", "arrow")];
    this.#updates.push((state) => {
      const found = stateOf(state, connector);
      away.hidden = !found.isServerAway;
      for (const arrow of arrows) arrow.className = `arrow ${flowOf(found.state)}`;
    });
    return node(
      "li",
      "lane",
      box("server", text.server, name, [server], away),
      arrows[0],
      box("connector", "Kafka Connect", connector, declaredWords(declared), this.#stateOf(connector)),
      arrows[1],
      box("topics", "Kafka", `${prefix}.*`, listed(tables)),
    );
  }

  /** Nothing where there is none. */
  #readSide({ readSide }) {
    if (readSide === undefined) return [];
    const { sink, engine, indices, page } = readSide;
    const letters = node("span", "away");
    const arrows = ["arrow", "arrow down", "arrow down"].map((className) => node("span", className));
    this.#updates.push((state) => {
      const { state: own, deadLetters } = stateOf(state, sink);
      write(letters, text.deadLetters(count(deadLetters ?? 0)));
      letters.hidden = !deadLetters;
      arrows.forEach((arrow, place) => (arrow.className = `arrow ${place === 0 ? "" : "down"} ${flowOf(own)}`));
    });
    const link = page === undefined ? [] : [address(page, text.page)];
    const parts = [
      box("sink", text.readSide, sink, [], this.#stateOf(sink), letters),
      arrows[1],
      box("engine", text.engine, bare(engine), listed(indices)),
      ...(page === undefined ? [] : [arrows[2], box("page", text.page, ...link, [bare(page)])]),
    ];
    return [arrows[0], node("div", "read-side", node("div", "column", text.readSide), ...parts)];
  }

  /** A place for a connector's state. */
  #stateOf(connector) {
    const place = node("span", "state");
    let shown = "";
    this.#updates.push((state) => {
      const { state: now } = stateOf(state, connector);
      if (now === shown) return;
      shown = now;
      place.replaceChildren(badge(now));
    });
    return place;
  }
}

function stateOf(state, connector) {
  return state.connectors.find(({ name }) => name === connector) ?? { state: "unknown" };
}

/** Whether changes come through: they flow, rest, or are held up. */
function flowOf(state) {
  const tone = toneOf(state);
  if (tone === "rest") return "rests";
  return tone === "good" || tone === "busy" || state === "behind" ? "flows" : "broken";
}

/** @param kind is said where no column says it. */
function box(className, kind, name, details, ...states) {
  const lines = details.map((detail) => node("span", "detail", detail));
  return node("div", `box ${className}`, node("span", "kind", kind), node("strong", "", name), ...lines, ...states);
}

function address(url, words) {
  return Object.assign(node("a", "", words), { href: url });
}

function bare(url) {
  return url.replace(/^https?:\/\//, "");
}

function declaredWords(state) {
  return state === "running" ? [] : [text.declared(text.states[state])];
}

function listed({ first, more }) {
  return more === 0 ? first : [...first, text.andMore(count(more))];
}
