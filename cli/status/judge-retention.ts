/** Whether the server keeps its binlog for as long as the connector needs it. Pure. */
import type { Place } from "../../clients/debezium/history/place.ts";
import type { ShardPlan } from "../../plan/types.ts";
import { bytes, duration } from "../../lib/words.ts";
import { binlogBehind, placeLastsMs } from "./binlog.ts";
import { problem } from "./judge-containers.ts";
import { known, type ShardObservation } from "./observation.ts";
import type { StatusProblem } from "./schema.ts";

/** With so much of the time left a person is warned: a tenth would be a night for a server that keeps a day. */
const warnedPart = 0.25;

/** That the place is about to be purged, ahead of it; one that is purged already is a loss, and reported as that. */
export function retentionProblems(
  shard: ShardPlan,
  place: Place | undefined,
  { binlogs, keptSeconds }: Pick<ShardObservation, "binlogs" | "keptSeconds">,
  atMs: number,
): StatusProblem[] {
  const lastsMs = placeLastsMs(place, known(binlogs), keptSeconds, atMs);
  if (lastsMs === undefined || keptSeconds === undefined || lastsMs >= keptSeconds * 1000 * warnedPart) return [];
  const behind = binlogBehind(place, known(binlogs)) ?? 0;
  const when = lastsMs === 0 ? "may be purged at any moment" : `is purged in about ${duration(lastsMs)}`;
  return [
    problem(
      shard.name,
      `its place in the binlog (${place?.file}) ${when}, if it goes on as since (${bytes(behind)}): the server keeps a file ` +
        `for ${duration(keptSeconds * 1000)}; what was not read by then is lost to the topics`,
      `let it catch up before (cdc resume ${shard.name} where it rests, cdc doctor --shard ${shard.name} where it is held back); or keep ` +
        `more: binlog_expire_logs_seconds: "${keptSeconds * 2}" under cdc:mysql.options, then pulumi up`,
    ),
  ];
}
