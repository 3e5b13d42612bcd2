/** Topics by Kafka's own command, in the broker's container. */
import { TopicAdmin } from "../../../clients/kafka/admin.ts";
import type { KafkaAddress } from "../../../clients/kafka/connection.ts";
import { dockerLines, type Checkout } from "./checkout.ts";

/** @returns the lines that it prints. */
export async function kafkaTopics(checkout: Checkout, ...args: string[]): Promise<string[]> {
  const command = ["/opt/kafka/bin/kafka-topics.sh", "--bootstrap-server", "kafka:29092"];
  return await dockerLines("exec", `${checkout.prefix}-kafka`, ...command, ...args);
}

/** The names of the topics that an account sees, but for Kafka's own. */
export async function topicsOn(kafka: KafkaAddress): Promise<string[]> {
  const admin = new TopicAdmin(kafka);
  try {
    return (await admin.describe()).map(({ name }) => name);
  } finally {
    await admin.close();
  }
}
