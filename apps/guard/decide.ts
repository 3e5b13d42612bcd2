/** What the guard concludes and does, without doing it: from what it remembers and what it sees now. */
import type { ConnectorOffset, ConnectorStatus } from "../../clients/connect/client.ts";
import type { LossWords } from "../../clients/debezium/history/words.ts";
import { hintFor, isLasting } from "../../clients/connect/hints.ts";
import type { GuardSettings } from "../../plan/types.ts";
import type { LogEntry } from "../../lib/log-line.ts";
import { logLinesOf } from "./log.ts";
import { isHistoryDue, withHistory } from "./judge-history.ts";
import { listening, turned, unknown, type Memory, type Watched } from "./memory.ts";
import {
  isFailed,
  isRunning,
  isSnapshotting,
  restingOf,
  summary,
  traceOf,
  type Beat,
  type Observation,
  type ObservedConnector,
  type Questions,
} from "./observation.ts";
import { resetWhenSteady, needPerson, tryRestart, withoutRestarts, type Judgement } from "./restarts.ts";

export type Action =
  /** Restarts all of the connector, or what has failed. */
  | { readonly kind: "restart" | "restart-failed"; readonly connector: string }
  /** Stops one whose place is lost, and puts it back to that place. */
  | { readonly kind: "stop"; readonly connector: string; readonly putBack: readonly ConnectorOffset[] };

export interface Decision {
  readonly memory: Memory;
  readonly actions: readonly Action[];
  /** What there is to tell, a line of the log each. */
  readonly lines: readonly LogEntry[];
}

/** Judges every connector; those that are no longer listed are forgotten. */
export function decide(memory: Memory, seen: Observation, now: number, settings: GuardSettings): Decision {
  const before = afterGap(memory, now, settings);
  const judged = Object.entries(seen.connectors).map(([name, connector]) => {
    const known = before.connectors[name];
    return { name, known, ...judge(known ?? unknown(now), connector, now, settings) };
  });
  const gone = Object.keys(before.connectors).filter((name) => !(name in seen.connectors));
  return {
    memory: { checkedAt: now, connectors: Object.fromEntries(judged.map(({ name, watched }) => [name, watched])) },
    actions: judged.flatMap(({ name, action, watched }) =>
      action === undefined ? [] : actionsOf(action, name, watched),
    ),
    lines: [
      ...gone.map((name): LogEntry => ({ level: "WARN", text: `${name}: no longer on the worker` })),
      ...judged.flatMap(({ name, known, watched }) => logLinesOf(name, known, watched, settings)),
    ],
  };
}

function coded({ code, found, remedy }: LossWords): { found: string; remedy: string } {
  return { found: `${code}: ${found}`, remedy };
}

function actionsOf(kind: Action["kind"], connector: string, { history }: Watched): Action[] {
  if (kind !== "stop") return [{ kind, connector }];
  // Also where it has not moved on yet: a task that is stopped commits once more, after this check.
  return history === undefined ? [] : [{ kind, connector, putBack: history.offsets }];
}

/** What else has to be known to judge a connector of this status and heartbeat. */
export function questions(
  watched: Watched | undefined,
  status: ConnectorStatus,
  beat: Beat,
  now: number,
  settings: GuardSettings,
): Questions {
  const isOverdue =
    watched !== undefined &&
    beat.kind === "offset" &&
    !isAlive(watched, status, beat) &&
    silenceMs(watched, now) >= settings.stallSeconds * 1000;
  const isDue = beat.kind !== "none" && isHistoryDue(watched, status, isOverdue, now, settings);
  return {
    ...questionsOfState(watched, status, beat, now, settings),
    history: isDue ? { before: watched?.history } : undefined,
  };
}

function questionsOfState(
  watched: Watched | undefined,
  status: ConnectorStatus,
  beat: Beat,
  now: number,
  settings: GuardSettings,
): Omit<Questions, "history"> {
  if (restingOf(status) !== undefined) return { offsets: false, obstacle: false };
  if (isFailed(status)) return { offsets: false, obstacle: true };
  if (watched === undefined || beat.kind === "unknown" || beat.kind === "none" || isAlive(watched, status, beat)) {
    return { offsets: false, obstacle: false };
  }
  const isQuiet = silenceMs(watched, now) >= halfBoundMs(settings);
  // A database that is away is watched, so as to see it come back; offsets are dear: the worker reads a topic for them.
  return { offsets: isQuiet && isOld(watched.baseline, now, settings), obstacle: isQuiet || isInDoubt(watched) };
}

function judge(earlier: Watched, seen: ObservedConnector, now: number, settings: GuardSettings): Judgement {
  const { status, beat } = seen;
  const known = withHistory(earlier, seen.history, now);
  const { history } = known;
  if (history?.loss !== undefined) {
    const resting = restingOf(status);
    const watched = needPerson(listening(hear(known, beat, now), now), "lost", coded(history.loss), now);
    const toStop = resting === undefined || (resting === "stopped" && history.hasMovedOn);
    return toStop ? { watched, action: "stop" } : { watched };
  }
  const isBeating = isAlive(known, status, beat);
  const before = hear(known, beat, now);
  const resting = restingOf(status);
  if (resting !== undefined) {
    // A person is at work: what was counted before is past.
    return { watched: turned(withoutRestarts(listening(before, now)), resting, undefined, now) };
  }
  if (isFailed(status)) return judgeFailed(listening(before, now), seen, now, settings);
  if (beat.kind === "unknown") return { watched: listening(before, now) };
  if (isBeating) {
    return { watched: resetWhenSteady(turned(listening(before, now), "healthy", undefined, now), now, settings) };
  }
  // A sink that does not run yet, and has not failed: the worker is about to start it.
  if (beat.kind === "none") return { watched: listening(before, now) };
  return judgeQuiet(before, seen, now, settings);
}

function judgeFailed(before: Watched, seen: ObservedConnector, now: number, settings: GuardSettings): Judgement {
  const failure = summary(seen.status);
  const trace = traceOf(seen.status);
  if (isLasting(trace)) {
    const watched = needPerson(before, "lasting", { found: failure, remedy: hintFor(trace) ?? "" }, now);
    const isTriedWith = before.condition !== "lasting" || before.mendedBy === seen.config;
    const looked = { ...watched, mendedBy: seen.config };
    return isTriedWith ? { watched: looked } : { watched: looked, action: "restart-failed" };
  }
  const obstacle = seen.obstacle ?? unjudged(seen);
  if (obstacle !== undefined) {
    return { watched: turned(withoutRestarts(before), "waiting", `${obstacle}; ${failure}`, now) };
  }
  const condition = before.condition === "gave-up" ? "gave-up" : "failed";
  return tryRestart(turned(before, condition, failure, now), "restart-failed", now, settings);
}

/** Nobody is restarted from a place that cannot be judged, unless its account is refused: then nothing streams either. */
function unjudged({ history }: ObservedConnector): string | undefined {
  if (history === undefined || !("unknown" in history) || /access denied|locked/i.test(history.unknown))
    return undefined;
  return `its place cannot be compared with its server's history: ${history.unknown}`;
}

/** No heartbeat since the last check: nothing to say yet, a snapshot, catching up, or stalled. */
function judgeQuiet(known: Watched, seen: ObservedConnector, now: number, settings: GuardSettings): Judgement {
  const isBack = known.condition === "paused" || known.condition === "stopped";
  const before = isBack ? turned(known, "healthy", undefined, now) : known;
  const isOverdue = silenceMs(before, now) >= settings.stallSeconds * 1000;
  const silence = `no heartbeat since ${new Date(before.beatAt).toISOString()}`;
  const stall = `${summary(seen.status)}, but ${silence}`;

  const obstacle = seen.obstacle ?? unjudged(seen);
  if (obstacle !== undefined) {
    if (!isOverdue && !isInDoubt(before)) return { watched: before };
    // Listening anew: when the database is back, the connector has the whole bound to notice by itself.
    const waiting = withoutRestarts(listening(before, now));
    return { watched: turned(waiting, "stalled", `${stall}; ${obstacle}`, now) };
  }
  if (seen.offsets === undefined) {
    return { watched: isInDoubt(before) ? { ...before, reason: stall } : before };
  }
  const baseline = { at: now, offsets: JSON.stringify(seen.offsets), hasMoved: false };
  const compared = { ...before, baseline };
  if (isRunning(seen.status) && isSnapshotting(seen.offsets)) {
    return { watched: turned(compared, "snapshotting", "its snapshot is not finished", now) };
  }
  if (before.baseline === undefined) return { watched: compared };
  if (before.baseline.offsets !== baseline.offsets) {
    if (isInDoubt(before) && !before.baseline.hasMoved) {
      // Once may be no more than the binlog's new file that a server starts with.
      return { watched: { ...compared, reason: stall, baseline: { ...baseline, hasMoved: true } } };
    }
    return { watched: resetWhenSteady(turned(compared, "healthy", `${catchingUp}: ${silence}`, now), now, settings) };
  }
  if (!isOverdue) return { watched: compared };
  const condition = before.condition === "gave-up" ? "gave-up" : "stalled";
  return tryRestart(turned(compared, condition, stall, now), "restart", now, settings);
}

const catchingUp = "catching up";

/** Whether it is healthy by its offset alone, which moves: its heartbeat waits behind a backlog. */
export function isCatchingUp({ condition, reason }: Pick<Watched, "condition" | "reason">): boolean {
  return condition === "healthy" && reason?.startsWith(catchingUp) === true;
}

/** A heartbeat has come since the last check; of a connector without heartbeats its word has to do. */
function isAlive(watched: Watched, status: ConnectorStatus, beat: Beat): boolean {
  if (beat.kind === "unwatched" || beat.kind === "none") return isRunning(status);
  return beat.kind === "offset" && watched.beat !== undefined && watched.beat !== beat.offset;
}

function hear(watched: Watched, beat: Beat, now: number): Watched {
  if (beat.kind === "unwatched") return { ...watched, unwatched: beat.why };
  if (beat.kind !== "offset" || beat.offset === watched.beat) return watched;
  return { ...watched, unwatched: undefined, beat: beat.offset, beatAt: now, hasBeaten: watched.beat !== undefined };
}

function silenceMs(watched: Watched, now: number): number {
  return now - watched.quietSince;
}

function isInDoubt({ condition }: Watched): boolean {
  return condition === "stalled" || condition === "gave-up";
}

/** The offsets are looked at twice within the bound. */
function halfBoundMs(settings: GuardSettings): number {
  return (settings.stallSeconds * 1000) / 2;
}

function isOld(baseline: Watched["baseline"], now: number, settings: GuardSettings): boolean {
  return baseline === undefined || now - baseline.at >= halfBoundMs(settings);
}

/** The worker was away, or the machine slept: a silence that nobody could hear is not held against the connectors. */
function afterGap(memory: Memory, now: number, settings: GuardSettings): Memory {
  const isGap = memory.checkedAt !== undefined && now - memory.checkedAt > settings.stallSeconds * 1000;
  if (!isGap) return memory;
  const connectors = Object.entries(memory.connectors).map(
    ([name, watched]) => [name, listening(watched, now)] as const,
  );
  return { ...memory, connectors: Object.fromEntries(connectors) };
}
