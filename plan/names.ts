/** How Kafka and Java's regular expressions read names. */

/** Kafka uses '.' and '_' alike in metric names and refuses topics that differ in nothing else. */
export function sanitised(name: string): string {
  return name.replaceAll(".", "_");
}

/** Takes a name literally in Java's regular expressions. */
export function quoted(name: string): string {
  return name.replaceAll(/[$.]/g, String.raw`\$&`);
}
