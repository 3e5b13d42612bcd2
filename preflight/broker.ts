/** Looks at the topics of a living broker. */
import { setTimeout as sleep } from "node:timers/promises";
import type { TopicView } from "./world.ts";

/** The topic keys on which it depends whether records stay, with Kafka's own defaults. */
const kafkaDefaults: Readonly<Record<string, string>> = {
  "cleanup.policy": "delete",
  "retention.bytes": "-1",
  "retention.ms": "604800000",
};
/** Broker keys that are defaults of retention.ms in another unit. */
const unitMs: Readonly<Record<string, number>> = { "log.retention.hours": 3_600_000, "log.retention.minutes": 60_000 };

/** A broker answers within a tenth of a second; one that starts, or whose machine is busy, within seconds. */
const answerLimitMs = 10_000;
const pauseMs = 250;

/**
 * Reads all topics but Kafka's internal ones; waits 10 s for a broker that does not answer yet.
 * @param bootstrap `HOST:PORT` of brokers as reached from this machine.
 * @throws Error when none answers in time.
 */
export async function lookAtTopics(bootstrap: readonly string[]): Promise<Map<string, TopicView>> {
  let reason = "no answer";
  const end = new AbortController();
  const answer = async () => {
    for (;;) {
      try {
        return await readTopics(bootstrap);
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
        await sleep(pauseMs, undefined, { signal: end.signal });
      }
    }
  };
  const limit = sleep(answerLimitMs, undefined, { signal: end.signal }).then(() => {
    throw new Error(`${reason}, for ${answerLimitMs / 1000} s`);
  });
  try {
    return await Promise.race([answer(), limit]);
  } finally {
    limit.catch(() => {});
    end.abort();
  }
}

async function readTopics(bootstrap: readonly string[]): Promise<Map<string, TopicView>> {
  // Loaded only when there is a broker to ask: loading takes longer than all looks together.
  const { Admin, ConfigResourceTypes } = await import("@platformatic/kafka");
  const admin = new Admin({
    clientId: "cdc-preflight",
    bootstrapBrokers: [...bootstrap],
    retries: 0,
    timeout: answerLimitMs,
    connectTimeout: answerLimitMs,
  });
  try {
    const names = await admin.listTopics({ includeInternals: false });
    if (names.length === 0) return new Map();
    const [{ topics }, configs] = await Promise.all([
      admin.metadata({ topics: [...names] }),
      admin.describeConfigs({
        resources: names.map((resourceName) => ({
          resourceType: ConfigResourceTypes.TOPIC,
          resourceName,
          configurationKeys: Object.keys(kafkaDefaults),
        })),
        includeSynonyms: true,
      }),
    ]);
    const described = new Map(configs.map((topic) => [topic.resourceName, topic.configs]));
    return new Map(
      names.map((name) => {
        const entries = described.get(name) ?? [];
        const inForce = entries.flatMap(({ name: key, value }) => (value ? [[key, value] as const] : []));
        const defaults = entries.map((entry) => [entry.name, brokerDefault(entry)] as const);
        return [
          name,
          {
            replicas: (topics.get(name)?.partitions ?? []).map(({ replicas }) => replicas),
            config: Object.fromEntries(inForce),
            defaults: Object.fromEntries(defaults),
          },
        ];
      }),
    );
  } finally {
    await admin.close();
  }
}

/** What Kafka's DescribeConfigs tells of one key; `synonyms` are in the order in which they count. */
export interface DescribedKey {
  readonly name: string;
  readonly value: string | null | undefined;
  readonly configSource: number;
  readonly synonyms: readonly {
    readonly name: string;
    readonly value: string | null | undefined;
    readonly source: number;
  }[];
}

/** DYNAMIC_TOPIC_CONFIG of Kafka's protocol: set on the topic itself. */
const setOnTopic = 1;

/** The value of a key that is left to the broker, in the topic key's unit; log.retention.hours is told only where it is set. */
export function brokerDefault({ name, value, configSource, synonyms }: DescribedKey): string {
  const synonym = synonyms.find(({ source, value: told }) => source !== setOnTopic && told);
  if (synonym?.value) return inTopicUnit(synonym.name, synonym.value);
  return (configSource === setOnTopic ? undefined : value) ?? kafkaDefaults[name] ?? "";
}

/** A broker's `log.retention.hours=168` is a topic's `retention.ms=604800000`. */
function inTopicUnit(brokerKey: string, value: string): string {
  const factor = unitMs[brokerKey];
  return factor === undefined || Number(value) < 0 ? value : String(Number(value) * factor);
}
