/** Whether changes come in time: how old one may be that its topic, or the index, does not have yet. Pure. */
import type { Place } from "../../clients/debezium/history/place.ts";
import type { PartitionLag } from "../../clients/kafka/sink-lag.ts";
import type { PipelinePlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import { bytes, duration } from "../../lib/words.ts";
import { problem } from "./judge-containers.ts";
import type { ShardNews } from "./observation.ts";
import type { Phase, StatusProblem } from "./schema.ts";

/**
 * Age of the newest commit that is known to have come through: what was committed before it is on its topic.
 * @returns undefined when nothing says so.
 */
export function delayMsOf(place: Place | undefined, news: ShardNews | undefined, atMs: number): number | undefined {
  // A place that is old says little while heartbeats could not be read: they may be ahead of it.
  if (news === undefined) return undefined;
  const { heartbeat } = news;
  const times = [
    ...(heartbeat === undefined ? [] : [heartbeat.committedMs ?? heartbeat.arrivedMs]),
    ...(place?.committedAt === undefined ? [] : [Date.parse(place.committedAt)]),
  ];
  return times.length === 0 ? undefined : Math.max(0, Math.round(atMs - Math.max(...times)));
}

/** @param behindBytes of the binlog after the stored place: without any there is nothing to come. */
export function delayProblems(
  { maxDelaySeconds }: PipelinePlan,
  shard: ShardPlan,
  {
    phase,
    delayMs,
    behindBytes,
  }: { phase: Phase | undefined; delayMs: number | undefined; behindBytes: number | undefined },
): StatusProblem[] {
  // A snapshot holds changes back, and the beginning has its own lines, as has what failed or rests.
  const isStreaming = phase === "streaming" || phase === "incremental snapshot";
  if (!isStreaming || shard.connector.state !== "running" || behindBytes === 0) return [];
  if (delayMs === undefined || delayMs <= maxDelaySeconds * 1000) return [];
  const more = behindBytes === undefined ? "" : `, and the server's binlog goes on for ${bytes(behindBytes)}`;
  return [
    problem(
      shard.name,
      `its topics are behind: the newest change that is known to have come was committed ${duration(delayMs)} ago${more}; ` +
        `at most ${maxDelaySeconds} s are allowed (cdc:maxDelaySeconds)`,
      `if BEHIND falls, the connector is catching up (cdc status --watch); else cdc doctor --shard ${shard.name} finds what holds it back`,
    ),
  ];
}

/** The partition whose first record waits longest. A dead letter that is given to the sink once more is no change on its way. */
function oldestOf(lag: readonly PartitionLag[], { retryTopic }: ReadSidePlan): PartitionLag | undefined {
  return lag
    .filter(({ topic, waitingSinceMs }) => topic !== retryTopic && waitingSinceMs !== undefined)
    .toSorted((a, b) => (a.waitingSinceMs ?? 0) - (b.waitingSinceMs ?? 0))[0];
}

/** Age of the oldest change that the sink has not written; 0 when there is none. */
export function sinkDelayMsOf(lag: readonly PartitionLag[], readSide: ReadSidePlan, atMs: number): number {
  const since = oldestOf(lag, readSide)?.waitingSinceMs;
  return since === undefined ? 0 : Math.max(0, Math.round(atMs - since));
}

/** @param part whose problem it is. */
export function sinkDelayProblems(
  part: string,
  { maxDelaySeconds, readSide }: PipelinePlan,
  lag: readonly PartitionLag[] | undefined,
  atMs: number,
): StatusProblem[] {
  const oldest = lag && readSide && oldestOf(lag, readSide);
  const ageMs = lag && readSide ? sinkDelayMsOf(lag, readSide, atMs) : 0;
  if (oldest === undefined || ageMs <= maxDelaySeconds * 1000) return [];
  return [
    problem(
      part,
      `the index is behind: a change on ${oldest.topic} that is ${duration(ageMs)} old is not in it yet; ` +
        `at most ${maxDelaySeconds} s are allowed (cdc:maxDelaySeconds)`,
      `if LAG falls, the sink is catching up (cdc status --watch); else cdc doctor finds what holds it back, cdc logs connect has the sink's own words`,
    ),
  ];
}
