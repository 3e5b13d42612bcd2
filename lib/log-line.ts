/** The log of our processes in containers: time, level, then whose it is and what happened; one line each. */

/** As Kafka's and MySQL's logs have them. `ERROR`: a person is needed. `WARN`: something is wrong, and is seen to. */
export type Level = "INFO" | "WARN" | "ERROR";

/** Whether a text is one of them, as it stands in a line. */
export function isLevel(text: string): text is Level {
  return text === "INFO" || text === "WARN" || text === "ERROR";
}

export interface LogEntry {
  readonly level: Level;
  /** `shard0-connector: watched`. */
  readonly text: string;
}

/** `2026-11-21T12:02:34.616Z INFO  shard0-connector: watched` */
export function logLine({ level, text }: LogEntry): string {
  return `${new Date().toISOString()} ${level.padEnd(5)} ${text.replace(/\s*\n\s*/g, "; ")}`;
}
