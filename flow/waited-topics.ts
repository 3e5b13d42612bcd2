/** Topics that a connector's producer waits for in vain: nothing else than the worker's log tells of them. */
import { logLines } from "../clients/docker/logs.ts";

/** The producer asks again every second. */
const window = "20s";

/**
 * @param workers names of the workers' containers.
 * @returns the topics; none when the logs cannot be read, as this only explains a failure that was seen already.
 */
export async function topicsWaitedFor(workers: readonly string[], connector: string): Promise<string[]> {
  const logs = await Promise.all(
    workers.map(async (worker) => {
      const lines = await logLines(worker, ["--since", window]).catch(() => []);
      return missingTopicsIn(lines.join("\n"), connector);
    }),
  );
  return [...new Set(logs.flat())];
}

/** The topics of which the producers of the connector's tasks were answered UNKNOWN_TOPIC_OR_PARTITION. */
export function missingTopicsIn(log: string, connector: string): string[] {
  const topics = log.split("\n").flatMap((line) => {
    const producer = /clientId=connector-producer-([^,\]]+)-\d+[,\]]/.exec(line)?.[1];
    if (producer !== connector) return [];
    return [...line.matchAll(/[{ ]([\w.-]+)=UNKNOWN_TOPIC_OR_PARTITION/g)].map(([, topic = ""]) => topic);
  });
  return [...new Set(topics)];
}
