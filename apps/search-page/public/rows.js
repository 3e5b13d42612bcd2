/** The list of rows: one card each, which stays the same element while its row changes. */
import { hueOf, keyOfId, marked, plain } from "./format.js";

/** Columns that say best what a row is about, in this order. */
const titles = ["name", "title", "subject", "label"];
/** How long a change stays visible, in milliseconds. */
const showChangeMs = 8000;
/** How long a card that is no longer found stays; its animation in page.css takes as long. */
const leaveMs = 1200;
/** Longer values get a line of their own. */
const wideLength = 24;
/** Younger ones are drawn as fresh. */
const freshMs = 10_000;

export class Rows {
  /** By a row's id: its card, its last state, and what is to be shown of its last change. */
  #cards = new Map();
  #list;
  #formats;

  /** @param formats how the page's language writes (`formatsOf`). */
  constructor(list, formats) {
    this.#list = list;
    this.#formats = formats;
  }

  /**
   * Shows the rows of an answer.
   * @param live whether the same was asked as before: then what differs is a change of the row, and is shown as one.
   */
  show({ rows, nowMs }, words, live) {
    const found = new Set(rows.map(({ id, table }) => keyOf(table, id)));
    for (const [key, card] of this.#cards) if (!found.has(key)) this.#remove(key, card, live);
    let place = this.#list.firstElementChild;
    for (const row of rows) {
      const card = this.#update(row, words, live, nowMs);
      while (place?.classList.contains("gone")) place = place.nextElementSibling;
      if (place === card.element) place = place.nextElementSibling;
      else this.#list.insertBefore(card.element, place);
    }
  }

  /** Lets the rows grow older; also takes back what was shown of changes. */
  tick(nowMs) {
    for (const card of this.#cards.values()) {
      const { row, freshness } = card;
      if (row.changedMs !== null) {
        const { text, span } = this.#formats;
        freshness.textContent = text.ago(span(nowMs - row.changedMs));
        card.element.classList.toggle("fresh", nowMs - row.changedMs < freshMs);
      }
      if (card.change !== undefined && performance.now() - card.change.at > showChangeMs) {
        card.change = undefined;
        draw(card, this.#formats);
      }
    }
  }

  #update(row, words, live, nowMs) {
    const key = keyOf(row.table, row.id);
    const card = this.#cards.get(key) ?? create(row);
    const before = card.row;
    card.row = row;
    if (before === undefined) {
      this.#cards.set(key, card);
      if (live) card.change = changeOf({}, row, nowMs, true);
    } else if (before.changedMs !== row.changedMs || plain(before.fields) !== plain(row.fields)) {
      // Several changes in a moment are shown as one, from what was there before them.
      card.change = changeOf(card.change?.before ?? before.fields, row, nowMs, false);
    } else if (card.words === words.join(" ")) return card;
    card.words = words.join(" ");
    draw(card, this.#formats);
    return card;
  }

  #remove(key, { element }, live) {
    this.#cards.delete(key);
    if (!live) {
      element.remove();
      return;
    }
    element.classList.add("gone");
    setTimeout(() => element.remove(), leaveMs);
  }
}

function keyOf(table, id) {
  return `${table}\n${id}`;
}

function changeOf(before, row, nowMs, isNew) {
  const shownAfterMs = row.changedMs === null ? undefined : nowMs - row.changedMs;
  return { at: performance.now(), before, isNew, shownAfterMs };
}

function create(row) {
  const element = node("li", "row");
  element.dataset.id = row.id;
  if (row.shard !== null) element.style.setProperty("--hue", hueOf(row.shard));
  const freshness = node("time", "freshness");
  return { element, freshness, row: undefined, change: undefined, words: undefined };
}

/** Makes a card's content anew; text only ever becomes text. */
function draw(card, formats) {
  const { element, row, freshness, change } = card;
  const words = card.words.split(" ");
  const name = titles.find((field) => typeof row.fields[field] === "string");
  if (row.changedMs !== null) {
    freshness.dateTime = new Date(row.changedMs).toISOString();
    freshness.title = formats.text.committed(formats.instant(row.changedMs));
  }
  const head = node(
    "div",
    "head",
    node("span", "shard", row.shard ?? "?"),
    node("span", "table", row.table),
    freshness,
  );
  const title = node(
    "h2",
    "",
    ...(name === undefined ? marked(keyOfId(row.id), words) : fieldNodes(name, card, words)),
  );
  if (changed(name, card)) title.classList.add("changed");
  const fields = Object.keys(row.fields).filter((field) => field !== name);
  const list = node("dl", "", ...fields.map((field) => pair(field, card, words)));
  element.replaceChildren(head, title, list);
  if (change !== undefined) element.append(note(change, formats));
  element.classList.toggle("just-changed", change !== undefined);
  element.classList.toggle("new", change?.isNew === true);
}

/** How soon after its commit a change was here. */
function note({ isNew, shownAfterMs }, { text, span }) {
  const what = isNew ? text.isNew : text.isChanged;
  return node("p", "note", shownAfterMs === undefined ? what : `${what}, ${text.hereAfter(span(shownAfterMs))}`);
}

function pair(field, card, words) {
  const element = node("div", "field", node("dt", "", field), node("dd", "", ...fieldNodes(field, card, words)));
  element.dataset.field = field;
  const value = card.row.fields[field];
  if (value === null) element.classList.add("null");
  else if (typeof value === "object" || plain(value).length > wideLength) element.classList.add("wide");
  if (changed(field, card)) element.classList.add("changed");
  return element;
}

function fieldNodes(field, card, words) {
  const now = marked(plain(card.row.fields[field]), words);
  if (!changed(field, card)) return now;
  return [node("del", "", plain(card.change.before[field])), " ", node("ins", "", ...now)];
}

/** Of a new row no single column has changed. */
function changed(field, { change, row }) {
  return change !== undefined && !change.isNew && plain(change.before[field]) !== plain(row.fields[field]);
}

function node(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}
