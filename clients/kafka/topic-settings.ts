/** What decides how long a topic keeps its records. */
import { Admin, ConfigResourceTypes } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";

/** The topic keys on which it depends whether records stay, with Kafka's own defaults. */
const kafkaDefaults: Readonly<Record<string, string>> = {
  "cleanup.policy": "delete",
  "retention.bytes": "-1",
  "retention.ms": "604800000",
};
/** Broker keys that are defaults of retention.ms in another unit. */
const unitMs: Readonly<Record<string, number>> = { "log.retention.hours": 3_600_000, "log.retention.minutes": 60_000 };

/** What every broker answers at once is late on a busy machine. */
const answerLimitMs = 30_000;

export interface TopicSettings {
  /** Ids of the brokers that hold each partition. */
  readonly replicas: readonly (readonly number[])[];
  /** Values in force, defaults included. */
  readonly config: Readonly<Record<string, string>>;
  /** Values that would be in force if the topic set none itself, in the topic keys' own units. */
  readonly defaults: Readonly<Record<string, string>>;
}

/**
 * Reads those of all topics but Kafka's internal ones.
 * @throws Error when no broker answers.
 */
export async function topicSettings(kafka: KafkaAddress): Promise<Map<string, TopicSettings>> {
  const admin = new Admin({
    ...connectionTo(kafka, "cdc-topic-settings", answerLimitMs),
    connectTimeout: answerLimitMs,
    timeout: answerLimitMs,
  });
  try {
    return await answerFrom(kafka, async () => await settingsOf(admin));
  } finally {
    await admin.close();
  }
}

async function settingsOf(admin: Admin): Promise<Map<string, TopicSettings>> {
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
