/** Deleting a topic that served its turn. */
import { Admin } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";

/**
 * Deletes a topic with all its records. One that does not exist is fine.
 * @throws Error when no broker answers.
 */
export async function deleteTopic(kafka: KafkaAddress, topic: string): Promise<void> {
  const admin = new Admin(connectionTo(kafka, "cdc-delete-topic"));
  try {
    await answerFrom(kafka, async () => {
      if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] });
    });
  } finally {
    await admin.close();
  }
}
