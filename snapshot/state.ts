/** Looking at which captured tables were read. */
import { RangeReader, type TopicFacts } from "../clients/kafka/range.ts";
import { fold, isOnTopic, mayBeOurs, type Evidence, type Reported, type NotificationRecord } from "./evidence.ts";
import type { TablesTarget, TableTarget } from "./target.ts";

/** What is known of one captured table. */
export interface TableState extends TableTarget {
  /** Undefined where nothing tells that it was read, or its topic was made anew since. */
  readonly read: Evidence | undefined;
  /** Undefined where there is no such topic, or it is not known which. */
  readonly topicId: string | undefined;
}

export interface TablesState {
  readonly tables: readonly TableState[];
  readonly reported: Reported;
  /** The end of the notification topic by then. */
  readonly end: bigint;
  /** Whether there is anything at all on the notification topic that can be read. */
  readonly isKnown: boolean;
}

/** Of a topic that grows with every chunk that was ever read, the end tells enough. */
const blockOffsets = 5000n;

/**
 * Looks at what was read of a shard's captured tables.
 * @throws Error when no broker answers, or the notification topic is not there.
 */
export async function readTablesState(
  target: Pick<TablesTarget, "kafka" | "notificationTopic" | "captured">,
): Promise<TablesState> {
  const reader = new RangeReader(target.kafka);
  try {
    return await tablesState(reader, target);
  } finally {
    await reader.close();
  }
}

/** The same with a reader that is open already. */
export async function tablesState(
  reader: RangeReader,
  { notificationTopic, captured }: Pick<TablesTarget, "notificationTopic" | "captured">,
): Promise<TablesState> {
  const topics = captured.flatMap(({ topic }) => topic ?? []);
  const facts = await reader.facts([notificationTopic, ...topics]);
  const notifications = facts.get(notificationTopic);
  if (notifications === undefined) throw new Error(`there is no topic ${notificationTopic}`);
  const end = notifications.ends[0] ?? 0n;
  const records = await lastRecords(reader, notificationTopic, notifications.starts[0] ?? 0n, end);
  const reported = fold(notificationTopic, records);
  const used = await usedBefore(reader, captured, reported, facts);
  const tables = captured.map((table): TableState => {
    const evidence = reported.read.get(table.table);
    const topicId = table.topic === null ? undefined : facts.get(table.topic)?.id;
    if (evidence === undefined || table.topic === null) return { ...table, read: evidence, topicId };
    const state = topicId === undefined ? undefined : { id: topicId, usedBefore: used.get(table.table) };
    return { ...table, read: isOnTopic(evidence, state) ? evidence : undefined, topicId };
  });
  return {
    tables,
    reported,
    end,
    isKnown: records.length === 0 || reported.read.size > 0 || reported.isWhole || isJson(records),
  };
}

/** The tables that are to be read and were not. */
export function unreadTables({ tables }: TablesState): TableState[] {
  return tables.filter(({ read, unreadByWish }) => read === undefined && unreadByWish === null);
}

/** Back to the last record of `up`, or to the first of all. */
async function lastRecords(
  reader: RangeReader,
  topic: string,
  start: bigint,
  end: bigint,
): Promise<NotificationRecord[]> {
  let records: NotificationRecord[] = [];
  for (let to = end; to > start;) {
    const from = to - blockOffsets > start ? to - blockOffsets : start;
    const block: NotificationRecord[] = [];
    for await (const { timestampMs, key, value } of reader.read(topic, 0, from, to))
      block.push({ timestampMs, key: key?.toString() ?? null, value: value?.toString() ?? null });
    records = [...block, ...records];
    const ours = block.findLastIndex(({ value }) => mayBeOurs(value));
    if (ours !== -1) return records.slice(ours);
    to = from;
  }
  return records;
}

/** The connector tells the end of a scan before its last rows have left its queue: so long they may take, on a busy machine too. */
const queuedMs = 120_000;

/** By table how many offsets its topic had used by the time of its evidence; only where no id tells. */
async function usedBefore(
  reader: RangeReader,
  captured: readonly TableTarget[],
  { read }: Reported,
  facts: ReadonlyMap<string, TopicFacts>,
): Promise<Map<string, bigint>> {
  const asked = captured.flatMap(({ table, topic }) => {
    const evidence = read.get(table);
    if (evidence === undefined || evidence.topicId !== undefined || topic === null || !facts.has(topic)) return [];
    return [{ table, topic, atMs: evidence.atMs }];
  });
  const after = await reader.offsetsAfter(new Map(asked.map(({ topic, atMs }) => [topic, atMs + queuedMs])), facts);
  return new Map(
    asked.map(({ table, topic }) => {
      const ends = facts.get(topic)?.ends ?? [];
      const offsets = after.get(topic) ?? [];
      return [table, ends.reduce((sum, end, at) => sum + ((offsets[at] ?? -1n) < 0n ? end : (offsets[at] ?? 0n)), 0n)];
    }),
  );
}

/** Another converter's bytes tell nothing here. */
function isJson(records: readonly NotificationRecord[]): boolean {
  return records.some(({ value }) => value?.startsWith("{") === true);
}
