/** The page: asks for the words in the box, and the same again and again, so that changes show by themselves. */
import { count, counted, hueOf } from "./format.js";
import { Rows } from "./rows.js";

/** Pause between an answer and the next question, in milliseconds; longer after an error. */
const pauseMs = 400;
const errorPauseMs = 2000;
const pageSize = 30;
/** The most that the server gives. */
const maxSize = 200;

const byId = (id) => document.getElementById(id);
const query = byId("query");
const rows = new Rows(byId("rows"));

/** What is asked; in the address too, so that a search can be kept and sent. */
const asked = { q: "", shard: "", size: pageSize };
/** Shared by the questions of one search: a new search ends them. */
let search = new AbortController();
/** How far the server's clock is ahead of this one, in milliseconds. */
let aheadMs = 0;

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
      tell(
        error instanceof TypeError
          ? "the page's server does not answer: has the stack been taken down?"
          : error.message,
      );
      pause = errorPauseMs;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function ask(signal) {
  const response = await fetch(`api/search?${new URLSearchParams(asked)}`, { signal });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
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
  write(byId("nothing"), asked.q === "" ? "There are no rows in the index yet." : "No row has all of these words.");
  byId("problem").hidden = true;
  document.body.classList.remove("stale");
  write(byId("live"), "live");
}

function summary({ total, rows: { length: shown } }) {
  const all = counted(total, "row");
  const first = shown < total ? `, the first ${count(shown)} below` : "";
  return asked.q === "" ? `${all}, those that changed last first${first}` : `${all}${first}`;
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
      button.append(name, " ", Object.assign(document.createElement("b"), { textContent: count(found) }));
      button.addEventListener("click", () => {
        asked.shard = name === asked.shard ? "" : name;
        restart();
      });
      return button;
    }),
  );
  if (focused !== undefined) group.querySelector(`[data-shard="${CSS.escape(focused)}"]`)?.focus();
}

/** Says what is wrong; what was found last stays, drawn as old. */
function tell(message) {
  write(byId("problem"), message);
  byId("problem").hidden = false;
  document.body.classList.add("stale");
  write(byId("live"), "not live");
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

const address = new URLSearchParams(location.search);
query.value = address.get("q") ?? "";
asked.q = query.value.trim();
asked.shard = address.get("shard") ?? "";
restart();
