/** Which captured tables of a shard were read. Pure. */
import { runningIn } from "../../snapshot/running.ts";
import type { TableState } from "../../snapshot/state.ts";
import type { ShardPlan } from "../../plan/types.ts";
import { problem, unknown } from "./judge-containers.ts";
import { known, type ShardObservation } from "./observation.ts";
import type { Phase, StatusProblem, TableStatus } from "./schema.ts";

/**
 * @param phase what the connector is doing: one that has not begun, or is at its first snapshot, reads its tables.
 * @param isSilent whether what does not answer has a line of its own.
 */
export function judgeTables(
  shard: ShardPlan,
  { tables, offsets }: Pick<ShardObservation, "tables" | "offsets">,
  phase: Phase | undefined,
  isSilent: boolean,
): { tables: TableStatus[]; problems: StatusProblem[] } {
  if ("error" in tables) {
    const message = `which of its tables were read is not known: ${tables.error}`;
    return {
      tables: [],
      problems: isSilent ? [] : [unknown(shard.name, message, "cdc doctor looks at what is between")],
    };
  }
  const stored = known(offsets);
  const isFirst = phase === "snapshot" || phase === "starting" || (stored !== undefined && stored.length === 0);
  const running = new Set(runningIn(stored).tables);
  const judged = tables.value.tables.map((table) => {
    const state = stateOf(table, tables.value.isKnown, isFirst);
    return { table, state, isBeingRead: running.has(table.table) };
  });
  return {
    tables: judged.map(({ table, state }) => ({
      table: table.table,
      read: state,
      readAt: table.read === undefined ? null : new Date(table.read.atMs).toISOString(),
      why: state === "left out" ? table.unreadByWish : null,
    })),
    problems: judged
      // A topic that is missing has a line already, and what is read into none helps nobody.
      .filter(({ table, state }) => state === "never" && (table.topic === null || table.topicId !== undefined))
      .map(({ table, isBeingRead }) => neverRead(shard, table, isBeingRead)),
  };
}

function stateOf(table: TableState, isKnown: boolean, isFirst: boolean): TableStatus["read"] {
  if (table.read !== undefined) return "read";
  if (!isKnown) return "unknown";
  if (table.unreadByWish !== null) return "left out";
  return isFirst ? "to come" : "never";
}

function neverRead(shard: ShardPlan, { table, topic }: TableState, isBeingRead: boolean): StatusProblem {
  const where = topic === null ? "their topic" : topic;
  const what = `${table} was never read: rows that were there before it was captured are not on ${where}`;
  if (isBeingRead) return problem(shard.name, `${what}; it is being read now`, "wait for its end: cdc status --watch");
  const { state } = shard.connector;
  return problem(
    shard.name,
    what,
    state === "running"
      ? `pulumi up has the connector read it while changes go on; so does cdc snapshot ${shard.name} ${table}`
      : `the connector is declared ${state}: the first pulumi up that lets it run reads it`,
  );
}
