/** Rows sent once more through connector, topic and sink, and documents taken out that have no row. */
import { setTimeout as sleep } from "node:timers/promises";
import { RecordProducer, type RecordToSend } from "../../clients/kafka/producer.ts";
import { UserError } from "../../lib/run.ts";
import type { IndexedShard, IndexPlan, ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import type { OperatedStack } from "../context.ts";
import { UsageError } from "../exit.ts";
import { readAnew } from "../../snapshot/read-anew.ts";
import { runningSnapshot } from "../../snapshot/running.ts";
import { documentId } from "./document-id.ts";
import { keyCondition, keyForms } from "./key-condition.ts";
import type { RowColumn } from "./normalise.ts";
import { ShardRows } from "./rows.ts";
import { readTable, type TableSpec } from "./table.ts";
import { converterOf, writtenBy } from "./writing.ts";

export interface ReemitOptions {
  /** Called with what is being done, a few times a second. */
  readonly onProgress?: (text: string) => void;
}

/**
 * Sends rows once more: the shard's connector reads them again, as an incremental snapshot with a condition on the key,
 * and the sink writes them as it writes every row. Rows that are not there are left out.
 * @param table `DATABASE.TABLE`.
 * @param keys of each row the primary key's columns, in the key's order, as text as in the document's id.
 * @throws UserError when the connector does not run or does not read them, UnreachableError when the server does not answer.
 */
export async function reemitRows(
  stack: OperatedStack,
  shard: ShardPlan,
  table: string,
  keys: readonly (readonly string[])[],
  { onProgress }: ReemitOptions = {},
): Promise<void> {
  if (keys.length === 0) return;
  const { key } = await keyColumns(stack, shard, table);
  const conditions = conditionsFor(key, keys);
  for (const [at, where] of conditions.entries()) {
    const part = conditions.length > 1 ? ` (${at + 1} of ${conditions.length})` : "";
    const say = (text: string) =>
      onProgress?.(`${shard.name} ${table}: reading ${keys.length} rows again${part}${text}`);
    await untilNoneRuns(stack, shard, () => say(", waiting for another snapshot"));
    const { progress } = await readAnew(stack, shard, table, {
      where,
      onProgress: () => say(""),
      isInterrupted: () => false,
    });
    if (progress.result !== "SUCCEEDED" && progress.result !== "EMPTY")
      throw new UserError(
        `${shard.name}: the connector did not read the rows of ${table} again (${progress.result ?? "the snapshot was ended"})`,
        "cdc logs connect has its words; cdc snapshot reads the whole table again",
      );
  }
}

/**
 * Takes documents out of the index: a deletion of their row, given to the sink on its retry topic. It counts as of the
 * moment at which the row was looked for, so that a row that is inserted later stays.
 * @param keys as in reemitRows; those whose row is there are left alone.
 * @returns how many were sent.
 */
export async function deleteDocuments(
  stack: OperatedStack,
  readSide: ReadSidePlan,
  index: IndexPlan,
  shard: IndexedShard,
  keys: readonly (readonly string[])[],
): Promise<number> {
  if (keys.length === 0) return 0;
  const planned = stack.shard(shard.name);
  const rows = await ShardRows.open(shard, await stack.cdcLogin(shard.name));
  const producer = new RecordProducer(stack.plan.kafka.endpoints.fromHost);
  try {
    const spec = await readTable(rows.connection, index.table, shard, writtenBy(stack.plan, readSide, planned));
    let sent = 0;
    const forms = keys.flatMap((key) => keyForms(spec.key, key));
    for (const some of chunksOf(forms, keysPerQuery)) {
      const timestampMs = Math.floor((await rows.nowUs()) / 1000) - commitMs;
      const there = await rows.byKeys(spec, some);
      const gone = some.filter((key) => !there.has(documentId(shard.id, key)));
      const keyBytes = keyWriter(stack, readSide, shard, spec);
      const headers: RecordToSend["headers"] = [["cdc.origin.topic", Buffer.from(originOf(index, shard))]];
      await producer.send(
        readSide.retryTopic,
        gone.map((key) => ({ key: keyBytes(key), value: null, timestampMs, headers })),
      );
      sent += gone.length;
    }
    return sent;
  } finally {
    rows.close();
    await producer.close();
  }
}

/** Keys of one condition, and of one query: what servers plan as single look-ups. */
const keysPerQuery = 200;
/** A signal's data is 2048 characters long at most; around the condition it has about 150 and the table's name twice. */
const conditionLimit = 1700;
/** So many signals take minutes: reading the whole table again is quicker. */
const signalsLimit = 50;
/** A change is stamped before it is visible: between the two is the writing of the binlog. */
const commitMs = 1000;
const snapshotLimitMs = 120_000;

async function keyColumns(stack: OperatedStack, shard: ShardPlan, table: string): Promise<TableSpec> {
  const indexed = {
    name: shard.name,
    id: shard.name,
    mysql: shard.endpoints.fromHost,
    removalTopics: [],
    excludeColumns: [],
    maskColumns: [],
  };
  const rows = await ShardRows.open(indexed, await stack.cdcLogin(shard.name));
  try {
    return await readTable(rows.connection, table, indexed, writtenBy(stack.plan, stack.plan.readSide, shard));
  } finally {
    rows.close();
  }
}

/** As many conditions as their length asks for; one without any, for the whole table, where that is too many. */
export function conditionsFor(
  key: readonly RowColumn[],
  keys: readonly (readonly string[])[],
): readonly (string | undefined)[] {
  const conditions: string[] = [];
  let some: (readonly string[])[] = [];
  for (const one of keys) {
    if (some.length > 0 && keyCondition(key, [...some, one]).length > conditionLimit) {
      conditions.push(keyCondition(key, some));
      some = [];
      if (conditions.length === signalsLimit) return [undefined];
    }
    some.push(one);
  }
  return [...conditions, keyCondition(key, some)];
}

/** A connector reads one table after the other, and says for some seconds after the last one that it still does. */
async function untilNoneRuns(stack: OperatedStack, shard: ShardPlan, onWait: () => void): Promise<void> {
  const deadline = performance.now() + snapshotLimitMs;
  while (
    (await runningSnapshot(stack.worker, shard.connector.name)).tables.length > 0 &&
    performance.now() < deadline
  ) {
    onWait();
    await sleep(1000);
  }
}

/** The topic whose records become the shard's documents. */
function originOf({ topics, table }: IndexPlan, { id }: IndexedShard): string {
  return topics.find((topic) => topic === `${id}.${table}`) ?? topics[0] ?? "";
}

/** The record's key; its columns are text, of which the sink makes the same id as of the connector's own key. */
function keyWriter(
  stack: OperatedStack,
  readSide: ReadSidePlan,
  shard: IndexedShard,
  { key: columns }: TableSpec,
): (key: readonly string[]) => string {
  const { isJson, hasSchemas } = converterOf(stack.plan, readSide, "key");
  if (!isJson)
    throw new UsageError(
      "documents without a row cannot be taken out: keys are written by another converter than Kafka's JSON one",
      "cdc reindex builds the index anew, without them",
    );
  const shardField = readSide.sink.config["shard.key.field"];
  return (key) => {
    const payload = Object.fromEntries([
      ...columns.map(({ name }, at) => [name, key[at] ?? ""]),
      ...(shardField === undefined ? [] : [[shardField, shard.id]]),
    ]);
    const fields = Object.keys(payload).map((field) => ({ type: "string", optional: false, field }));
    return JSON.stringify(hasSchemas ? { schema: { type: "struct", fields, optional: false }, payload } : payload);
  };
}

/** In parts of at most `size`. */
export function chunksOf<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
