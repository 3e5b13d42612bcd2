/** How old a change may be that its topic, or the index, does not have yet. */
import type { PipelineConfig } from "../config/schema.ts";
import { heartbeatIntervalMs } from "./connector.ts";
import type { Problem } from "../lib/problem.ts";
import type { ShardPlan } from "./types.ts";

/** One heartbeat may be late, and a second one may be on its way: only they tell that a quiet shard is not behind. */
const heartbeatsPerDelay = 3;

/** Finds a bound by which a quiet shard would count as behind. */
export function findDelayProblems(config: PipelineConfig, shards: readonly ShardPlan[]): Problem[] {
  const least = leastSeconds(shards);
  if (config.maxDelaySeconds >= least) return [];
  return [
    {
      code: "CDC-414",
      path: "cdc:maxDelaySeconds",
      message:
        `found ${config.maxDelaySeconds}, but a heartbeat comes every ${least / heartbeatsPerDelay} s (heartbeat.interval.ms): ` +
        `a quiet shard would count as behind; allowed is ${least} or more`,
      remedy: `write maxDelaySeconds: ${least}, or lower heartbeat.interval.ms`,
    },
  ];
}

/** Of the shard with the rarest heartbeats; without any there is nothing to wait for. */
function leastSeconds(shards: readonly ShardPlan[]): number {
  const intervals = shards.map(({ connector }) => heartbeatIntervalMs(connector)).filter((ms) => ms > 0);
  return Math.ceil((Math.max(0, ...intervals) / 1000) * heartbeatsPerDelay);
}
