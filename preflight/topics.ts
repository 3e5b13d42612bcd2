/** What the plan would do to topics that are on the broker already: nothing may lose data without a word. */
import { cdcDatabase } from "../plan/constants.ts";
import type { Problem } from "../plan/problem.ts";
import type { TopicPlan } from "../plan/types.ts";
import type { Findings } from "./findings.ts";
import type { Wanted } from "./wanted.ts";
import type { TopicView } from "./world.ts";

const allow = "set cdc:topics.allowDataLoss to true if the data may go";

/**
 * CDC-801 (fewer partitions), CDC-802 (other replication factor, a warning), CDC-803 (cleanup or retention drops records),
 * CDC-804 (a table's topic is no longer planned), CDC-805 (a broker that goes holds the only copy).
 * @param formerPrefixes topic prefixes of the connectors that run, by the connector's name.
 * `allowDataLoss` turns what would be refused into warnings.
 * Topics of shards that are no longer planned are passed over: to take a shard out is a clear wish.
 */
export function checkTopics(
  wanted: Wanted,
  living: ReadonlyMap<string, TopicView>,
  formerPrefixes: ReadonlyMap<string, string>,
): Findings {
  const losses: Problem[] = [];
  const warnings: Problem[] = [];
  for (const topic of wanted.topics) {
    const there = living.get(topic.name);
    if (there === undefined) continue;
    if (!isOwn(topic.name, wanted)) losses.push(...fewerPartitions(topic, there), ...droppedRecords(topic, there));
    warnings.push(...otherReplication(topic, there));
  }
  losses.push(
    ...removedTables(wanted, living),
    ...otherPrefixes(wanted, living, formerPrefixes),
    ...lostCopies(wanted, living),
  );
  return wanted.allowDataLoss
    ? { problems: [], warnings: grouped([...losses.map(permitted), ...warnings]) }
    : { problems: grouped(losses), warnings: grouped(warnings) };
}

/** One field of the configuration is about many topics: those that have the same to be said of them share one problem. */
function grouped(problems: readonly Problem[]): Problem[] {
  const alike = Map.groupBy(problems, ({ code, message, remedy }) => `${code} ${message} ${remedy}`);
  return [...alike.values()].map(([first, ...others]) => {
    if (others.length === 0) return first as Problem;
    const names = [first as Problem, ...others].map(({ path }) => path.replace(/^topic /, ""));
    const shown = names.length > 4 ? [...names.slice(0, 3), `and ${names.length - 3} more`] : names;
    return { ...(first as Problem), path: `topics ${shown.join(", ")}` };
  });
}

function permitted(loss: Problem): Problem {
  return { ...loss, remedy: "nothing, if that is meant: cdc:topics.allowDataLoss is true" };
}

function fewerPartitions(topic: TopicPlan, there: TopicView): Problem[] {
  const found = there.replicas.length;
  if (topic.partitions >= found) return [];
  return [
    {
      code: "CDC-801",
      path: `topic ${topic.name}`,
      message:
        `has ${found} partitions, ${topic.partitions} ${topic.partitions === 1 ? "is" : "are"} planned; ` +
        "Kafka cannot take partitions away: the topic would be deleted with its data and made anew",
      remedy: `keep at least ${found} partitions; or ${allow}`,
    },
  ];
}

/** Not a loss: since Kafka 2.4 replicas are moved in place (KIP-455), and the provider does so. */
function otherReplication(topic: TopicPlan, there: TopicView): Problem[] {
  const found = Math.max(0, ...there.replicas.map((brokers) => brokers.length));
  if (there.replicas.length === 0 || found === topic.replicationFactor) return [];
  const effect = topic.replicationFactor > found ? "its data is copied, which takes time" : "copies are given up";
  return [
    {
      code: "CDC-802",
      path: `topic ${topic.name}`,
      message: `has replication factor ${found}, ${topic.replicationFactor} is planned: ${effect}`,
      remedy: `nothing, if that is meant; else keep ${found}`,
    },
  ];
}

/** What the broker does not tell, or tells unreadably, gives no reason. */
function droppedRecords(topic: TopicPlan, there: TopicView): Problem[] {
  const planned = { ...there.defaults, ...topic.config };
  const [before, after] = [policies(there.config), policies(planned)];
  if (before.size === 0) return [];
  const reasons: string[] = [];
  if (after.has("compact") && !before.has("compact")) {
    reasons.push("compaction keeps only the newest change of each key and drops the older ones");
  }
  if (after.has("delete")) {
    for (const key of ["retention.ms", "retention.bytes"]) {
      // Where nothing was deleted so far, everything was kept.
      const had = before.has("delete") ? limitOf(there.config[key]) : Infinity;
      const gets = limitOf(planned[key]);
      if (gets < had) reasons.push(`what is beyond ${key}=${gets} is dropped (until now ${limitText(had)})`);
    }
  }
  if (reasons.length === 0) return [];
  const change = [...new Set([before, after].map((policy) => [...policy].join(",")))].join(", planned is ");
  return [
    {
      code: "CDC-803",
      path: `topic ${topic.name}`,
      message: `has cleanup.policy=${change}: ${reasons.join("; ")}`,
      remedy: `keep cdc:topics.cleanup and cdc:topics.retentionHours as they were; or ${allow}`,
    },
  ];
}

function policies(config: Readonly<Record<string, string>>): Set<string> {
  const policy = config["cleanup.policy"] ?? "";
  return new Set(policy.split(",").flatMap((part) => part.trim() || []));
}

/** Kafka's -1 is without limit; NaN is neither less nor more than anything. */
function limitOf(value: string | undefined): number {
  const limit = Number(value ?? "unknown");
  return limit < 0 ? Infinity : limit;
}

function limitText(limit: number): string {
  return limit === Infinity ? "without limit" : String(limit);
}

/** A table was taken out of the shards' tables. */
function removedTables(wanted: Wanted, living: ReadonlyMap<string, TopicView>): Problem[] {
  return wanted.topicPrefixes.flatMap((prefix) =>
    unplannedTables(prefix, wanted, living).map((topic) => ({
      code: "CDC-804" as const,
      path: `topic ${topic}`,
      message: "is on the broker and no longer planned: it would be deleted with its data",
      remedy: `name its table in cdc:tables (or the shard's own tables) again; or ${allow}`,
    })),
  );
}

/** A shard stays and is given another prefix: its topics begin anew under other names. */
function otherPrefixes(
  wanted: Wanted,
  living: ReadonlyMap<string, TopicView>,
  formerPrefixes: ReadonlyMap<string, string>,
): Problem[] {
  return wanted.shards.flatMap(({ name: shard, connector, topicPrefix }) => {
    const former = formerPrefixes.get(connector) ?? topicPrefix;
    if (wanted.topicPrefixes.includes(former)) return [];
    return unplannedTables(former, wanted, living).map((topic) => ({
      code: "CDC-804" as const,
      path: `topic ${topic}`,
      message: `belongs to ${shard}, which is planned with topic prefix ${topicPrefix}: it would be deleted with its data`,
      remedy: `keep the shard's topicPrefix ${former}; or ${allow}`,
    }));
  });
}

/** Topics called PREFIX.DATABASE.TABLE (Debezium turns dots in names into `_`) that are on the broker and not planned. */
function unplannedTables(prefix: string, wanted: Wanted, living: ReadonlyMap<string, TopicView>): string[] {
  const planned = new Set(wanted.topics.map(({ name }) => name));
  return [...living.keys()]
    .filter((topic) => !planned.has(topic) && topic.startsWith(`${prefix}.`))
    .filter((topic) => topic.slice(prefix.length + 1).split(".").length === 2)
    .filter((topic) => !topic.startsWith(`${prefix}.${cdcDatabase}.`))
    .toSorted();
}

/** Heartbeats, probes, signals and notifications: the pipeline's own, of which none is missed. */
function isOwn(topic: string, { topicPrefixes }: Wanted): boolean {
  return topicPrefixes.some((prefix) => topic.startsWith(`${prefix}.${cdcDatabase}.`));
}

/** Partitions all of whose replicas lie on brokers that the plan no longer has. */
function lostCopies(wanted: Wanted, living: ReadonlyMap<string, TopicView>): Problem[] {
  const staying = new Set(wanted.brokers.map(({ nodeId }) => nodeId));
  const planned = new Set(wanted.topics.map(({ name }) => name));
  const lost = [...living]
    .filter(([name]) => planned.has(name))
    .flatMap(([name, { replicas }]) => {
      const alone = replicas.filter((brokers) => brokers.length > 0 && !brokers.some((broker) => staying.has(broker)));
      return alone.length === 0 ? [] : [{ name, brokers: [...new Set(alone.flat())].toSorted((a, b) => a - b) }];
    });
  return lost.map(({ name, brokers }) => ({
    code: "CDC-805" as const,
    path: `topic ${name}`,
    message: `has partitions on broker ${brokers.join(", ")} only, which is no longer planned: their data would be lost`,
    remedy: `keep cdc:kafka.brokers, or raise cdc:topics.replicationFactor and apply that first; or ${allow}`,
  }));
}
