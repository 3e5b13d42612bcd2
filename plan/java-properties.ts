/** Java's properties format, as `java.util.Properties.load(InputStream)` reads it: ISO 8859-1 with `\uXXXX` for the rest. */

/** Renders properties sorted, so that the same plan gives the same bytes. */
export function renderProperties(properties: Readonly<Record<string, string>>): string {
  const lines = Object.entries(properties)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${escapedKey(key)}=${escapedValue(value)}`);
  return `${lines.join("\n")}\n`;
}

/** A value as it has to stand behind `=`, so that it is read as it is. */
export function escapedValue(value: string): string {
  // Blanks before a value are no part of it.
  return escaped(value).replace(/^ /, String.raw`\ `);
}

/** What ends a key, or makes a comment of its line, is escaped wherever it stands. */
function escapedKey(key: string): string {
  return escaped(key).replaceAll(/[ =:#!]/g, String.raw`\$&`);
}

/** All but printable ASCII by its UTF-16 code units, which are Java's characters. */
function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll(/[^ -~]/g, (unit) => {
    return String.raw`\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
