/** Of DDL statements, what several rooms say. */

/** As much of a statement as tells it from others, for `cdc:connectors.skipDdl`. */
export function beginningOf(statement: string): string {
  const [head = ""] = statement.trim().replaceAll(/\s+/g, " ").split("(");
  return head.trim().slice(0, 120).trim();
}
