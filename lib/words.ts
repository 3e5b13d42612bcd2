/** Figures as a person reads them. */

/** A time span: "850 ms", "12 s", "3 min", "2 h", "5 d". */
export function duration(milliseconds: number): string {
  const steps: readonly (readonly [number, string])[] = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1000, "s"],
  ];
  for (const [size, unit] of steps) {
    // From two units on: "90 s" says more than "1 min", "36 h" more than "1 d".
    if (milliseconds >= (unit === "s" ? size : 2 * size)) return `${Math.floor(milliseconds / size)} ${unit}`;
  }
  return `${Math.round(milliseconds)} ms`;
}

/** How long ago, to the second: "3 s ago". */
export function ago(milliseconds: number): string {
  return milliseconds < 1000 ? "now" : `${duration(milliseconds)} ago`;
}

/** A size: "512 B", "1.5 KiB", "20 MiB". */
export function bytes(count: number): string {
  let size = count;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (size < 1024) return `${unit === "B" || size >= 10 ? Math.round(size) : size.toFixed(1)} ${unit}`;
    size /= 1024;
  }
  return `${size.toFixed(1)} TiB`;
}
