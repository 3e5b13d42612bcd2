/** What is wrong with any connector, of a shard or the sink: it failed, or the guard gave it up. Pure. */
import type { ConnectorStatus } from "../../clients/connect/client.ts";
import { firstLines, hintFor } from "../../clients/connect/hints.ts";
import type { GuardedConnector } from "../../lib/guard-state.ts";
import { duration } from "../../lib/words.ts";
import { problem } from "./judge-containers.ts";
import type { StatusProblem } from "./schema.ts";

/** A connector's status, and what the guard says of it. */
interface Seen {
  readonly status: ConnectorStatus;
  readonly guard: GuardedConnector | undefined;
  readonly atMs: number;
}

/**
 * One for the connector and for each of its tasks that have failed, with what is known of the cause.
 * @param part whose problem it is; @param name by which a person restarts it.
 */
export function failedProblems(part: string, name: string, { status, guard, atMs }: Seen): StatusProblem[] {
  const failed = [
    ...(status.connector.state === "FAILED"
      ? [{ what: `connector ${status.name}`, trace: status.connector.trace }]
      : []),
    ...status.tasks
      .filter(({ state }) => state === "FAILED")
      .map(({ id, trace }) => ({ what: `task ${id} of ${status.name}`, trace })),
  ];
  return failed.map(({ what, trace }) =>
    problem(
      part,
      `${what} has FAILED: ${firstLines(trace).trim()}`,
      `${whatTheGuardDoes(guard, atMs)}cdc restart ${name} does so at once; cdc logs connect has the whole trace`,
      hintFor(trace ?? ""),
    ),
  );
}

/** What it is about to do by itself, as the beginning of a sentence. */
export function whatTheGuardDoes(guard: GuardedConnector | undefined, atMs: number): string {
  if (guard?.condition === "lasting") return "the guard does not restart it, as no restart heals this; once mended, ";
  if (guard?.condition === "waiting") return "the guard restarts it as soon as what it needs answers again; ";
  if (guard?.nextRestartAt === undefined) return "";
  const inMs = Date.parse(guard.nextRestartAt) - atMs;
  return `the guard restarts it ${inMs > 1000 ? `in ${duration(inMs)}` : "now"}; `;
}

/** That its place is lost by what the guard saw. @param part whose problem it is. */
export function lostProblems(part: string, guard: GuardedConnector | undefined): StatusProblem[] {
  if (guard?.condition !== "lost") return [];
  return [problem(part, guard.reason ?? "its place is lost", guard.remedy ?? "cdc logs guard has more")];
}

/** That the guard gave it up. @param part whose problem it is; @param name by which a person restarts it. */
export function gaveUpProblems(part: string, name: string, guard: GuardedConnector | undefined): StatusProblem[] {
  if (guard?.condition !== "gave-up") return [];
  return [
    problem(
      part,
      `the guard gave up after ${guard.restarts} restarts${guard.reason === undefined ? "" : `: ${guard.reason}`}`,
      `mend the cause (cdc doctor, cdc logs connect), then cdc restart ${name}`,
    ),
  ];
}
