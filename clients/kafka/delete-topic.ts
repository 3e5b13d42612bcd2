/** Deleting a topic that served its turn. */
import { Admin } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { connectionTo } from "./connection.ts";

/**
 * Deletes a topic with all its records. One that does not exist is fine.
 * @param bootstrap `HOST:PORT`, several separated by commas.
 * @throws Error when no broker answers.
 */
export async function deleteTopic(bootstrap: string, topic: string): Promise<void> {
  const admin = new Admin(connectionTo(bootstrap, "cdc-delete-topic"));
  try {
    await answerFrom(bootstrap, async () => {
      if ((await admin.listTopics()).includes(topic)) await admin.deleteTopics({ topics: [topic] });
    });
  } finally {
    await admin.close();
  }
}
