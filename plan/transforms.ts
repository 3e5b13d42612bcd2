/** Single message transforms: merging shards into one topic per table, and unwrapping Debezium's envelope. */
import type { PipelineConfig } from "../config/schema.ts";
import { hasOwnSink } from "./indices.ts";
import { inTopic, quoted } from "../lib/names.ts";
import type { ResolvedShard } from "./resolved-shard.ts";

/**
 * Renders `transforms` and `predicates` of a shard's connector.
 * They touch the data topics only: heartbeats, probes and schema changes stay what they are.
 */
export function transformProperties(shard: ResolvedShard, config: PipelineConfig): Record<string, string> {
  const { merge, unwrap } = config.connectors;
  const names = [...(merge === undefined ? [] : ["merge"]), ...(unwrap === undefined ? [] : ["unwrap"])];
  if (names.length === 0) return {};
  return {
    transforms: names.join(","),
    ...(merge === undefined ? {} : mergeProperties(shard, merge)),
    ...(unwrap === undefined ? {} : unwrapProperties(shard, unwrap, merge)),
    // A row alone does not tell where its change stands; as headers, so that deletions, which are null, tell it too.
    ...(unwrap === undefined || !hasOwnSink(config) ? {} : { "transforms.unwrap.add.headers": positionFields }),
  };
}

/** What the sink tells older from newer changes by (apps/sink/README.md). */
const positionFields = "op,source.ts_us,source.gtid,source.file,source.pos,source.row,source.snapshot";

type Merge = NonNullable<PipelineConfig["connectors"]["merge"]>;
type Unwrap = NonNullable<PipelineConfig["connectors"]["unwrap"]>;

/** `ByLogicalTableRouter`: another topic, and the shard's name (the former one, where it was renamed) as a further field of the key, or equal ids would be one row. */
function mergeProperties(shard: ResolvedShard, merge: Merge): Record<string, string> {
  return {
    "transforms.merge.type": "io.debezium.transforms.ByLogicalTableRouter",
    "transforms.merge.topic.regex": dataTopics(shard.topicPrefix, shard),
    "transforms.merge.topic.replacement": `${merge.prefix}.$1`,
    "transforms.merge.key.enforce.uniqueness": "true",
    "transforms.merge.key.field.name": merge.shardField,
    "transforms.merge.key.field.regex": "(.*)",
    "transforms.merge.key.field.replacement": shard.key,
  };
}

/** A regular expression of the topics of a shard's tables; the group is the table. */
function dataTopics(prefix: string, { tables }: ResolvedShard): string {
  return `${quoted(prefix)}\\.(${tables.map((table) => quoted(inTopic(table))).join("|")})`;
}

/** `ExtractNewRecordState`, after the routing, on the data topics. */
function unwrapProperties(shard: ResolvedShard, unwrap: Unwrap, merge: Merge | undefined): Record<string, string> {
  const prefix = merge?.prefix ?? shard.topicPrefix;
  return {
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
    "transforms.unwrap.delete.tombstone.handling.mode": unwrap.deletes,
    ...(unwrap.addFields.length === 0 ? {} : { "transforms.unwrap.add.fields": unwrap.addFields.join(",") }),
    "transforms.unwrap.predicate": "data",
    predicates: "data",
    "predicates.data.type": "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
    "predicates.data.pattern": dataTopics(prefix, shard),
  };
}
