/** Who the brokers of a cluster are. */
import { Admin } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";

/**
 * Asks the brokers, as the endpoint's account, for the addresses at which they tell clients to reach them.
 * @throws Error when none answers; UnreachableError when TLS or the login is refused.
 */
export async function readCluster(kafka: KafkaAddress): Promise<{ brokers: { host: string; port: number }[] }> {
  const admin = new Admin(connectionTo(kafka, "cdc-cluster"));
  try {
    const { brokers } = await answerFrom(kafka, async () => await admin.metadata({ topics: [], forceUpdate: true }));
    return { brokers: [...brokers.values()].map(({ host, port }) => ({ host, port })) };
  } finally {
    await admin.close().catch(() => {});
  }
}
