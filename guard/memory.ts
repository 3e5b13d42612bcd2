/** What the guard remembers from one check to the next. Times are milliseconds since 1970. */
import type { Condition } from "./state.ts";

/** One connector. */
export interface Watched {
  readonly condition: Condition;
  readonly since: number;
  /** Why, in one line. */
  readonly reason: string | undefined;
  /** Restarts that were spent; the next pause is the one of this index. */
  readonly restarts: number;
  readonly restartedAt: number | undefined;
  /** When giving up was last said. */
  readonly criedAt: number | undefined;
  /** Why its heartbeats are not watched. */
  readonly unwatched: string | undefined;
  /** End of its heartbeats' topic. */
  readonly beat: bigint | undefined;
  /** When that last moved; before the first time, when it was first looked at. */
  readonly beatAt: number;
  /** Since when a sign of life is waited for. */
  readonly quietSince: number;
  /** Its offsets, taken while it is quiet, to be compared with later ones; and whether they differed from those before. */
  readonly baseline: { readonly at: number; readonly offsets: string; readonly hasMoved: boolean } | undefined;
}

export interface Memory {
  readonly connectors: Readonly<Record<string, Watched>>;
  /** When the connectors were last seen. */
  readonly checkedAt: number | undefined;
}

export const nothing: Memory = { connectors: {}, checkedAt: undefined };

/** A connector that is seen for the first time has the benefit of the doubt. */
export function unknown(now: number): Watched {
  return {
    condition: "healthy",
    since: now,
    reason: undefined,
    restarts: 0,
    restartedAt: undefined,
    criedAt: undefined,
    unwatched: undefined,
    beat: undefined,
    beatAt: now,
    quietSince: now,
    baseline: undefined,
  };
}

/** `since` tells how long a condition has lasted, whatever happens to its reason meanwhile. */
export function turned(watched: Watched, condition: Condition, reason: string | undefined, now: number): Watched {
  return { ...watched, condition, reason, since: watched.condition === condition ? watched.since : now };
}

/** Waits for a sign of life from now on. */
export function listening(watched: Watched, now: number): Watched {
  return { ...watched, quietSince: now, baseline: undefined };
}
