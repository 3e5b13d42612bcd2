/** The results in words: a Markdown table for each part, and two runs side by side. */
import { judge, ratio } from "./judge.ts";
import { median, rounded, type Series, type Unit } from "./measure.ts";
import type { Measured, Results } from "./results.ts";

/** The page; each part's plot is shown where `plots` names its file. */
export function markdown(results: Results, plots: ReadonlyMap<string, string>): string {
  const parts = [...new Set(results.comparisons.map(({ part }) => part))];
  return [
    "# Benchmarks",
    "",
    "Written by `make bench`. Medians, with the least and the most of all rounds; ours and what stands beside it were measured in turn, in the same run.",
    "",
    ...Object.entries(results.machine).map(([name, fact]) => `- ${name}: ${fact}`),
    ...parts.flatMap((part) => {
      const comparisons = results.comparisons.filter((one) => one.part === part);
      const plot = plots.get(part);
      return [
        "",
        `## ${part}`,
        "",
        `Measured ${whenOf(comparisons)}.`,
        "",
        ...table(["figure", "ours", "beside it", "ours ÷ that", "bound", "kept"], comparisons.map(row)),
        ...(plot === undefined ? [] : ["", `![${part}](${plot})`]),
      ];
    }),
    "",
  ].join("\n");
}

/** Medians of two runs, and by how much the second differs; only comparisons and series that both have. */
export function comparedRuns(a: Results, b: Results): string {
  const rows = a.comparisons.flatMap((one) => {
    const other = b.comparisons.find(({ id }) => id === one.id);
    if (other === undefined) return [];
    const pairs: [Series, Series | undefined][] = [
      [one.ours, other.ours],
      ...one.peers.map((peer): [Series, Series | undefined] => [
        peer,
        other.peers.find(({ name }) => name === peer.name),
      ]),
    ];
    return pairs.flatMap(([first, second]) =>
      second === undefined ? [] : [[one.id, first.name, ...differing(first, second, one.unit)]],
    );
  });
  return table(["id", "series", "first run", "second run", "difference"], rows).join("\n");
}

function differing(first: Series, second: Series, unit: Unit): string[] {
  const [before, after] = [median(first.values), median(second.values)];
  const percent = (after / before - 1) * 100;
  return [
    `${rounded(before)} ${unit}`,
    `${rounded(after)} ${unit}`,
    `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(1)} %`,
  ];
}

function row(comparison: Measured): string[] {
  const { title, unit, ours, peers } = comparison;
  const judged = judge(comparison);
  return [
    title,
    withSpread(ours, unit),
    lines(peers.map((peer) => `${peer.name}: ${withSpread(peer, unit)}`)),
    lines(peers.map((peer) => rounded(ratio(ours, peer)))),
    lines(judged.map(({ bound }) => bound)),
    lines(judged.map(({ isKept }) => (isKept ? "yes" : "**no**"))),
  ];
}

/** `12.3 s (11.9–13.0)`. */
function withSpread({ values }: Series, unit: Unit): string {
  const spread = values.length > 1 ? ` (${rounded(Math.min(...values))}–${rounded(Math.max(...values))})` : "";
  return `${rounded(median(values))} ${unit}${spread}`;
}

function whenOf(comparisons: readonly Measured[]): string {
  const rounds = [...new Set(comparisons.map(({ ours }) => ours.values.length))].toSorted((a, b) => a - b).join(" or ");
  const runs = [...new Set(comparisons.map(({ date, commit }) => `on ${date} at commit ${commit}`))];
  return `${runs.join(" and ")}, rounds: ${rounds}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)];
}

function lines(texts: readonly string[]): string {
  return texts.join("<br>");
}
