/** Names in SQL. */

/** A name of a database, table or column, in backquotes. */
export function quotedName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

/** `DATABASE.TABLE`, each part in backquotes; a database's name has no dot. */
export function quotedTable(table: string): string {
  return tableParts(table).map(quotedName).join(".");
}

/** Database and name of `DATABASE.TABLE`. */
export function tableParts(table: string): [database: string, name: string] {
  const dot = table.indexOf(".");
  return [table.slice(0, dot), table.slice(dot + 1)];
}
