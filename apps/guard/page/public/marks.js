/** How a state looks: a tone, and a shape, so that nobody needs to tell colours apart. */
import { node, text } from "./format.js";

/** Of every state: `good`, `busy` (nothing is wrong, something is going on), `warn` (the guard sees to it), `bad` (a person is needed), `rest`. */
const looks = {
  healthy: ["good", "check"],
  "catching-up": ["busy", "forward"],
  snapshotting: ["busy", "copy"],
  behind: ["warn", "clock"],
  failed: ["warn", "warning"],
  stalled: ["warn", "warning"],
  waiting: ["warn", "clock"],
  lost: ["bad", "cross"],
  lasting: ["bad", "cross"],
  "gave-up": ["bad", "cross"],
  missing: ["bad", "cross"],
  paused: ["rest", "pause"],
  stopped: ["rest", "stop"],
  unknown: ["rest", "question"],
};

/** Drawn with a line in a box of 24 by 24. */
const shapes = {
  check: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20ZM7.5 12.5l3 3 6-6.5",
  forward: "M4 5l7 7-7 7M13 5l7 7-7 7",
  copy: "M8 8h13v13H8ZM16 8V3H3v13h5",
  clock: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20ZM12 6.5V12l4 2.5",
  warning: "M12 3 1.8 20.5h20.4ZM12 9.5v5M12 17.4v.2",
  cross: "M8 2h8l6 6v8l-6 6H8l-6-6V8ZM8.5 8.5l7 7M15.5 8.5l-7 7",
  pause: "M8 4v16M16 4v16",
  stop: "M5 5h14v14H5Z",
  question: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20ZM9 9.3a3 3 0 1 1 4.3 2.9c-.9.5-1.3 1-1.3 2M12 17.4v.2",
  info: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20ZM12 11v6M12 7.2v.2",
};

/** A shape; what it says is said in words beside it. */
export function shape(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("shape");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", shapes[name]);
  svg.append(path);
  return svg;
}

export function toneOf(state) {
  return looks[state]?.[0] ?? "rest";
}

/** A state as shape and word. */
export function badge(state) {
  const [tone, name] = looks[state] ?? looks.unknown;
  return node("span", `badge ${tone}`, shape(name), text.states[state] ?? text.states.unknown);
}
