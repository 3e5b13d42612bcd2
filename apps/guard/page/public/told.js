/** What happened: the guard's log, the newest first. */
import { count, english, instant, node, text, timeOfDay, write } from "./format.js";
import { badge, shape } from "./marks.js";

const step = 12;
const looks = { INFO: ["rest", "info"], WARN: ["warn", "warning"], ERROR: ["bad", "cross"] };

export class Told {
  #list;
  #more;
  #told = [];
  #limit = step;
  #shown = "";

  constructor(list, more) {
    this.#list = list;
    this.#more = more;
    more.addEventListener("click", () => {
      this.#limit += 2 * step;
      this.#draw();
    });
  }

  show(told) {
    this.#told = told;
    this.#draw();
  }

  #draw() {
    const shown = this.#told.slice(0, this.#limit);
    const rest = this.#told.length - shown.length;
    this.#more.hidden = rest === 0;
    write(this.#more, `${text.more} (${count(rest)})`);
    const key = JSON.stringify([this.#limit, shown]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#list.replaceChildren(...shown.map(entry));
  }
}

function entry({ at, level, connector, condition, text: words }) {
  const time = Object.assign(node("time", "", timeOfDay(at)), {
    dateTime: new Date(at).toISOString(),
    title: instant(at),
  });
  const [tone, name] = looks[level] ?? looks.INFO;
  const mark =
    condition === undefined ? node("span", `badge ${tone}`, shape(name), text.levels[level]) : badge(condition);
  const who = connector === undefined ? [] : [node("strong", "", connector), " "];
  return node("li", "", time, mark, node("p", "", ...who, english(words)));
}
