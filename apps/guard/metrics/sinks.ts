/** How far the sinks are, asked of the broker beside the guard's checks, which never wait for it. */
import { waitingSince } from "../../../clients/debezium/events/waiting-since.ts";
import type { TopicAdmin } from "../../../clients/kafka/admin.ts";
import type { KafkaAddress } from "../../../clients/kafka/connection.ts";
import { SinkLagReader, type PartitionLag } from "../../../clients/kafka/sink-lag.ts";
import type { ExpandedConnector } from "../../../clients/connect/client.ts";
import type { Observation } from "../observation.ts";
import type { Known, SinkFound } from "./known.ts";

/** Of a partition: enough to tell how long it waits, whatever there is to count, and little beside the container's memory. */
const countedBytes = 256 * 1024;

/** What is asked of the broker. */
export interface SinkQuestions {
  readonly lag: (connector: string, topics: readonly string[]) => Promise<NonNullable<SinkFound["lag"]>>;
  readonly endOffsets: TopicAdmin["endOffsets"];
  readonly startOffsets: TopicAdmin["startOffsets"];
}

/** Looks at every sink that the guard's last check saw. What the broker does not tell stays unknown. */
export async function lookAtSinks(
  seen: Observation | undefined,
  questions: SinkQuestions,
  now: () => number,
): Promise<NonNullable<Known["sinks"]>> {
  const at = now();
  const sinks = Object.values(seen?.connectors ?? {})
    .map(({ info }) => info)
    .filter(({ type }) => type === "sink");
  const found: [string, SinkFound][] = [];
  // One after the other: a burst of questions would be in the way of the guard's own.
  for (const info of sinks) found.push([info.name, await lookAt(info, questions)]);
  return { at, found: Object.fromEntries(found) };
}

async function lookAt({ name, config }: ExpandedConnector["info"], questions: SinkQuestions): Promise<SinkFound> {
  const { lag, endOffsets, startOffsets } = questions;
  const topics = topicsOf(config);
  const letters = config["errors.deadletterqueue.topic.name"] ?? "";
  const unknown = () => undefined;
  const offsetIn = async (ask: SinkQuestions["endOffsets"]) =>
    letters === "" ? undefined : (await ask([letters]).catch(unknown))?.get(letters);
  const found = topics.length === 0 ? undefined : await lag(name, topics).catch(unknown);
  const [first, deadLetters] = [await offsetIn(startOffsets), await offsetIn(endOffsets)];
  return {
    lag: found,
    deadLetters,
    waitingLetters: first === undefined || deadLetters === undefined ? undefined : deadLetters - first,
  };
}

/** None where the sink takes its topics by a pattern (`topics.regex`). */
function topicsOf({ topics = "" }: Readonly<Record<string, string>>): string[] {
  return topics
    .split(",")
    .map((topic) => topic.trim())
    .filter((topic) => topic !== "");
}

/** Keeps a reader for each sink, with what it counted, until its topics are others. */
export class SinkLags {
  readonly #kafka: KafkaAddress;
  readonly #readers = new Map<string, { readonly topics: string; readonly reader: SinkLagReader }>();

  constructor(kafka: KafkaAddress) {
    this.#kafka = kafka;
  }

  /** @throws Error when no broker answers. */
  async lag(connector: string, topics: readonly string[]): Promise<NonNullable<SinkFound["lag"]>> {
    const partitions = await this.#partitions(connector, topics);
    const waiting = partitions.map(({ waitingSinceMs }) => waitingSinceMs).filter((ms) => ms !== undefined);
    return {
      records: partitions.reduce((sum, { records }) => sum + records, 0),
      waitingSince: waiting.length === 0 ? undefined : Math.min(...waiting),
    };
  }

  async #partitions(connector: string, topics: readonly string[]): Promise<PartitionLag[]> {
    const reader = await this.#readerOf(connector, topics);
    try {
      return await reader.lag();
    } catch (error) {
      // The next look begins with connections of its own.
      this.#readers.delete(connector);
      await reader.close().catch(() => {});
      throw error;
    }
  }

  async #readerOf(connector: string, topics: readonly string[]): Promise<SinkLagReader> {
    const known = this.#readers.get(connector);
    const named = topics.join();
    if (known?.topics === named) return known.reader;
    this.#readers.delete(connector);
    await known?.reader.close().catch(() => {});
    const reader = new SinkLagReader({ kafka: this.#kafka, connector, topics, timeOf: waitingSince }, countedBytes);
    this.#readers.set(connector, { topics: named, reader });
    return reader;
  }
}
