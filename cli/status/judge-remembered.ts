/** What the guard saw last of connectors, for when the worker does not tell of them now. Pure. */
import type { GuardState } from "../../lib/guard-state.ts";
import { ago } from "../../lib/words.ts";
import { problem } from "./judge-containers.ts";
import { whatTheGuardDoes } from "./judge-connector.ts";
import { known, type Observation } from "./observation.ts";
import type { StatusProblem } from "./schema.ts";

/** These are no problem of the connector's; lost and given up have lines of their own, whether the worker answers or not. */
const toldElsewhere: ReadonlySet<string> = new Set(["healthy", "snapshotting", "paused", "stopped", "lost", "gave-up"]);

/**
 * What was wrong with a connector when the guard saw it last.
 * @param part whose problem it is.
 * @returns none while the worker answers: then its word counts.
 */
export function rememberedProblems(part: string, connector: string, seen: Observation): StatusProblem[] {
  const guard = "error" in seen.connectors ? known(seen.guard) : undefined;
  const remembered = guard?.connectors[connector];
  if (guard === undefined || remembered === undefined || toldElsewhere.has(remembered.condition)) return [];
  const { condition, since, reason, remedy } = remembered;
  const why = reason === undefined ? "" : `: ${reason}`;
  return [
    problem(
      part,
      `${connector} is ${condition} since ${since}, as the guard saw it ${lastSeen(guard, seen.atMs)}${why}`,
      remedy ?? `${whatTheGuardDoes(remembered, seen.atMs)}cdc logs guard tells what it saw before`,
    ),
  ];
}

/** How many connectors the guard saw last, and when, in words that follow the worker's silence; undefined when it saw none. */
export function rememberedInShort(seen: Observation): string | undefined {
  const guard = known(seen.guard);
  const connectors = Object.values(guard?.connectors ?? {});
  if (guard === undefined || connectors.length === 0) return undefined;
  const unwell = connectors.filter(({ condition }) => condition !== "healthy");
  const counts = [...Map.groupBy(unwell, ({ condition }) => condition)].map(
    ([name, those]) => `${those.length} ${name}`,
  );
  return `the guard saw ${connectors.length} connector${connectors.length === 1 ? "" : "s"} ${lastSeen(guard, seen.atMs)}: ${counts.join(", ") || "all healthy"}`;
}

function lastSeen({ seenAt, checkedAt, error }: GuardState, atMs: number): string {
  // A guard of before does not tell when it saw what it could not see at its last check.
  const at = seenAt ?? (error === undefined ? checkedAt : undefined);
  return at === undefined ? "some time ago" : ago(Math.max(0, atMs - Date.parse(at)));
}
