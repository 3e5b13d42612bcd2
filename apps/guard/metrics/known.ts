/** What metrics are made of: what the guard found, and how far the sinks are. Times are milliseconds since 1970. */
import type { Beside } from "../beside/found.ts";
import type { Checked } from "../loop.ts";

/** One sink, as the broker tells of it. */
export interface SinkFound {
  /** How far it is behind; undefined when that could not be read. */
  readonly lag: { readonly records: number; readonly waitingSince: number | undefined } | undefined;
  /** End of its dead letter topic; undefined when it has none, or that could not be read. */
  readonly deadLetters: bigint | undefined;
  /** Those of them that are still there; undefined as those are. */
  readonly waitingLetters: bigint | undefined;
}

export interface Known {
  /** The last check; undefined before the first has ended. */
  readonly checked: Checked | undefined;
  /** The sinks by name, and when they were looked at; undefined before the first time. */
  readonly sinks: { readonly at: number; readonly found: Readonly<Record<string, SinkFound>> } | undefined;
  /** What was asked beside the checks; undefined before the first time. */
  readonly beside: Beside | undefined;
}
