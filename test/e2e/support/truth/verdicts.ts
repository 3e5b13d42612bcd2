/** What status said beside what was so: how long it was wrong, in either direction, and whom it named. Pure. */
import type { StatusProblem } from "../../../../cli/status/schema.ts";
import type { Check } from "./checks.ts";
import type { Row } from "./rows.ts";

/** Parts that may be named, each with what may be said of it. */
export type Names = Readonly<Record<string, (problem: StatusProblem) => boolean>>;

/** Moments of a fault, in ms since 1970. */
export interface Episode {
  readonly causedAt: number;
  readonly healedAt: number;
  readonly wellAt: number;
}

/** A row that was committed longer ago than the bound when the check began, and had not arrived when it ended. */
export function lateRows(check: Check, rows: readonly Row[], boundMs: number): Row[] {
  return rows.filter(
    ({ committedAt, absentAt }) => committedAt + boundMs < check.startedAt && (absentAt ?? 0) >= check.endedAt,
  );
}

/** Checks that said healthy while a row was late. */
export function wronglyHealthy(checks: readonly Check[], rows: readonly Row[], boundMs: number): Check[] {
  return checks.filter((check) => check.status.healthy && lateRows(check, rows, boundMs).length > 0);
}

/** Checks after the healing that said otherwise although every row that was there before them had arrived. */
export function wronglyUnhealthy(checks: readonly Check[], rows: readonly Row[], healedAt: number): Check[] {
  return checks.filter(
    ({ startedAt, status }) =>
      startedAt > healedAt &&
      !status.healthy &&
      rows.every((row) => row.committedAt > startedAt - travelMs || (row.arrivedAt ?? Infinity) <= startedAt),
  );
}

/** So long a row may be on its way, where all is well. */
const travelMs = 3000;

/** How many of the checks came one after the other, at most. */
export function longestRun(chosen: readonly Check[], all: readonly Check[]): number {
  const isChosen = new Set(chosen);
  let [longest, run] = [0, 0];
  for (const check of all) {
    run = isChosen.has(check) ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}

/** For how long the chosen ones stood: each until the next one came, in ms. */
export function standing(chosen: readonly Check[], all: readonly Check[]): number {
  return chosen.reduce((sum, check) => {
    const next = all[all.indexOf(check) + 1];
    return sum + ((next?.endedAt ?? check.endedAt) - check.endedAt);
  }, 0);
}

/** What depends on how busy the machine is: true of a part that no fault touches when its rows are slow. */
const ofTime = /behind|no heartbeat/;
/** On a machine that is busy enough anybody answers too late, and is rightly said to be unknown. */
const ofSilence = /timeout|timed out|nothing came for/;

/**
 * Problems that name a part which is neither at fault nor depends on what is.
 * @param slackMs rows that took longer make it true that their part is behind.
 */
export function falseNames(checks: readonly Check[], names: Names, rows: readonly Row[], slackMs: number): string[] {
  return checks.flatMap((check) =>
    check.status.problems
      .filter((problem) => names[problem.part]?.(problem) !== true)
      .filter(({ message, isUnknown }) => !(isUnknown && ofSilence.test(message)))
      .filter(({ part, message }) => !(ofTime.test(message) && isSlow(check, part, rows, slackMs)))
      .map(({ part, message }) => `${part}: ${message}`),
  );
}

function isSlow({ startedAt, endedAt }: Check, part: string, rows: readonly Row[], slackMs: number): boolean {
  return rows.some(
    ({ shard, committedAt, arrivedAt, absentAt }) =>
      (shard === part || part === "read side") &&
      committedAt < endedAt &&
      (arrivedAt ?? absentAt ?? 0) > startedAt - 2 * slackMs &&
      (arrivedAt ?? absentAt ?? 0) - committedAt > slackMs,
  );
}

/** The parts that were named, with how often: `shard0 ×12, read side ×3 (unknown)`. */
export function namedIn(checks: readonly Check[]): string {
  const named = checks.flatMap(({ status }) => [
    ...new Set(status.problems.map(({ part, isUnknown }) => `${part}${isUnknown ? " (unknown)" : ""}`)),
  ]);
  return [...Map.groupBy(named, (name) => name)].map(([name, all]) => `${name} ×${all.length}`).join(", ");
}
