/** How values are written. */
import { tables } from "./texts.js";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * How one language writes numbers, spans and times.
 * @param language a key of `tables`.
 */
export function formatsOf(language) {
  const text = tables[language];
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const dateAndTime = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "long" });
  const plural = new Intl.PluralRules(language);
  const floor = (ms, unit) => whole.format(Math.floor(ms / unit));
  return {
    text,
    /** `1,234` */
    count: (number) => whole.format(number),
    /** `1 row`, `2 rows` */
    rows: (number) => (plural.select(number) === "one" ? text.oneRow : text.manyRows)(whole.format(number)),
    /** A span in milliseconds, as exact as it matters: `0.8 s`, `42 s`, `3 min`, `5 h`, `12 d`. */
    span(ms) {
      if (ms < 9.95 * second) return text.seconds(tenths.format(Math.max(ms, 0) / second));
      if (ms < minute) return text.seconds(floor(ms, second));
      if (ms < hour) return text.minutes(floor(ms, minute));
      if (ms < 2 * day) return text.hours(floor(ms, hour));
      return text.days(floor(ms, day));
    },
    /** An instant in milliseconds since 1970: date, time and zone of who looks. */
    instant: (ms) => dateAndTime.format(ms),
  };
}

/** A column's value as text; numbers, decimals and times digit by digit, as they came. */
export function plain(value) {
  if (value === null || value === undefined) return "—";
  if (typeof value === "string") return value.replace(/^(\d{4}-\d\d-\d\d)T(?=\d\d:)/, "$1 ");
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return value.map(plain).join(", ");
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${plain(inner)}`)
    .join(" · ");
}

/** The primary key of a document's `_id`, which is `SHARD:KEY` or `SHARD:KEY:KEY`, with `%25` and `%3A` for % and :. */
export function keyOfId(id) {
  const unescaped = (part) => part.replaceAll("%3A", ":").replaceAll("%25", "%");
  return id.split(":").slice(1).map(unescaped).join(" · ");
}

/** Text as nodes, with `mark` around what was searched for, where a word begins with it. */
export function marked(text, words) {
  const wanted = words.filter((word) => word !== "").map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (wanted.length === 0) return [text];
  // A group in the pattern: every second part is one that matches.
  return text.split(new RegExp(`(?<![\\p{L}\\p{N}])(${wanted.join("|")})`, "giu")).map((part, place) => {
    if (place % 2 === 0) return part;
    const mark = document.createElement("mark");
    mark.textContent = part;
    return mark;
  });
}

/** A hue for a shard, the same whatever else is found; far apart for names that differ in their number. */
export function hueOf(shard) {
  const sum = [...shard].reduce((total, letter) => total + letter.codePointAt(0), 0);
  return Math.round((sum * 137.508) % 360);
}
