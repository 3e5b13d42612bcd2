/** Tables in plain text. */
import { stripVTControlCharacters } from "node:util";

/** A cell; a missing number is shown as "-" and leaves its column one of numbers. */
export type Cell = string | number | undefined;

/** Columns padded to their widest cell, two spaces apart; numbers are to the right. Colours take no room. */
export function formatTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows.map((row) => row.map((cell) => String(cell ?? "-")))];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ""))));
  const isNumber = header.map((_, column) => {
    const cells = rows.map((row) => row[column]);
    return cells.some((cell) => typeof cell === "number") && cells.every((cell) => typeof cell !== "string");
  });
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const padding = " ".repeat((widths[column] ?? 0) - widthOf(cell));
          return isNumber[column] ? padding + cell : cell + padding;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function widthOf(cell: string): number {
  return stripVTControlCharacters(cell).length;
}
