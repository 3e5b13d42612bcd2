/** The page: asks the guard what it knows, again and again, and shows it. It only reads. */
import { Advice } from "./advice.js";
import { Compared } from "./compared.js";
import { english, instant, language, span, text, write } from "./format.js";
import { Picture } from "./picture.js";
import { Rows } from "./rows.js";
import { Told } from "./told.js";

/** Pause between an answer and the next question, in milliseconds. */
const pauseMs = 2000;
/** As often as the guard has a new point. */
const plotEveryMs = 15_000;
/** A guard that is frozen takes the question, and answers never. */
const patienceMs = 10_000;

const byId = (id) => document.getElementById(id);
const advice = new Advice(byId("advice"));
const picture = new Picture(byId("picture"));
const rows = new Rows(byId("rows"));
const compared = new Compared(byId("compared"));
const told = new Told(byId("told"), byId("more"));

/** Writes the texts that do not change, in the browser's language. */
function translate() {
  document.documentElement.lang = language;
  const fixed = {
    live: text.live,
    "to-do-title": text.toDo,
    "picture-title": text.picture,
    "rows-title": text.rows,
    "index-title": text.index,
    "told-title": text.told,
    "in-the-log": text.inTheLog,
    elsewhere: text.elsewhere,
    agrees: text.agrees,
  };
  for (const [id, words] of Object.entries(fixed)) write(byId(id), words);
}

/** The guard gave no answer, or none that is meant for the page. */
class NoAnswer extends Error {}

async function ask(path) {
  try {
    const response = await fetch(path, { signal: AbortSignal.timeout(patienceMs) });
    if (response.ok) return await response.json();
  } catch {
    // It is away.
  }
  throw new NoAnswer(path);
}

async function follow() {
  let plottedAt = -plotEveryMs;
  for (;;) {
    try {
      // A page that nobody sees need not ask.
      if (!document.hidden) {
        show(await ask("api/state"));
        if (performance.now() - plottedAt >= plotEveryMs) {
          rows.plot(await ask("api/history"));
          plottedAt = performance.now();
        }
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      tell(text.serverAway);
      setLive(false);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function show(state) {
  const title = text.title(state.stack);
  if (document.title !== title) document.title = title;
  write(byId("title"), title);
  const entries = advice.show(state);
  byId("to-do").hidden = entries === 0;
  picture.show(state);
  rows.show(state);
  told.show(state.told);
  write(byId("nothing"), text.nothingTold);
  byId("nothing").hidden = state.told.length > 0;
  write(byId("known-since"), text.knownSince(instant(state.since)));
  byId("index").hidden = state.topology.readSide === undefined;
  compared.show(state);
  write(byId("summary"), summary(state, entries));
  write(byId("looked"), state.checkedAt === null ? "" : text.looked(span(state.now - state.checkedAt)));
  document.body.dataset.tone = entries > 0 || state.error !== null ? "warn" : "good";

  if (state.isSilent) tell(text.silent(span(state.now - state.checkedAt)));
  else if (state.error === null) byId("problem").hidden = true;
  else tell(text.cannotSee, state.error);
  setLive(!state.isSilent);
}

function summary({ checkedAt, error, isSilent }, entries) {
  if (checkedAt === null) return text.connecting;
  if (entries > 0) return text.notAll(String(entries));
  return error === null && !isSilent ? text.allWell : "";
}

function setLive(isLive) {
  document.body.classList.toggle("stale", !isLive);
  write(byId("live"), isLive ? text.live : text.notLive);
}

/**
 * Says what is wrong; what was found last stays.
 * @param detail the guard's own words, which are English.
 */
function tell(message, detail = "") {
  const problem = byId("problem");
  const said = [message, detail].filter((part) => part !== "").join(" ");
  // The same text again would be read aloud again.
  if (problem.textContent !== said) {
    problem.replaceChildren(message, ...(detail === "" ? [] : [" ", english(detail)]));
  }
  problem.hidden = false;
}

translate();
void follow();
