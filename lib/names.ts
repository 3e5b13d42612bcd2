/** How Kafka and Java's regular expressions read names. */

/** Kafka uses '.' and '_' alike in metric names and refuses topics that differ in nothing else. */
export function sanitised(name: string): string {
  return name.replaceAll(".", "_");
}

/**
 * Takes a name literally in Java's regular expressions, and in Debezium's lists of them, which are split at commas and
 * trimmed: what is neither a letter nor a digit is written as its number.
 */
export function quoted(name: string): string {
  return name
    .replaceAll(/[$.]/g, String.raw`\$&`)
    .replaceAll(
      /[^\w\\$.\u0080-\uFFFF-]|\\(?![$.])/g,
      (mark) => `\\x${mark.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );
}

/** The name that `quoted` was given. */
export function unquoted(pattern: string): string {
  return pattern.replaceAll(/\\(?:x([0-9a-f]{2})|(.))/g, (_, code: string | undefined, mark: string) =>
    code === undefined ? mark : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/**
 * What MySQL, Kafka and Debezium take for a name between them: letters and digits of every script, none beyond U+FFFF. A dot
 * could not be told from the one between the names; a space ends a table's name in a signal (Debezium's TableIdParser); what
 * else is left out means something in regular expressions or in their lists.
 */
export const identifier = String.raw`(?:(?![\u{10000}-\u{10FFFF}])[\p{L}\p{M}\p{N}_$@#-]){1,64}`;

const tableName = new RegExp(`^${identifier}\\.${identifier}$`, "u");

/** Whether this is the name of a table that can be captured, `DATABASE.TABLE`. */
export function isTableName(text: string): boolean {
  return tableName.test(text);
}

/**
 * The topic of a table's changes, as Debezium calls it (AbstractTopicNamingStrategy.sanitizedTopicName): `_` stands for each
 * character that Kafka does not take.
 * @param table `DATABASE.TABLE`.
 */
export function topicOf(prefix: string, table: string): string {
  return `${prefix}.${inTopic(table)}`;
}

/** A table's name as it is in a topic's. */
export function inTopic(table: string): string {
  return table.replaceAll(/[^A-Za-z0-9._-]/g, "_");
}

/** `DATABASE.TABLE` in SQL: in backquotes where MySQL asks for them. */
export function inSql(table: string): string {
  const parts = table
    .split(".")
    .map((name) => (/^[A-Za-z_][\w$]*$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``));
  return parts.join(".");
}

/**
 * Whether two names mean one column: MySQL's column names know no upper and lower case, and Debezium's lists of columns
 * are matched with `CASE_INSENSITIVE`, which folds the letters A to Z (java.util.regex.Pattern).
 */
export function isSameColumn(one: string, other: string): boolean {
  return folded(one) === folded(other);
}

function folded(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Where Debezium's own heartbeats go, whether or not it writes a row for each. Upstream: `topic.heartbeat.prefix`. */
const heartbeats = "__debezium-heartbeat.";

/** Topic of the own heartbeats of a connector. @param prefix its `topic.prefix`. */
export function ownHeartbeatTopic(prefix: string): string {
  return heartbeats + prefix;
}

export function isOwnHeartbeatTopic(topic: string): boolean {
  return topic.startsWith(heartbeats);
}

/** Begin of the name of a sink that fills a new index; the index's alias follows. */
export const rebuildPrefix = "read-side-reindex-";
