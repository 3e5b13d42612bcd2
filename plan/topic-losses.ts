/** What would become of the records of topics that stay: fewer partitions, a stricter cleanup or retention, brokers that go. */
import type { Held, HeldBroker, HeldTopic, Keeping } from "./held.ts";
import type { Amount, Loss } from "./losses.ts";
import type { Problem } from "../lib/problem.ts";

/** A topic on the living broker. */
export interface LivingTopic {
  /** Ids of the brokers that hold each partition. */
  readonly replicas: readonly (readonly number[])[];
  /** Values in force, defaults included. */
  readonly config: Readonly<Record<string, string>>;
  /** Values that would be in force if the topic set none itself, in the topic keys' own units. */
  readonly defaults: Readonly<Record<string, string>>;
}

/** What there is, as far as it could be found out. */
export interface Facts {
  readonly planned: Held;
  /** As the state has it: what the last `up` was about; undefined without a state. */
  readonly before: Held | undefined;
  /** By name, as the broker has them; undefined when it could not be asked. */
  readonly living: ReadonlyMap<string, LivingTopic> | undefined;
}

/** Kafka's own values where nobody sets any. */
const kafkaDefaults: Keeping = { "cleanup.policy": "delete", "retention.bytes": "-1", "retention.ms": "604800000" };

/** CDC-801 and CDC-803. */
export function strictTopics(facts: Facts): Loss[] {
  const before = new Map(facts.before?.topics.map((topic) => [topic.name, topic]));
  return facts.planned.topics
    .filter(({ kind }) => kind !== "passing")
    .flatMap((topic) => {
      const known = before.get(topic.name);
      const there = partitionsAndKeeping(facts, topic, known);
      if (there === undefined) return [];
      // The records are those of the shard that wrote them, also where another one is to go on with the topic.
      const loss = { kind: "topic", name: topic.name, topics: [topic.name], shard: (known ?? topic).shard } as const;
      return [...fewerPartitions(topic, there.partitions), ...droppedRecords(there.keeping, there.planned)].map(
        (found) => ({ ...loss, ...found }),
      );
    });
}

/** What the topic has now, and what it will keep its records by. */
function partitionsAndKeeping({ planned, before, living }: Facts, topic: HeldTopic, known: HeldTopic | undefined) {
  const found = living?.get(topic.name);
  // What the last plan set on the brokers goes with that plan.
  const own = Object.entries(found?.defaults ?? {}).filter(([key]) => before?.brokerKeeping[key] === undefined);
  const will = { ...kafkaDefaults, ...Object.fromEntries(own), ...planned.brokerKeeping, ...topic.keeping };
  if (found !== undefined) return { partitions: found.replicas.length, keeping: found.config, planned: will };
  if (known === undefined) return undefined;
  const keeping = { ...kafkaDefaults, ...before?.brokerKeeping, ...known.keeping };
  return { partitions: known.partitions, keeping, planned: will };
}

type Found = Pick<Loss, "code" | "message" | "keep">;

function fewerPartitions(topic: HeldTopic, found: number): Found[] {
  if (topic.partitions >= found) return [];
  return [
    {
      code: "CDC-801",
      message:
        `has ${found} partitions, ${topic.partitions} ${topic.partitions === 1 ? "is" : "are"} planned; ` +
        "Kafka cannot take partitions away: the topic would be deleted with its data and made anew",
      keep: `keep at least ${found} partitions`,
    },
  ];
}

/** What the broker does not tell, or tells unreadably, gives no reason. */
function droppedRecords(has: Keeping, planned: Keeping): Found[] {
  const [before, after] = [policies(has), policies(planned)];
  if (before.size === 0) return [];
  const reasons: string[] = [];
  if (after.has("compact") && !before.has("compact")) {
    reasons.push("compaction keeps only the newest change of each key and drops the older ones");
  }
  if (after.has("delete")) {
    for (const key of ["retention.ms", "retention.bytes"]) {
      // Where nothing was deleted so far, everything was kept.
      const had = before.has("delete") ? limitOf(has[key]) : Infinity;
      const gets = limitOf(planned[key]);
      if (gets < had) reasons.push(`what is beyond ${key}=${gets} is dropped (until now ${limitText(had)})`);
    }
  }
  if (reasons.length === 0) return [];
  const change = [...new Set([before, after].map((policy) => [...policy].join(",")))].join(", planned is ");
  return [
    {
      code: "CDC-803",
      message: `has cleanup.policy=${change}: ${reasons.join("; ")}`,
      keep: "keep cdc:topics.cleanup, cdc:topics.retentionHours and log.* in cdc:kafka.properties as they were",
    },
  ];
}

function policies(config: Keeping): Set<string> {
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

/**
 * CDC-825: topics on brokers that somebody else runs which hold records already, and are not this stack's as far as its state knows:
 * another pipeline may be at work on them.
 */
export function foreignTopics(facts: Facts, amounts: ReadonlyMap<string, Amount>): Problem[] {
  return maybeForeign(facts).flatMap((name) => {
    const { records = 0 } = amounts.get(name) ?? {};
    return records === 0
      ? []
      : [
          {
            code: "CDC-825" as const,
            path: `topic ${name}`,
            message: `is on the brokers already with up to ${records} records, and this stack did not make it`,
            remedy:
              "write another topicPrefix or stack name, or have the topic deleted; where an earlier destroy of this stack left it, " +
              "write cdc:kafka.existing.takeTopics: true",
          },
        ];
  });
}

/** The topics of which that depends on whether they hold anything. */
export function maybeForeign({ planned, before, living }: Facts): string[] {
  if (planned.existing === undefined || planned.existing.takeTopics || living === undefined) return [];
  const known = new Set(before?.topics.map(({ name }) => name));
  return planned.topics.map(({ name }) => name).filter((name) => living.has(name) && !known.has(name));
}

/** CDC-805: a broker goes that holds the only copy of a partition, or whose topics cannot be looked at. */
export function lostCopies({ planned, before, living }: Facts): Loss[] {
  if (planned.existing !== undefined) return [];
  const staying = new Set(planned.brokers.map(({ nodeId }) => nodeId));
  const keep = "keep cdc:kafka.brokers, or raise cdc:topics.replicationFactor and apply that first";
  if (living === undefined) {
    const going = (before?.brokers ?? []).filter(({ nodeId }) => !staying.has(nodeId));
    return going.map(({ alias }) => ({
      kind: "broker",
      name: alias,
      topics: [],
      shard: undefined,
      code: "CDC-805",
      message: "is planned no longer, and may hold the only copy of something",
      keep,
    }));
  }
  const plannedTopics = new Set(planned.topics.map(({ name }) => name));
  const byBroker = new Map<number, Set<string>>();
  for (const [topic, { replicas }] of living) {
    if (!plannedTopics.has(topic)) continue;
    const alone = replicas.filter((brokers) => brokers.length > 0 && !brokers.some((id) => staying.has(id)));
    for (const id of alone.flat()) byBroker.set(id, (byBroker.get(id) ?? new Set()).add(topic));
  }
  return [...byBroker]
    .toSorted(([a], [b]) => a - b)
    .map(([id, topics]) => ({
      kind: "broker",
      name: aliasOf(id, before?.brokers ?? []),
      topics: [...topics].toSorted(),
      shard: undefined,
      code: "CDC-805",
      message: `is planned no longer and holds partitions that no broker which stays has a copy of: their data would be lost`,
      keep,
    }));
}

function aliasOf(id: number, brokers: readonly HeldBroker[]): string {
  return brokers.find(({ nodeId }) => nodeId === id)?.alias ?? (id === 1 ? "kafka" : `kafka-${id}`);
}

/** CDC-802. Not a loss: since Kafka 2.4 replicas are moved in place (KIP-455), and the provider does so. */
export function otherReplication({ planned, living }: Facts): Problem[] {
  return planned.topics.flatMap((topic) => {
    const found = Math.max(0, ...(living?.get(topic.name)?.replicas ?? []).map((brokers) => brokers.length));
    if (found === 0 || found === topic.replicas) return [];
    const effect = topic.replicas > found ? "its data is copied, which takes time" : "copies are given up";
    return [
      {
        code: "CDC-802" as const,
        path: `topic ${topic.name}`,
        message: `has replication factor ${found}, ${topic.replicas} is planned: ${effect}`,
        remedy: `nothing, if that is meant; else keep ${found}`,
      },
    ];
  });
}
