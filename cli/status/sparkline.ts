/** Numbers as a line of blocks, as high as they are. Pure. */

const blocks = "▁▂▃▄▅▆▇█";

/**
 * @param values in their order; undefined where nothing is known.
 * @param width columns of the terminal; where there are more values, each column is the worst of its part.
 * @param top what the highest block stands for.
 * @returns as many columns as there are values, or `width`; a space where nothing is known.
 */
export function sparkline(values: readonly (number | undefined)[], width: number, top: number): string {
  const columns = Math.min(width, values.length);
  return Array.from({ length: columns }, (_, column) => {
    const part = values.slice(
      Math.floor((column * values.length) / columns),
      Math.floor(((column + 1) * values.length) / columns),
    );
    const known = part.filter((value) => value !== undefined);
    return known.length === 0 ? " " : blockOf(Math.max(...known), top);
  }).join("");
}

function blockOf(value: number, top: number): string {
  const at = Math.floor((Math.min(Math.max(value, 0), top) / top) * blocks.length);
  return blocks[Math.min(at, blocks.length - 1)] ?? " ";
}

/** Whether a terminal shows blocks: by the locale that it was given. */
export function showsBlocks({ LC_ALL, LC_CTYPE, LANG, TERM }: NodeJS.ProcessEnv): boolean {
  return TERM !== "dumb" && /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || "");
}
