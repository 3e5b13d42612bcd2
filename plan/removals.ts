/** Tables that are emptied or dropped: how the sink learns of what no event of a row tells (apps/sink/README.md). */
import type { PipelineConfig } from "../config/schema.ts";
import { hasOwnSink, truncateTopicOf } from "./indices.ts";
import type { ResolvedShard } from "./resolved-shard.ts";

/** The transform's name in `transforms`, where it comes before all others. */
const alias = "truncates";

/** What a connector needs to let TRUNCATE events through, and past its compacted topics; nothing without a sink of our own. */
export function truncateProperties(shard: ResolvedShard, config: PipelineConfig): Record<string, string> {
  if (!hasOwnSink(config)) return {};
  return {
    [`transforms.${alias}.type`]: "cdc.sink.RouteTruncates",
    [`transforms.${alias}.topic`]: truncateTopicOf(shard),
  };
}

/** The chain of a connector's transforms, `transforms` as it is without ours; undefined for none. */
export function withTruncates(transforms: string | undefined, config: PipelineConfig): string | undefined {
  const names = [...(hasOwnSink(config) ? [alias] : []), ...(transforms === undefined ? [] : [transforms])];
  return names.length === 0 ? undefined : names.join(",");
}

/** Kinds of changes that a connector does not publish: with our sink, truncations have a topic of their own. */
export function skippedOperations(config: PipelineConfig): string {
  const { skipOperations } = config.connectors;
  const skipped = hasOwnSink(config) ? skipOperations.filter((kind) => kind !== "t") : skipOperations;
  return skipped.join(",") || "none";
}
