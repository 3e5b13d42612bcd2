/** Tables in plain text. */
import stringWidth from "string-width";

/** A cell; a missing number is shown as "-" and leaves its column one of numbers. */
export type Cell = string | number | undefined;

/**
 * Columns padded to their widest cell, two spaces apart; numbers are to the right. Widths are those of a terminal: a Korean
 * syllable and an emoji take two columns, colours none.
 */
export function formatTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = [header, ...rows.map((row) => row.map((cell) => String(cell ?? "-")))];
  const widths = header.map((_, column) => Math.max(...lines.map((line) => stringWidth(line[column] ?? ""))));
  const isNumber = header.map((_, column) => {
    const cells = rows.map((row) => row[column]);
    return cells.some((cell) => typeof cell === "number") && cells.every((cell) => typeof cell !== "string");
  });
  return lines
    .map((line) =>
      line
        .map((cell, column) => {
          const padding = " ".repeat((widths[column] ?? 0) - stringWidth(cell));
          return isNumber[column] ? padding + cell : cell + padding;
        })
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Text with spaces after it, up to so many columns of a terminal; longer text stays as it is. */
export function padded(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - stringWidth(text)));
}
