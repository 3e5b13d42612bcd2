/** When the newest record of a topic was written. */
import { Admin, FetchIsolationLevels, ListOffsetTimestamps } from "@platformatic/kafka";
import { answerFrom } from "./answer.ts";
import { connectionTo, type KafkaAddress } from "./connection.ts";

/**
 * Time of the newest record of each topic, in ms since 1970; one question for all.
 * @returns by topic; without those that are empty.
 * @throws Error when no broker answers.
 */
export async function newestTimes(
  kafka: KafkaAddress,
  topics: readonly { readonly name: string; readonly partitions: number }[],
): Promise<Map<string, number>> {
  if (topics.length === 0) return new Map();
  const admin = new Admin(connectionTo(kafka, "cdc-newest-times"));
  try {
    const listed = await answerFrom(
      kafka,
      async () =>
        await admin.listOffsets({
          topics: topics.map(({ name, partitions }) => ({
            name,
            partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
              partitionIndex,
              timestamp: ListOffsetTimestamps.MAX,
            })),
          })),
          // Where the newest record's transaction is open, a reader of committed records is told that there is none at all.
          isolationLevel: FetchIsolationLevels.READ_UNCOMMITTED,
        }),
    );
    // An empty partition answers with -1.
    return new Map(
      listed.flatMap(({ name, partitions }) => {
        const newest = Math.max(...partitions.map(({ timestamp }) => Number(timestamp)));
        return newest < 0 ? [] : [[name, newest]];
      }),
    );
  } finally {
    await admin.close();
  }
}
