/** Whether the rows that were there when a shard's tables were captured first were read. */
import type { ConnectorOffset } from "../../clients/connect/client.ts";
import type { ShardPlan } from "../../plan/types.ts";
import type { TablesState } from "../../snapshot/state.ts";
import { judgeTables } from "../status/judge-tables.ts";
import { broken, well, type Outcome } from "./walk.ts";

/** @param offsets the connector's own. */
export function judgeRead(
  shard: ShardPlan,
  state: Pick<TablesState, "tables" | "isKnown">,
  offsets: readonly ConnectorOffset[] | undefined,
): Outcome {
  // An offset that tells of a snapshot is that of the first one, which reads them all.
  const isFirst = offsets?.some(({ offset }) => Boolean(offset?.["snapshot"])) === true;
  const seen = { tables: { value: state }, offsets: { value: offsets } };
  const { tables, problems } = judgeTables(shard, seen, isFirst ? "snapshot" : undefined, false);
  const [first] = problems;
  if (first !== undefined) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more tables)` : "";
    return broken(`${first.message}${more}`, first.remedy);
  }
  const words = Map.groupBy(tables, ({ read, why }) => (why === null ? read : `${read}, ${why}`));
  const text = [...words].map(([state, those]) => `${those.length} ${state}`).join("; ");
  return well(state.isKnown ? text : `not known: the notifications are written by another converter than JSON's`);
}
