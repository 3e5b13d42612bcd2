/** What topics take and how many records came to them, by kind and shard: so there are a few series, however many tables there are. */
import type { ExpandedConnector } from "../../../clients/connect/client.ts";
import type { TopicAdmin } from "../../../clients/kafka/admin.ts";
import { cdcDatabase } from "../../../lib/constants.ts";
import { ownHeartbeatTopic } from "../../../lib/names.ts";
import type { AskedBeside } from "../../../plan/types.ts";
import type { Beside, TopicKind, TopicsFound } from "./found.ts";

type Config = Readonly<Record<string, string>>;

/** A topic's kind, and whose it is. */
export interface Placed {
  readonly kind: TopicKind;
  readonly shard: string;
}

/**
 * Tells the stack's topics from all others on the brokers.
 * @param sources the configurations of the connectors on the worker.
 * @returns undefined for a topic that is none of the stack's.
 */
export function placeOfTopic(
  topic: string,
  sources: readonly Config[],
  named: AskedBeside["topics"],
): Placed | undefined {
  for (const kind of ["merged data", "dead letters", "worker"] as const)
    if (named[kind].includes(topic)) return { kind, shard: "" };
  // A shard's prefix may begin another's.
  const byLength = sources.toSorted((a, b) => prefixOf(b).length - prefixOf(a).length);
  for (const config of byLength) {
    const shard = prefixOf(config);
    if (config["schema.history.internal.kafka.topic"] === topic) return { kind: "schema history", shard };
    const isOwn = topic === shard || topic === ownHeartbeatTopic(shard) || topic.startsWith(`${shard}.${cdcDatabase}.`);
    if (isOwn) return { kind: "own", shard };
    if (topic.startsWith(`${shard}.`)) return { kind: "data", shard };
  }
  return undefined;
}

function prefixOf(config: Config): string {
  return config["topic.prefix"] ?? "";
}

/** @throws Error when the broker does not answer. */
export async function lookAtTopics(
  sources: readonly ExpandedConnector["info"][],
  named: AskedBeside["topics"],
  broker: Pick<TopicAdmin, "names" | "diskUse" | "endOffsets">,
): Promise<Required<Pick<Beside, "topics" | "disks">>> {
  const configs = sources.map(({ config }) => config).filter((config) => prefixOf(config) !== "");
  const placed = (await broker.names()).flatMap((name) => {
    const place = placeOfTopic(name, configs, named);
    return place === undefined ? [] : [{ name, place }];
  });
  const names = placed.map(({ name }) => name);
  const [use, ends] = [await broker.diskUse(names), await broker.endOffsets(names)];
  const groups = Map.groupBy(placed, ({ place: { kind, shard } }) => `${kind}\n${shard}`);
  const topics = [...groups.values()].map((those): TopicsFound => ({
    ...those[0]!.place,
    sizeBytes: those.reduce((sum, { name }) => sum + (use.topics.get(name) ?? 0), 0),
    ends: those.reduce((sum, { name }) => sum + (ends.get(name) ?? 0n), 0n),
  }));
  return { topics, disks: use.disks };
}
