/** When a connector's place is to be compared with its server's history, and what is remembered of that. Pure. */
import type { ConnectorStatus } from "../../clients/connect/client.ts";
import type { GuardSettings } from "../../plan/types.ts";
import type { Watched } from "./memory.ts";
import { isFailed, restingOf, type SeenHistory } from "./observation.ts";

/**
 * At first sight, then every `stallSeconds`; at every check at which a restart may come, and when it runs although its place is
 * lost or it was resting.
 * @param isOverdue it has sent no heartbeat for so long that it is restarted at this check.
 */
export function isHistoryDue(
  watched: Watched | undefined,
  status: ConnectorStatus,
  isOverdue: boolean,
  now: number,
  settings: GuardSettings,
): boolean {
  if (watched?.history === undefined) return true;
  const { condition, history } = watched;
  const runs = restingOf(status) === undefined;
  const isBack = runs && (condition === "lost" || condition === "paused" || condition === "stopped");
  const mayRestart = isOverdue || isFailed(status) || condition === "stalled" || condition === "gave-up";
  return isBack || (runs && mayRestart) || history.hasMovedOn || now - history.judgedAt >= settings.stallSeconds * 1000;
}

/** Remembers the newest place that is not lost; a lost one is kept until the connector has another. */
export function withHistory(watched: Watched, seen: SeenHistory | undefined, now: number): Watched {
  if (seen === undefined || "unknown" in seen) return watched;
  const { offsets, begun, loss, lossBefore } = seen;
  const lost = loss ?? lossBefore;
  if (lost === undefined) {
    return { ...watched, history: { judgedAt: now, offsets, begun, loss: undefined, hasMovedOn: false } };
  }
  const hasMovedOn = loss === undefined;
  const kept = hasMovedOn ? (watched.history?.offsets ?? offsets) : offsets;
  return { ...watched, history: { judgedAt: now, offsets: kept, begun, loss: lost, hasMovedOn } };
}
