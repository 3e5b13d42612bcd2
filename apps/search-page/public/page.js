/** The page: asks for the words in the box, and the same again and again, so that changes show by themselves. */
import { formatsOf, hueOf } from "./format.js";
import { Rows } from "./rows.js";
import { languageOf } from "./texts.js";

/** Pause between an answer and the next question, in milliseconds; longer after an error. */
const pauseMs = 400;
const errorPauseMs = 2000;
const pageSize = 30;
/** The most that the server gives. */
const maxSize = 200;

const byId = (id) => document.getElementById(id);
const language = languageOf(navigator.languages);
const formats = formatsOf(language);
const { text } = formats;
const query = byId("query");
const rows = new Rows(byId("rows"), formats);

/** What is asked; in the address too, so that a search can be kept and sent. */
const asked = { q: "", shard: "", size: pageSize };
/** Shared by the questions of one search: a new search ends them. */
let search = new AbortController();
/** How far the server's clock is ahead of this one, in milliseconds. */
let aheadMs = 0;

/** What the server says is English: it stands after a sentence in the language of the page. */
class Refusal extends Error {
  constructor(status, detail) {
    super({ 400: text.refused, 503: text.engineProblem }[status] ?? text.pageFailed);
    this.detail = detail;
  }
}

/** Writes the texts that do not change, in the browser's language. */
function translate() {
  document.documentElement.lang = language;
  document.title = text.title;
  byId("title").textContent = text.title;
  query.placeholder = text.placeholder;
  query.setAttribute("aria-label", text.search);
  byId("shards").setAttribute("aria-label", text.shards);
  byId("rows").setAttribute("aria-label", text.rows);
  byId("more").textContent = text.more;
  byId("keys").replaceChildren(...text.keys.map((part, place) => (place % 2 === 0 ? element("kbd", part) : part)));
  write(byId("live"), text.live);
}

function element(tag, content) {
  return Object.assign(document.createElement(tag), { textContent: content });
}

/** Begins anew with what is asked now. */
function restart() {
  search.abort();
  search = new AbortController();
  const address = new URLSearchParams();
  if (asked.q !== "") address.set("q", asked.q);
  if (asked.shard !== "") address.set("shard", asked.shard);
  history.replaceState(null, "", address.size === 0 ? "/" : `/?${address}`);
  void follow(search.signal);
}

async function follow(signal) {
  let live = false;
  while (!signal.aborted) {
    let pause = pauseMs;
    try {
      // A page that nobody sees need not ask.
      if (!document.hidden) {
        show(await ask(signal), live);
        live = true;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof TypeError) tell(text.serverAway);
      else tell(error.message, error.detail);
      pause = errorPauseMs;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function ask(signal) {
  const response = await fetch(`api/search?${new URLSearchParams(asked)}`, { signal });
  const answer = await response.json();
  if (!response.ok) throw new Refusal(response.status, answer.error);
  return answer;
}

function show(answer, live) {
  aheadMs = answer.nowMs - Date.now();
  const words = asked.q.split(/\s+/);
  rows.show(answer, words, live);
  rows.tick(answer.nowMs);

  write(byId("summary"), summary(answer));
  showShards(answer.shards);
  const shown = answer.rows.length;
  byId("more").hidden = shown >= answer.total || asked.size >= maxSize;
  byId("nothing").hidden = shown > 0;
  write(byId("nothing"), asked.q === "" ? text.noRows : text.noMatch);
  byId("problem").hidden = true;
  document.body.classList.remove("stale");
  write(byId("live"), text.live);
}

function summary({ total, rows: { length: shown } }) {
  const parts = [formats.rows(total)];
  if (asked.q === "") parts.push(text.newestFirst);
  if (shown < total) parts.push(text.firstBelow(formats.count(shown)));
  return parts.join(", ");
}

/** A button for each shard with the number of its rows; the chosen one stays, also with none. */
function showShards(shards) {
  const names = new Set(shards.map(({ name }) => name));
  const all = asked.shard === "" || names.has(asked.shard) ? shards : [...shards, { name: asked.shard, count: 0 }];
  const state = JSON.stringify([all, asked.shard]);
  const group = byId("shards");
  // Left alone while nothing differs, so that the keyboard keeps its place.
  if (group.dataset.state === state) return;
  group.dataset.state = state;
  const focused = document.activeElement?.closest("#shards button")?.dataset.shard;
  group.replaceChildren(
    ...all.map(({ name, count: found }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.shard = name;
      button.style.setProperty("--hue", hueOf(name));
      button.setAttribute("aria-pressed", String(name === asked.shard));
      button.append(name, " ", element("b", formats.count(found)));
      button.addEventListener("click", () => {
        asked.shard = name === asked.shard ? "" : name;
        restart();
      });
      return button;
    }),
  );
  if (focused !== undefined) group.querySelector(`[data-shard="${CSS.escape(focused)}"]`)?.focus();
}

/**
 * Says what is wrong; what was found last stays, drawn as old.
 * @param detail the server's own words, which are English.
 */
function tell(message, detail = "") {
  const problem = byId("problem");
  const said = [message, detail].filter((part) => part !== "").join(" ");
  // The same text again would be read aloud again.
  if (problem.textContent !== said) {
    const words = Object.assign(element("span", detail), { lang: "en" });
    problem.replaceChildren(message, message === "" || detail === "" ? "" : " ", words);
  }
  byId("problem").hidden = false;
  document.body.classList.add("stale");
  write(byId("live"), text.notLive);
}

/** The same text again would be read aloud again. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

query.addEventListener("input", () => {
  asked.q = query.value.trim();
  asked.size = pageSize;
  restart();
});
byId("more").addEventListener("click", () => {
  asked.size = Math.min(asked.size + pageSize, maxSize);
  restart();
});
document.addEventListener("keydown", (event) => {
  // Keys that compose a syllable or belong to the browser are not ours.
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/" && document.activeElement !== query) {
    event.preventDefault();
    query.select();
  } else if (event.key === "Escape") {
    query.value = "";
    query.focus();
    query.dispatchEvent(new Event("input"));
  }
});
// Without answers too, rows grow older.
setInterval(() => rows.tick(Date.now() + aheadMs), 500);

translate();
const address = new URLSearchParams(location.search);
query.value = address.get("q") ?? "";
asked.q = query.value.trim();
asked.shard = address.get("shard") ?? "";
restart();
