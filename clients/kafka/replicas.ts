/** Who has which partition, of the cluster's own topics too: an Admin's metadata leave these out. */
import { Connection, metadataV12 } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { brokersOf, connectionTo, type KafkaAddress } from "./connection.ts";

/** Who has a partition. */
export interface Replicas {
  readonly topic: string;
  readonly partition: number;
  /** Node ids of the brokers that are to have it. */
  readonly replicas: readonly number[];
  /** Of those, who has all of it. */
  readonly inSync: readonly number[];
}

/** @returns every partition of every topic, as the first broker that answers knows it. @throws Error when none answers. */
export async function readReplicas(kafka: KafkaAddress): Promise<Replicas[]> {
  return await answerFrom(kafka, async () => {
    let last: unknown;
    for (const broker of brokersOf(kafka)) {
      try {
        return await askOne(kafka, broker);
      } catch (error) {
        last = error;
      }
    }
    throw last;
  });
}

async function askOne(kafka: KafkaAddress, { host, port }: { host: string; port: number }): Promise<Replicas[]> {
  const { clientId, ...options } = connectionTo(kafka, "cdc-replicas");
  const connection = new Connection(clientId, options);
  // What it meets is told by what it was asked; without a listener it would end the process as well.
  connection.on("error", () => {});
  try {
    await connection.connect(host, port);
    // null: of all topics.
    const { topics } = await metadataV12.api.async(connection, null, false, false);
    return topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, replicaNodes, isrNodes }) => ({
        topic: name ?? "",
        partition: partitionIndex,
        replicas: replicaNodes,
        inSync: isrNodes,
      })),
    );
  } finally {
    await connection.close().catch(() => {});
  }
}
