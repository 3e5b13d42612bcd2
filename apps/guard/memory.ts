/** What the guard remembers from one check to the next. Times are milliseconds since 1970. */
import type { Begun } from "./begun.ts";
import type { ConnectorOffset } from "../../clients/connect/client.ts";
import type { LossWords } from "../../clients/debezium/history/words.ts";
import type { Condition } from "../../lib/guard-state.ts";

/** One connector. */
export interface Watched {
  readonly condition: Condition;
  readonly since: number;
  /** Why, in one line. */
  readonly reason: string | undefined;
  /** What a person has to do, where nothing else helps. */
  readonly remedy: string | undefined;
  /** Restarts that were spent; the next pause is the one of this index. */
  readonly restarts: number;
  readonly restartedAt: number | undefined;
  /** When giving up was last said. */
  readonly reportedAt: number | undefined;
  /** Why its heartbeats are not watched. */
  readonly unwatched: string | undefined;
  /** End of its heartbeats' topic. */
  readonly beat: bigint | undefined;
  /** When that last moved; before the first time, when it was first looked at. */
  readonly beatAt: number;
  /** Whether it was seen to move. */
  readonly hasBeaten: boolean;
  /** Since when a sign of life is waited for. */
  readonly quietSince: number;
  /** Its configuration at the last failure that no restart heals: with another one it is tried once more. */
  readonly mendedBy: string | undefined;
  /** What is known of its place beside the server's history; undefined until that was looked at. */
  readonly history: WatchedHistory | undefined;
  /** Its offsets, taken while it is quiet, to be compared with later ones; and whether they differed from those before. */
  readonly baseline: { readonly at: number; readonly offsets: string; readonly hasMoved: boolean } | undefined;
}

/** The newest place of a connector that the server was seen to know. */
export interface WatchedHistory {
  /** When it was last judged. */
  readonly judgedAt: number;
  readonly offsets: readonly ConnectorOffset[];
  /** How it began: otherwise once it began anew. */
  readonly begun: Begun;
  /** How its place is lost; undefined when it is not. */
  readonly loss: LossWords | undefined;
  /** Whether the connector went on from the lost place, and is to be put back to it. */
  readonly hasMovedOn: boolean;
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
    remedy: undefined,
    restarts: 0,
    restartedAt: undefined,
    reportedAt: undefined,
    unwatched: undefined,
    beat: undefined,
    beatAt: now,
    hasBeaten: false,
    quietSince: now,
    mendedBy: undefined,
    history: undefined,
    baseline: undefined,
  };
}

/** `since` tells how long a condition has lasted, whatever happens to its reason meanwhile. */
export function turned(watched: Watched, condition: Condition, reason: string | undefined, now: number): Watched {
  return {
    ...watched,
    condition,
    reason,
    remedy: undefined,
    since: watched.condition === condition ? watched.since : now,
  };
}

/** Waits for a sign of life from now on. */
export function listening(watched: Watched, now: number): Watched {
  return { ...watched, quietSince: now, baseline: undefined };
}
