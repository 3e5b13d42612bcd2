/** Looks at the topics of a living broker. */
import { brokerObstacle } from "../clients/kafka/obstacle.ts";
import type { KafkaEndpoint } from "../lib/endpoint.ts";
import type { Amount } from "../plan/losses.ts";
import type { LivingTopic } from "../plan/topic-losses.ts";
import { untilAnswered, type Patience } from "./patience.ts";

/** A broker answers within a tenth of a second; one that starts, or whose machine is busy, takes its time. */
const patience: Patience = { silentMs: 10_000, limitMs: 120_000, pauseMs: 250 };
/** What every broker answers at once is late on a busy machine too. */
const lifeMs = 10_000;

/**
 * Reads all topics but Kafka's internal ones. Who does not answer for 10 s is given up when it does not even say that it is
 * there, and else waited for, two minutes at most.
 * @throws Error when none answers in time.
 */
export async function lookAtTopics(kafka: KafkaEndpoint): Promise<Map<string, LivingTopic>> {
  return await untilAnswered(
    async () => {
      // Loaded only when there is a broker to ask: loading takes longer than all checks together.
      const { topicSettings } = await import("../clients/kafka/topic-settings.ts");
      return await topicSettings(kafka);
    },
    async () => await brokerObstacle(kafka, lifeMs),
    patience,
  );
}

/**
 * Reads how much topics hold; those that do not exist are not among them.
 * @throws Error when none answers.
 */
export async function lookAtAmounts(kafka: KafkaEndpoint, topics: readonly string[]): Promise<Map<string, Amount>> {
  const { TopicAdmin } = await import("../clients/kafka/admin.ts");
  const admin = new TopicAdmin(kafka);
  try {
    const [starts, ends, described] = [
      await admin.startOffsets(topics),
      await admin.endOffsets(topics),
      await admin.describe(topics),
    ];
    return new Map(
      described.flatMap(({ name, sizeBytes }) => {
        const [start, end] = [starts.get(name), ends.get(name)];
        return start === undefined || end === undefined
          ? []
          : [[name, { records: Number(end - start), bytes: sizeBytes }]];
      }),
    );
  } finally {
    await admin.close();
  }
}
