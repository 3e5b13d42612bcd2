/** The checklist as a person reads it. */
import stringWidth from "string-width";
import { padded } from "../../lib/table.ts";
import { coloured } from "../output.ts";
import { firstBroken, type Result } from "./walk.ts";

/** Each section with its checks, and in the end what is to be mended first. */
export function render(results: readonly Result[]): string {
  const width = Math.max(...results.map(({ title }) => stringWidth(title)));
  const sections = Map.groupBy(results, ({ section }) => section);
  const lists = [...sections].map(([section, checks]) =>
    [coloured("bold", section), ...checks.map((check) => line(check, width))].join("\n"),
  );
  const first = firstBroken(results);
  const others = results.filter(({ verdict }) => verdict === "broken").length - 1;
  const verdict =
    first === undefined
      ? coloured("green", `all ${results.length} checks are well`)
      : [
          `${coloured("red", "first broken link:")} ${first.section}, ${first.title}: ${first.found}`,
          `  what to do: ${first.remedy ?? "see above"}`,
          ...(others > 0
            ? [`  ${others} more after it may be its consequence: run cdc doctor again when it is mended`]
            : []),
        ].join("\n");
  return [...lists, "", verdict].join("\n");
}

const marks = {
  well: (text: string) => coloured("green", text),
  broken: (text: string) => coloured("red", text),
  "not-reached": (text: string) => coloured("gray", text),
};

function line({ verdict, title, found }: Result, width: number): string {
  const mark = { well: "✓", broken: "✗", "not-reached": "–" }[verdict];
  // Traces have lines of their own.
  const indented = found.replaceAll("\n", `\n${" ".repeat(width + 6)}`);
  return `  ${marks[verdict](mark)} ${padded(title, width)}  ${indented}`;
}
