/** Restarts with growing pauses between them, and the end of them. */
import type { GuardSettings } from "../../plan/types.ts";
import { listening, turned, type Watched } from "./memory.ts";

export interface Judgement {
  readonly watched: Watched;
  /** Undefined: nothing is done. */
  readonly action?: "restart" | "restart-failed" | "stop";
}

const steadyAtLeastMs = 60_000;
const reportEveryMs = 3_600_000;

/**
 * When the next restart may be made, in milliseconds since 1970.
 * @returns undefined when all have been spent.
 */
export function nextRestartAt(watched: Watched, settings: GuardSettings): number | undefined {
  const pauseSeconds = settings.restartAfterSeconds[watched.restarts];
  if (pauseSeconds === undefined) return undefined;
  if (watched.restartedAt === undefined) return watched.since + pauseSeconds * 1000;
  return watched.restartedAt + Math.max(pauseSeconds * 1000, staleStatusMs(settings));
}

/** Restarts the connector when its pause is over; after the last restart gives up, and says so again every hour. */
export function tryRestart(
  watched: Watched,
  action: "restart" | "restart-failed",
  now: number,
  settings: GuardSettings,
): Judgement {
  const at = nextRestartAt(watched, settings);
  if (at === undefined) return { watched: giveUp(watched, now, settings) };
  if (now < at) return { watched };
  return { watched: { ...listening(watched, now), restarts: watched.restarts + 1, restartedAt: now }, action };
}

function giveUp(watched: Watched, now: number, settings: GuardSettings): Watched {
  if (watched.condition !== "gave-up" && now < (watched.restartedAt ?? 0) + staleStatusMs(settings)) return watched;
  const isReported = watched.condition === "gave-up" && now < (watched.reportedAt ?? 0) + reportEveryMs;
  return { ...turned(watched, "gave-up", watched.reason, now), reportedAt: isReported ? watched.reportedAt : now };
}

/** Restarts nothing, and says every hour that a person is needed. */
export function needPerson(
  watched: Watched,
  condition: "lost" | "lasting",
  { found, remedy }: { readonly found: string; readonly remedy: string },
  now: number,
): Watched {
  const isReported = watched.condition === condition && now < (watched.reportedAt ?? 0) + reportEveryMs;
  const { reportedAt } = watched;
  return {
    ...turned(withoutRestarts(watched), condition, found, now),
    remedy,
    reportedAt: isReported ? reportedAt : now,
  };
}

/** Right after a restart the worker may still tell of the state before it. */
function staleStatusMs(settings: GuardSettings): number {
  return 2 * settings.checkSeconds * 1000;
}

/** The pauses begin anew: for a cause that is gone, or because a person took over. */
export function withoutRestarts(watched: Watched): Watched {
  return { ...watched, restarts: 0, restartedAt: undefined, reportedAt: undefined };
}

/** A connector that was healthy for as long as the last pause (and a minute) owes nothing any more; as Strimzi has it. */
export function resetWhenSteady(watched: Watched, now: number, settings: GuardSettings): Watched {
  if (watched.condition !== "healthy" || watched.restarts === 0) return watched;
  const lastPauseMs = (settings.restartAfterSeconds[watched.restarts - 1] ?? 0) * 1000;
  return now - watched.since < Math.max(lastPauseMs, steadyAtLeastMs) ? watched : withoutRestarts(watched);
}
