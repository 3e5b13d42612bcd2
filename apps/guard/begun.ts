/** Whether a connector began anew: then the place that it had before says nothing about the one that it has. */
import { notificationOf } from "../../clients/debezium/notification.ts";
import { RangeReader } from "../../clients/kafka/range.ts";
import type { KafkaAddress } from "../../clients/kafka/connection.ts";
import type { World } from "./observe.ts";

/** How a connector last began, as far as its topics tell. */
export interface Begun {
  /** Where its schema history begins: elsewhere once that was emptied. */
  readonly historyStart: bigint | undefined;
  /** Offset of the newest notification of an initial snapshot that was started; undefined when none came since the first look. */
  readonly snapshot: bigint | undefined;
  /** So far its notifications were read. */
  readonly readTo: bigint;
}

/** Whether nothing began anew between the two looks. */
export function isSameBeginning(before: Begun, now: Begun): boolean {
  return before.historyStart === now.historyStart && before.snapshot === now.snapshot;
}

/**
 * Looks at a connector's topics.
 * @param config the connector's. @param before what the last look found: what was told since then is read.
 * @throws Error when the broker does not answer.
 */
export async function lookAtBeginning(
  { broker, newestSnapshot }: Pick<World, "broker" | "newestSnapshot">,
  config: Readonly<Record<string, string>>,
  before: Begun | undefined,
): Promise<Begun> {
  const history = config["schema.history.internal.kafka.topic"];
  const notifications = config["notification.sink.topic.name"];
  const historyStart = history === undefined ? undefined : (await broker.startOffsets([history])).get(history);
  const end = notifications === undefined ? undefined : (await broker.endOffsets([notifications])).get(notifications);
  if (notifications === undefined || end === undefined) return { historyStart, snapshot: before?.snapshot, readTo: 0n };
  // At the first look nothing is compared yet, and what happened before is past.
  if (before === undefined) return { historyStart, snapshot: undefined, readTo: end };
  // A topic that is shorter was made anew.
  const from = before.readTo > end ? 0n : before.readTo;
  const found = from === end ? undefined : await newestSnapshot(notifications, from, end);
  return { historyStart, snapshot: found ?? before.snapshot, readTo: end };
}

/**
 * Offset of the newest notification between two offsets that tells of an initial snapshot that was started. Debezium tells of one
 * that it skipped as well, at every start.
 */
export async function newestSnapshotIn(
  kafka: KafkaAddress,
  topic: string,
  from: bigint,
  to: bigint,
): Promise<bigint | undefined> {
  const reader = new RangeReader(kafka);
  try {
    let newest: bigint | undefined;
    for await (const { offset, key, value } of reader.read(topic, 0, from, to)) {
      const told = notificationOf({ topic, key: key?.toString() ?? null, value: value?.toString() ?? null });
      if (told?.aggregate === "Initial Snapshot" && told.type === "STARTED") newest = offset;
    }
    return newest;
  } finally {
    await reader.close();
  }
}
