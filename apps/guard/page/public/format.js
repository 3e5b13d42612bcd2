/** How the page's language writes numbers, spans and times, and how elements are made: text only ever becomes text. */
import { languageOf, tables } from "./texts.js";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const language = languageOf(navigator.languages);
export const text = tables[language];

const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dateAndTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });
const time = new Intl.DateTimeFormat(language, { timeStyle: "medium", hourCycle: "h23" });
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** `1,234` */
export const count = (number) => whole.format(number);
/** Date and time of who looks. */
export const instant = (ms) => dateAndTime.format(ms);
/** The time alone, to the second. */
export const timeOfDay = (ms) => time.format(ms);
/** The time alone, to the minute. */
export const hourAndMinute = (ms) => clock.format(ms);

/** A span in milliseconds, as exact as it matters: `4 s`, `3 min`, `5 h`, `12 d`. */
export function span(ms) {
  const of = (unit) => whole.format(Math.floor(Math.max(ms, 0) / unit));
  if (ms < minute) return text.seconds(of(second));
  if (ms < hour) return text.minutes(of(minute));
  if (ms < 2 * day) return text.hours(of(hour));
  return text.days(of(day));
}

/** A size in bytes: `512 B`, `3.4 MiB`. */
export function size(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const step = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const number = bytes / 1024 ** step;
  return `${step === 0 || number >= 10 ? whole.format(number) : tenths.format(number)} ${units[step]}`;
}

/** An element with children: nodes, or texts. */
export function node(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}

/** Words that are not translated: the guard's, which are English. */
export function english(words, tag = "span", className = "") {
  const element = node(tag, className, words);
  element.lang = "en";
  return element;
}

/** Writes a text where it is another one: the same again would be read aloud again. */
export function write(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
