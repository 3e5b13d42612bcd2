/** The end of a connector. */
import type { ConnectClient } from "./client.ts";
import { systemClock, type Clock } from "./clock.ts";
import type { ConnectorInputs } from "./connector.ts";
import { awaitState } from "./status.ts";

export type Removed = Pick<ConnectorInputs, "name" | "onDelete" | "history" | "timeoutSeconds">;

/** Deletes all records of a topic. */
export type DeleteRecords = (bootstrap: string, topic: string) => Promise<void>;

/**
 * Deletes the connector; with `onDelete: reset` its offsets and the records of its schema history go first, so that a
 * later one of its name begins anew. What is gone already is fine.
 * @throws Error when the offsets cannot be reset: the connector is still there then, and stopped.
 */
export async function removeConnector(
  client: ConnectClient,
  connector: Removed,
  clock: Clock = systemClock,
  deleteRecords: DeleteRecords = deleteRecordsOfTopic,
): Promise<void> {
  const { name, onDelete, history } = connector;
  if (onDelete === "reset" && (await client.getConfig(name)) !== undefined) {
    await client.stop(name);
    await awaitState(client, { ...connector, desiredState: "stopped" }, clock);
    await client.resetOffsets(name);
  }
  await client.deleteConnector(name);
  if (onDelete === "reset" && history !== undefined) await deleteRecords(history.bootstrap, history.topic);
}

async function deleteRecordsOfTopic(bootstrap: string, topic: string): Promise<void> {
  // Loaded only here: the library takes longer to load than everything else in the provider plugin.
  const { TopicAdmin } = await import("../kafka/admin.ts");
  const admin = new TopicAdmin(bootstrap);
  try {
    await admin.deleteRecords(topic);
  } catch (error) {
    // With the broker goes its topic.
    if (!(error instanceof Error && error.message.startsWith("no answer from Kafka"))) throw error;
  } finally {
    await admin.close();
  }
}
