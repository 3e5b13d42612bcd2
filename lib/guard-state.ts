/** What the guard knows, as it writes it down after every check for `cdc status` and the container's health check. */
import { rename, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * - healthy: heartbeats arrive, or its offset moves (it is catching up);
 * - failed: connector or task FAILED; is or will be restarted;
 * - stalled: says RUNNING (or nothing definite), but no heartbeat arrives and its offset stands still;
 * - waiting: failed, and what it needs does not answer; restarted as soon as that does;
 * - snapshotting: no heartbeat because its first snapshot runs, which a restart would begin anew;
 * - paused, stopped: by a person's wish, left alone;
 * - lost: the server's history is another one than at its place; stopped, a person has to let it begin anew;
 * - lasting: failed by a cause that no restart heals; a person has to mend it;
 * - gave-up: all restarts were spent; a person has to look.
 */
export const conditions = [
  "healthy",
  "failed",
  "stalled",
  "waiting",
  "snapshotting",
  "paused",
  "stopped",
  "lost",
  "lasting",
  "gave-up",
] as const;

export type Condition = (typeof conditions)[number];

export interface GuardedConnector {
  readonly condition: Condition;
  /** Since when, ISO 8601. */
  readonly since: string;
  /** Why, in one line. */
  readonly reason?: string;
  /** What a person has to do, where nothing else helps. */
  readonly remedy?: string;
  /** Restarts since it was last healthy for long enough. */
  readonly restarts: number;
  /** ISO 8601; only while a restart is due. */
  readonly nextRestartAt?: string;
}

export interface GuardState {
  /** When the last check ended, ISO 8601. */
  readonly checkedAt: string;
  /** When the connectors were last seen, ISO 8601: earlier than the last check when that could not see them; not there before the first time. */
  readonly seenAt?: string;
  /** By the connector's name; as they were last known when there is an `error`. */
  readonly connectors: Readonly<Record<string, GuardedConnector>>;
  /** Why the last check could not see everything. */
  readonly error?: string;
}

/** Where the guard keeps it: `/tmp/guard.json` in its container. */
export const stateFile = join(tmpdir(), "guard.json");

/** Replaces the file as a whole, so that a reader never meets half of it. */
export async function writeState(file: string, state: GuardState): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(`${file}.new`, file);
}
