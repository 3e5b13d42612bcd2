/** The end of a connector. */
import { kafkaEndpoint, type KafkaEndpoint } from "../../lib/endpoint.ts";
import type { ConnectClient } from "./client.ts";
import { systemClock, type Clock } from "./clock.ts";
import type { ConnectorInputs } from "./connector.ts";
import { awaitState } from "./status.ts";

export type Removed = Pick<
  ConnectorInputs,
  "name" | "onDelete" | "history" | "consumer" | "kafkaPassword" | "kafkaKeystore" | "timeoutSeconds"
>;

/** What a connector leaves in Kafka, as `reset` forgets it. */
export interface Leftovers {
  /** Deletes all records of a topic. */
  readonly deleteRecords: (kafka: KafkaEndpoint, topic: string) => Promise<void>;
  /** Deletes a consumer group with its offsets. */
  readonly deleteGroup: (kafka: KafkaEndpoint, group: string) => Promise<void>;
}

/**
 * Deletes the connector; with `onDelete: reset` its offsets and the records of its schema history go too, so that a
 * later one of its name begins anew. What is gone already is fine.
 * @throws Error when the offsets cannot be reset: a source connector is still there then, and stopped.
 */
export async function removeConnector(
  client: ConnectClient,
  connector: Removed,
  clock: Clock = systemClock,
  leftovers: Leftovers = leftInKafka,
): Promise<void> {
  const { name, onDelete, history, consumer } = connector;
  // A sink's offsets are its consumer group's. The worker would need its plugin to forget them, which may have gone first.
  if (onDelete === "reset" && consumer === undefined && (await client.getConfig(name)) !== undefined) {
    await client.stop(name);
    await awaitState(client, { ...connector, desiredState: "stopped" }, clock);
    await client.resetOffsets(name);
  }
  await client.deleteConnector(name);
  if (onDelete !== "reset") return;
  if (consumer !== undefined) await leftovers.deleteGroup(kafkaEndpoint(consumer.bootstrap, connector), consumer.group);
  if (history !== undefined) await leftovers.deleteRecords(kafkaEndpoint(history.bootstrap, connector), history.topic);
}

/** Loaded only when needed: the library takes longer to load than everything else in the provider plugin. */
const leftInKafka: Leftovers = {
  async deleteRecords(kafka, topic) {
    const { TopicAdmin } = await import("../kafka/admin.ts");
    const admin = new TopicAdmin(kafka);
    try {
      await unlessGone(admin.deleteRecords(topic));
    } finally {
      await admin.close();
    }
  },
  async deleteGroup(kafka, group) {
    const { deleteGroup } = await import("../kafka/groups.ts");
    await unlessGone(deleteGroup(kafka, group));
  },
};

/** With the broker go its topics and groups. */
async function unlessGone(deletion: Promise<void>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("no answer from Kafka"))) throw error;
  }
}
