/** What the broker has to have: the declared topics, the schema history, heartbeats that arrive. */
import type { TopicDescription } from "../../clients/kafka/admin.ts";
import type { ShardPlan, TopicPlan } from "../../plan/types.ts";
import type { Place } from "../../clients/debezium/history/place.ts";
import { historyTopicOf } from "../offsets.ts";
import { stall } from "../../lib/trouble.ts";
import { duration } from "../../lib/words.ts";
import { broken, well, type Outcome } from "./walk.ts";

/**
 * Partitions and the declared topic configuration, as the broker has them.
 * @param remedyOf what brings a missing topic back, by its name.
 */
export function judgeTopics(
  planned: readonly TopicPlan[],
  found: readonly TopicDescription[],
  remedyOf: (topic: string) => string,
): Outcome {
  const there = new Map(found.map((topic) => [topic.name, topic]));
  const missing = planned.filter(({ name }) => !there.has(name)).map(({ name }) => name);
  if (missing.length > 0)
    return broken(
      `missing: ${shortList(missing)}; nothing makes topics by itself, and a connector that writes to one that is missing waits for ever`,
      [...new Set(missing.map(remedyOf))].join("\n"),
    );
  const differing = planned.flatMap((topic) => differences(topic, there.get(topic.name)));
  if (differing.length > 0)
    return broken(
      `not as declared: ${shortList(differing)}`,
      "pulumi up --refresh sets what is declared; where that would drop records, it says so, and which word lets them go",
    );
  return well(`all ${planned.length} declared topics are there, with their partitions and policies`);
}

function differences(planned: TopicPlan, found: TopicDescription | undefined): string[] {
  if (found === undefined) return [];
  const partitions =
    found.partitions === planned.partitions
      ? []
      : [`${planned.name} has ${found.partitions} partitions, declared are ${planned.partitions}`];
  const config = Object.entries(planned.config)
    .filter(([key, value]) => found.config[key] !== value)
    .map(
      ([key, value]) =>
        `${planned.name} has ${key}=${found.config[key] ?? "(the broker's default)"}, declared is ${value}`,
    );
  return [...partitions, ...config];
}

function shortList(names: readonly string[]): string {
  return names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ");
}

/** @param records how many the schema history topic holds. */
export function judgeHistory(shard: ShardPlan, place: Place | undefined, records: bigint): Outcome {
  const topic = historyTopicOf(shard);
  if (records > 0n) return well(`${topic} holds ${records} records`);
  if (place === undefined) return well(`${topic} is empty, as is the connector's memory: it begins anew`);
  return broken(
    `${topic} is empty, but the connector has read up to ${place.file}:${place.position}: it cannot tell what columns its events have, and fails when it is next started`,
    "set cdc:connectors.snapshotMode to recovery and make up, when no table was altered meanwhile; " +
      `else cdc offsets reset ${shard.name} begins anew with a snapshot`,
  );
}

/** @param newestMs when the newest heartbeat was written, in ms since 1970; undefined for none. */
export function judgeHeartbeat(
  shard: ShardPlan,
  newestMs: number | undefined,
  nowMs: number,
  boundSeconds: number,
): Outcome {
  if (newestMs === undefined)
    return broken(
      `${shard.connector.name} ${stall.what}: ${shard.heartbeatTopic} holds no heartbeat: none has ever come, or none for as long as it keeps them (an hour)`,
      `the connector reads nothing: cdc logs connect says what it waits for; cdc restart ${shard.name} starts it anew`,
    );
  const age = nowMs - newestMs;
  if (age > boundSeconds * 1000)
    return broken(
      `${shard.connector.name} ${stall.what}: the newest heartbeat on ${shard.heartbeatTopic} is ${duration(age)} old; at most ${boundSeconds} s are allowed`,
      `a snapshot that runs keeps heartbeats back (cdc status); else cdc logs connect says what the connector waits for, and cdc restart ${shard.name} starts it anew`,
    );
  return well(`the newest heartbeat came ${duration(Math.max(0, age))} ago`);
}
