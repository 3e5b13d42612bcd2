/** The guard's log: a line for everything that changes, none for what stays as it was. */
import type { Level, LogEntry } from "../../lib/log-line.ts";
import type { GuardSettings } from "../../plan/types.ts";
import type { Watched } from "./memory.ts";

/** What is worth telling of a connector after a check. */
export function logLinesOf(
  name: string,
  before: Watched | undefined,
  after: Watched,
  settings: GuardSettings,
): LogEntry[] {
  const lines: LogEntry[] = [];
  const tell = (level: Level, text: string) => void lines.push({ level, text: `${name}: ${text}` });
  if (after.unwatched !== undefined && after.unwatched !== before?.unwatched) {
    tell("WARN", `heartbeats are not watched: ${after.unwatched}; a silent stall would go unnoticed`);
  }
  if (after.condition === "lost" || after.condition === "lasting") {
    const isReported = before?.condition === after.condition && before.reportedAt === after.reportedAt;
    if (!isReported) tell("ERROR", words(before, after));
  } else if (after.reportedAt !== undefined && after.reportedAt !== before?.reportedAt) {
    tell(
      "ERROR",
      `GAVE UP after ${after.restarts} restarts: ${after.reason}; mend the cause, then restart it: cdc restart ${name}`,
    );
  } else {
    const news = isNews(before, after) ? [words(before, after)] : [];
    const parts = [...news, ...restartWords(before, after, settings)];
    if (parts.length > 0) tell(levels[after.condition] ?? "INFO", parts.join("; "));
  }
  if (before !== undefined && after.condition === "healthy" && after.restarts < before.restarts) {
    tell("INFO", "steady again: the next failure would be answered at once");
  }
  return lines;
}

/** Of conditions that are no good ones. */
const levels: Partial<Readonly<Record<Watched["condition"], Level>>> = {
  failed: "WARN",
  "gave-up": "ERROR",
  stalled: "WARN",
  waiting: "WARN",
};

function words(before: Watched | undefined, after: Watched): string {
  const reason = after.reason ?? "";
  const remedy = `what to do: ${after.remedy}`;
  switch (after.condition) {
    case "stalled":
      return `STALLED: ${reason}`;
    case "waiting":
      return `waiting, restarted as soon as it answers: ${reason}`;
    case "snapshotting":
      return `left to its snapshot: ${reason}`;
    case "lost":
      return `LOST: ${reason}; ${remedy}`;
    case "lasting":
      return `NOT RESTARTED, as no restart heals it: ${reason}; ${remedy}`;
    case "paused":
    case "stopped":
      return `${after.condition}, left alone`;
    case "healthy":
      return reason || recovery(before, after);
    case "failed":
    case "gave-up":
    default:
      return reason;
  }
}

function recovery(before: Watched | undefined, after: Watched): string {
  if (before === undefined) return after.unwatched === undefined ? "watched" : "watched by its state alone";
  if (before.condition === "healthy") return "heartbeats arrive again";
  // After a pause nothing is known yet.
  const now = before.condition === "paused" || before.condition === "stopped" ? "watched" : "healthy";
  const names: Readonly<Record<string, string>> = { "gave-up": "given up", lasting: "failed" };
  const was = names[before.condition] ?? before.condition;
  return `${now} again, was ${was} for ${seconds(after.since - before.since)}`;
}

/** In these the reason is news; elsewhere it varies with how exactly a server is away. */
const changingReasons: ReadonlySet<string> = new Set(["healthy", "failed"]);

function isNews(before: Watched | undefined, after: Watched): boolean {
  if (before === undefined || after.condition !== before.condition) return true;
  return changingReasons.has(after.condition) && after.reason !== before.reason;
}

function restartWords(before: Watched | undefined, after: Watched, settings: GuardSettings): string[] {
  if (after.restartedAt === undefined || after.restartedAt === before?.restartedAt) return [];
  const { restartAfterSeconds } = settings;
  const next = restartAfterSeconds[after.restarts];
  const outlook = next === undefined ? "the last one" : `the next, if need be, in ${seconds(next * 1000)}`;
  return [`restart ${after.restarts} of ${restartAfterSeconds.length} now (${outlook})`];
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
