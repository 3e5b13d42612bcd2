/** Giving dead letters to the sink once more, and taking those out of the topic that it took. */
import { stringifyExact, type Row } from "../../clients/debezium/events/json.ts";
import { TopicAdmin } from "../../clients/kafka/admin.ts";
import { RecordProducer, type RecordToSend } from "../../clients/kafka/producer.ts";
import { sinkLag, untilCaughtUp } from "../../clients/kafka/sink-lag.ts";
import { isAsDesired, statesOf, summary } from "../../clients/connect/status.ts";
import { UserError } from "../../lib/run.ts";
import type { ReadSidePlan, ShardPlan } from "../../plan/types.ts";
import type { OperatedStack } from "../context.ts";
import { letterOf, newestReports, originHeaders, ownHeaders, type DeadLetter } from "./letter.ts";
import { decideAll, type Decision, type LetterRow, type Rows } from "./decide.ts";
import { readPart, takeOut, type TopicPart } from "./topic.ts";
import type { KafkaEndpoint } from "../../lib/endpoint.ts";

/** The sink takes thousands of records a second, and commits every five seconds. */
const catchUpLimitMs = 120_000;

export interface ReplayResult {
  /** Given to the sink once more, from the topic or from the shard. */
  readonly replayed: readonly DeadLetter[];
  /** Those of them that it could not take again, as they are in the topic now. */
  readonly cameBack: readonly DeadLetter[];
  /** Those that nothing can be done with, and why. */
  readonly staying: readonly { readonly letter: DeadLetter; readonly why: string }[];
  /** Letters behind the ones that were looked at. */
  readonly further: bigint;
}

/** The dead letters, each record once, and the part of the topic in which they are. */
export async function readLetters(
  { plan }: Pick<OperatedStack, "plan">,
  { deadLetterTopic }: ReadSidePlan,
): Promise<{
  readonly part: TopicPart;
  readonly letters: readonly DeadLetter[];
}> {
  const part = await readPart(plan.kafka.endpoints.fromHost, deadLetterTopic);
  return { part, letters: newestReports(part.records.map((record) => letterOf(plan, record))) };
}

/**
 * Replays letters and waits until the sink has dealt with them. Nothing is taken out of the dead letter topic before.
 * @param choose which of the letters.
 * @throws UserError when the sink does not run, or does not get through in time: then all letters are still there.
 */
export async function replay(
  stack: OperatedStack,
  readSide: ReadSidePlan,
  choose: (letters: readonly DeadLetter[]) => readonly DeadLetter[],
  rows: Rows,
  onStep: (step: string) => void,
): Promise<ReplayResult> {
  const { plan } = stack;
  const kafka = plan.kafka.endpoints.fromHost;
  const { part, letters } = await readLetters(stack, readSide);
  const chosen = choose(letters);
  if (chosen.length === 0) return { replayed: [], cameBack: [], staying: [], further: part.further };
  await requireRunningSink(stack, readSide);
  const decisions = await decideAll(chosen, rows);
  const ofKind = <K extends Decision["kind"]>(kind: K) =>
    decisions.filter((decision): decision is Extract<Decision, { kind: K }> => decision.kind === kind);

  const again = ofKind("again").map(({ letter }) => letter);
  if (again.length > 0) onStep(`${again.length} as they were, to ${readSide.retryTopic}`);
  const sent = await sendAgain(kafka, readSide, again);
  const anew = ofKind("anew");
  for (const { shard, table, keys } of byTable(anew)) {
    onStep(`${keys.length} read anew from ${shard.name} ${table}`);
    await rows.reemit(shard, table, keys);
  }
  const replayed = [...again, ...anew.map(({ letter }) => letter)];
  if (replayed.length > 0) await awaitSink(kafka, readSide, onStep);
  const cameBack = await letterReturns(stack, readSide, part.end, sent, anew);
  // One that came back has a letter of its own, with the new reason.
  await takeOut(kafka, readSide.deadLetterTopic, part, new Set(replayed.flatMap(({ reports }) => reports)));
  await forgetTaken(kafka, readSide);
  return { replayed, cameBack, staying: ofKind("stays"), further: part.further };
}

/** @throws UserError when it does not, or reads no retries: another class than our own. */
async function requireRunningSink(
  { worker }: OperatedStack,
  { sink, retryTopic, deadLetterTopic }: ReadSidePlan,
): Promise<void> {
  if (!topicsOf(sink).includes(retryTopic))
    throw new UserError(
      `the sink ${sink.name} (${sink.config["connector.class"] ?? "of another class"}) does not read ${retryTopic}`,
      `give the records of ${deadLetterTopic} to it in its own way, then cdc dlq discard`,
    );
  const states = statesOf(await worker.getStatus(sink.name));
  if (isAsDesired(states, "running")) return;
  throw new UserError(
    `the sink ${sink.name} does not run: ${summary(states)}`,
    `cdc status says why; cdc restart ${sink.name} or cdc resume ${sink.name}, then replay`,
  );
}

function topicsOf({ config }: ReadSidePlan["sink"]): string[] {
  return (config["topics"] ?? "").split(",");
}

/** @returns the offsets in the retry topic. */
async function sendAgain(
  kafka: KafkaEndpoint,
  { retryTopic }: ReadSidePlan,
  letters: readonly DeadLetter[],
): Promise<bigint[]> {
  if (letters.length === 0) return [];
  const producer = new RecordProducer(kafka);
  try {
    return await producer.send(retryTopic, letters.map(recordAgain));
  } finally {
    await producer.close();
  }
}

/** The record as it was, and where it stood: from the topic's name the sink tells table and shard. */
export function recordAgain({ record, origin }: DeadLetter): RecordToSend {
  const place = Object.entries(originHeaders).map(
    ([part, name]) => [name, Buffer.from(String(origin[part as keyof typeof origin]))] as const,
  );
  const names = new Set<string>(Object.values(originHeaders));
  return {
    key: record.key,
    value: record.value,
    // A deletion without a value is judged by it.
    timestampMs: record.timestampMs,
    headers: [...ownHeaders(record).filter(([name]) => !names.has(name)), ...place],
  };
}

async function awaitSink(kafka: KafkaEndpoint, readSide: ReadSidePlan, onStep: (step: string) => void): Promise<void> {
  onStep(`waiting for ${readSide.sink.name}`);
  const topics = topicsOf(readSide.sink);
  const behind = await untilCaughtUp({ kafka, connector: readSide.sink.name, topics }, { timeoutMs: catchUpLimitMs });
  if (behind.length === 0) return;
  throw new UserError(
    `${readSide.sink.name} has not taken everything within ${catchUpLimitMs / 1000} s; all letters are still in ${readSide.deadLetterTopic}`,
    "cdc status shows how far behind it is; replay once more when it has caught up, which harms nothing",
  );
}

/** Letters that were written while the sink dealt with these, and are of the same records. */
async function letterReturns(
  { plan }: OperatedStack,
  { deadLetterTopic, retryTopic }: ReadSidePlan,
  from: bigint,
  sent: readonly bigint[],
  anew: readonly LetterRow[],
): Promise<DeadLetter[]> {
  const { records } = await readPart(plan.kafka.endpoints.fromHost, deadLetterTopic, from);
  const offsets = new Set(sent);
  const idOf = (shard: ShardPlan, table: string, key: Row) => stringifyExact([shard.name, table, key]);
  const ids = new Set(anew.map(({ shard, table, key }) => idOf(shard, table, key)));
  return newestReports(records.map((record) => letterOf(plan, record))).filter(({ failedAt, shard, table, key }) => {
    if (failedAt.topic === retryTopic) return offsets.has(failedAt.offset);
    return shard !== undefined && table !== undefined && key !== null && ids.has(idOf(shard, table, key));
  });
}

function byTable(anew: readonly LetterRow[]): { shard: ShardPlan; table: string; keys: Row[] }[] {
  return [...Map.groupBy(anew, ({ shard, table }) => `${shard.name} ${table}`).values()].flatMap((group) => {
    const [first] = group;
    // Several letters of a row need it only once.
    const keys = new Map(group.map(({ key }) => [stringifyExact(key), key]));
    return first === undefined ? [] : [{ shard: first.shard, table: first.table, keys: [...keys.values()] }];
  });
}

/** What the sink has taken from the retry topic is in the index, or a letter again. */
async function forgetTaken(kafka: KafkaEndpoint, { retryTopic, sink }: ReadSidePlan): Promise<void> {
  const lag = await sinkLag({ kafka, connector: sink.name, topics: [retryTopic] });
  const admin = new TopicAdmin(kafka);
  try {
    for (const { partition, committed } of lag)
      if (committed !== undefined) await admin.deleteRecordsBefore(retryTopic, partition, committed);
  } finally {
    await admin.close();
  }
}
