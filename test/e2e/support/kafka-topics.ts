/** Topics by Kafka's own command, in the broker's container. */
import { dockerLines, type Checkout } from "./checkout.ts";

/** @returns the lines that it prints. */
export async function kafkaTopics(checkout: Checkout, ...args: string[]): Promise<string[]> {
  const command = ["/opt/kafka/bin/kafka-topics.sh", "--bootstrap-server", "kafka:29092"];
  return await dockerLines("exec", `${checkout.prefix}-kafka`, ...command, ...args);
}
