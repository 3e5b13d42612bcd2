/** Plots as SVG text: bars with whiskers from the least to the most, and lines where a figure grows with a number. */
import { median, rounded, type Comparison, type Series } from "./measure.ts";

const width = 760;
const labelWidth = 230;
const valueWidth = 130;
const barHeight = 16;
const lineHeight = 24;
const chartHeight = 220;

/** What a plot is made of: a height, and what is drawn from a given y on. */
interface Block {
  readonly height: number;
  readonly draw: (y: number) => string;
}

/** One picture of a part: a block per comparison, one for all comparisons whose ids differ in a last number only. */
export function plot(comparisons: readonly Comparison[]): string {
  const blocks = grouped(comparisons).map((group) => (group.length > 2 ? chart(group) : stacked(group.map(bars))));
  const { height, draw } = stacked(blocks);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<style>${style}</style>`,
    draw(0),
    "</svg>",
    "",
  ].join("\n");
}

/** Readable on white and on black, whatever shows it. */
const style =
  "text{font:13px sans-serif;fill:#24292f}.title{font-weight:600}.whisker{stroke:#24292f;stroke-width:1.5}.axis{stroke:#8c959f}" +
  ".c0{fill:#0969da;stroke:#0969da}.c1{fill:#8c959f;stroke:#8c959f}.c2{fill:#bf8700;stroke:#bf8700}.c3{fill:#8250df;stroke:#8250df}" +
  ".line{fill:none;stroke-width:2}text.key{stroke:none}" +
  "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.whisker{stroke:#e6edf3}.c0{fill:#58a6ff;stroke:#58a6ff}}";

/** The stem and the number of `growth.up.6`; undefined for other ids. */
export function numberOf(id: string): { stem: string; number: number } | undefined {
  const [, stem, number] = /^(.+)\.(\d+)$/.exec(id) ?? [];
  return stem === undefined ? undefined : { stem, number: Number(number) };
}

function grouped(comparisons: readonly Comparison[]): Comparison[][] {
  const groups = new Map<string, Comparison[]>();
  for (const one of comparisons) {
    const stem = numberOf(one.id)?.stem ?? one.id;
    groups.set(stem, [...(groups.get(stem) ?? []), one]);
  }
  return [...groups.values()];
}

function bars({ title, unit, ours, peers }: Comparison): Block {
  const all = [ours, ...peers];
  const most = Math.max(...all.flatMap(({ values }) => values));
  const x = (value: number) => labelWidth + (value / most) * (width - labelWidth - valueWidth);
  return {
    height: (all.length + 1) * lineHeight + 12,
    draw: (y) =>
      [
        `<text class="title" x="0" y="${y + 16}">${escaped(title)}</text>`,
        ...all.map((series, index) => bar(series, unit, index, y + (index + 1) * lineHeight, x)),
      ].join("\n"),
  };
}

function bar({ name, values }: Series, unit: string, index: number, y: number, x: (value: number) => number): string {
  const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)];
  const centre = y + barHeight / 2;
  return [
    `<text x="${labelWidth - 8}" y="${y + 13}" text-anchor="end">${escaped(name)}</text>`,
    `<rect class="${colour(index)}" x="${labelWidth}" y="${y}" width="${fixed(x(middle) - labelWidth)}" height="${barHeight}"/>`,
    ...(values.length > 1
      ? [
          `<path class="whisker" d="M${fixed(x(least))} ${centre}H${fixed(x(most))}M${fixed(x(least))} ${centre - 4}v8M${fixed(x(most))} ${centre - 4}v8"/>`,
        ]
      : []),
    `<text x="${fixed(x(most) + 6)}" y="${y + 13}">${rounded(middle)} ${unit}</text>`,
  ].join("\n");
}

/** A line per series over the number; the whiskers show the spread. */
function chart(group: readonly Comparison[]): Block {
  const points = group
    .map((one) => ({ ...one, number: numberOf(one.id)?.number ?? 0 }))
    .toSorted((a, b) => a.number - b.number);
  const [first, last] = [points[0], points.at(-1)];
  const names = ["ours", ...new Set(points.flatMap(({ peers }) => peers.map(({ name }) => name)))];
  const of = ({ ours, peers }: Comparison, name: string) =>
    name === "ours" ? ours : peers.find((series) => series.name === name);
  const most = Math.max(...points.flatMap(({ ours, peers }) => [ours, ...peers].flatMap(({ values }) => values)));
  const [left, right, top] = [70, width - 20, lineHeight + 8];
  const span = Math.max(1, (last?.number ?? 0) - (first?.number ?? 0));
  const x = (number: number) => fixed(left + 20 + ((number - (first?.number ?? 0)) / span) * (right - left - 40));
  const height = top + chartHeight + lineHeight * (names.length + 1) + 12;
  return {
    height,
    draw(yStart) {
      const bottom = yStart + top + chartHeight;
      const y = (value: number) => fixed(bottom - (value / most) * (chartHeight - 10));
      const lines = names.map((name, index) => {
        const shown = points.flatMap((point) => {
          const values = of(point, name)?.values ?? [];
          return values.length === 0 ? [] : [{ number: point.number, values }];
        });
        const path = shown
          .map(({ number, values }, at) => `${at === 0 ? "M" : "L"}${x(number)} ${y(median(values))}`)
          .join("");
        const spread = shown
          .map(({ number, values }) => `M${x(number)} ${y(Math.min(...values))}V${y(Math.max(...values))}`)
          .join("");
        const key = bottom + lineHeight * (index + 2);
        const medians = shown.map(({ number, values }) => `${number}: ${rounded(median(values))}`).join(", ");
        return [
          `<path class="line ${colour(index)}" style="fill:none" d="${path}"/>`,
          `<path class="line ${colour(index)}" d="${spread}"/>`,
          `<rect class="${colour(index)}" x="${left}" y="${key - 11}" width="12" height="12"/>`,
          `<text x="${left + 20}" y="${key}">${escaped(`${name} (${medians})`)}</text>`,
        ].join("\n");
      });
      return [
        `<text class="title" x="0" y="${yStart + 16}">${escaped(`${first?.title ?? ""} … ${last?.title ?? ""}`)}</text>`,
        `<path class="axis" style="fill:none" d="M${left} ${bottom - chartHeight}V${bottom}H${right}"/>`,
        `<text x="${left - 6}" y="${y(most)}" text-anchor="end">${rounded(most)} ${first?.unit ?? ""}</text>`,
        `<text x="${left - 6}" y="${bottom}" text-anchor="end">0</text>`,
        ...points.map(
          ({ number }) => `<text x="${x(number)}" y="${bottom + 18}" text-anchor="middle">${number}</text>`,
        ),
        ...lines,
      ].join("\n");
    },
  };
}

function stacked(blocks: readonly Block[]): Block {
  return {
    height: blocks.reduce((sum, { height }) => sum + height, 0),
    draw(y) {
      let at = y;
      return blocks
        .map((block) => {
          const drawn = block.draw(at);
          at += block.height;
          return drawn;
        })
        .join("\n");
    },
  };
}

/** Ours, then the peers; more than there are colours begin anew with the peers'. */
function colour(index: number): string {
  return `c${index === 0 ? 0 : ((index - 1) % 3) + 1}`;
}

function fixed(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
