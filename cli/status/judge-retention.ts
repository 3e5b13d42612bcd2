/** Whether the server keeps its binlog for as long as the connector needs it. Pure. */
import type { Place } from "../../clients/debezium/history/place.ts";
import { binlogBehind, isPurgedSoon, placeLastsMs } from "../../lib/binlog.ts";
import { purgeRemedy, purgeText } from "../../lib/trouble.ts";
import type { ShardPlan } from "../../plan/types.ts";
import { problem } from "./judge-containers.ts";
import { known, type ShardObservation } from "./observation.ts";
import type { StatusProblem } from "./schema.ts";

/** That the place is about to be purged, ahead of it; one that is purged already is a loss, and reported as that. */
export function retentionProblems(
  { name, connector }: ShardPlan,
  place: Place | undefined,
  { binlogs, keptSeconds }: Pick<ShardObservation, "binlogs" | "keptSeconds">,
  atMs: number,
): StatusProblem[] {
  const lastsMs = placeLastsMs(place, known(binlogs), keptSeconds, atMs);
  if (place === undefined || lastsMs === undefined || keptSeconds === undefined || !isPurgedSoon(lastsMs, keptSeconds))
    return [];
  const behindBytes = binlogBehind(place, known(binlogs)) ?? 0;
  const text = purgeText({ file: place.file, lastsMs, keptSeconds, behindBytes });
  return [problem(name, `${connector.name} ${text}`, purgeRemedy(name, keptSeconds))];
}
