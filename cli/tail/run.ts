/** Reading the topics and printing what comes. */
import { once } from "node:events";
import stringWidth from "string-width";
import { decode, type DecodedRecord } from "../../clients/debezium/events/decode.ts";
import { stringifyExact } from "../../clients/debezium/events/json.ts";
import { changedColumns, renderEvent, wordOf, type Word } from "../../clients/debezium/events/render.ts";
import { TopicsReader, type TopicRecord, type TopicStream } from "../../clients/kafka/topic.ts";
import type { PipelinePlan, ShardPlan } from "../../plan/types.ts";
import { UnreachableError } from "../exit.ts";
import { coloured, progress } from "../output.ts";
import { includedTables } from "../../plan/captured.ts";
import { capturedTables, findTable, tableOn } from "../tables.ts";
import { shardOf, topicsToTail } from "./topics.ts";
import { messageOf } from "../../lib/run.ts";
import type { KafkaEndpoint } from "../../lib/endpoint.ts";

export interface TailOptions {
  readonly table?: string;
  readonly shard?: string;
  readonly fromBeginning?: true;
  readonly count?: number;
  readonly all?: true;
}

const colours: Readonly<Record<Word, Parameters<typeof coloured>[0]>> = {
  insert: "green",
  update: "yellow",
  delete: "red",
  snapshot: "cyan",
  truncate: "magenta",
  row: "green",
  tombstone: "gray",
  ddl: "blue",
  other: "gray",
};

/**
 * Prints the events of the chosen shards as they come, until `count` were shown or the person ends it.
 * @throws UsageError for a table that is not captured, UnreachableError when the broker does not answer.
 */
export async function tail(
  plan: PipelinePlan,
  shards: readonly ShardPlan[],
  options: TailOptions,
  globals: { readonly json: boolean },
): Promise<void> {
  const all = options.all ?? false;
  const table =
    options.table === undefined ? undefined : findTable(shards, options.table, all ? includedTables : capturedTables);
  const topics = topicsToTail(plan, { shards, table, all });
  const lineOf = globals.json ? jsonLine : textLine(shards);
  await follow(plan.kafka.endpoints.fromHost, topics, options, async (stream, isInterrupted) => {
    progress(`reading ${topics.join(", ")}; Ctrl-C ends it`, globals);
    for (let shown = 0; shown < (options.count ?? Infinity) && !isInterrupted();) {
      const record = await stream.next(200);
      if (record === undefined) continue;
      const event = decode(record, tableOn(plan.shards, record.topic));
      const owner = shardOf(plan.shards, record.topic, event);
      if (owner !== undefined && !shards.includes(owner)) continue;
      // A slow reader of a pipe slows this down, instead of filling the memory.
      if (!process.stdout.write(`${lineOf(record, event, owner?.name)}\n`)) await once(process.stdout, "drain");
      shown += 1;
    }
  });
}

async function follow(
  kafka: KafkaEndpoint,
  topics: readonly string[],
  { fromBeginning }: TailOptions,
  work: (stream: TopicStream, isInterrupted: () => boolean) => Promise<void>,
): Promise<void> {
  let isInterrupted = false;
  const interrupt = () => (isInterrupted = true);
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  const reader = new TopicsReader(kafka, topics);
  try {
    const stream = await reader.open(fromBeginning === true ? await reader.startOffsets() : await reader.endOffsets());
    try {
      await work(stream, () => isInterrupted);
    } finally {
      await stream.close();
    }
  } catch (error) {
    throw new UnreachableError(
      `the topics cannot be read from the broker at ${kafka.bootstrap}: ${reasonOf(error)}`,
      "cdc topics lists what there is, cdc doctor says what is wrong; make up brings broker and topics back",
      { cause: error },
    );
  } finally {
    await reader.close();
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

type Line = (record: TopicRecord, event: DecodedRecord, shard: string | undefined) => string;

function textLine(shards: readonly ShardPlan[]): Line {
  const longest = (names: readonly string[]) => Math.max(0, ...names.map((name) => stringWidth(name)));
  const widths = { shard: longest(shards.map(({ name }) => name)), table: longest(shards.flatMap(capturedTables)) };
  return ({ timestampMs }, event, shard = "-") =>
    renderEvent(event, {
      shard,
      widths,
      recordTimeMs: timestampMs,
      paint: (word, text) => coloured(colours[word], text),
    });
}

/** Everything that is known of the record, on one line. */
function jsonLine(
  { topic, partition, offset, timestampMs }: TopicRecord,
  event: DecodedRecord,
  shard: string | undefined,
): string {
  return stringifyExact({
    shard: shard ?? null,
    what: wordOf(event),
    ...event,
    ...(event.kind === "change" && event.op === "u" ? { changed: changedColumns(event.before, event.after) } : {}),
    topic,
    partition,
    offset,
    timestampMs,
  });
}

/** The library wraps an error once for each of its layers; the innermost says what happened. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (error instanceof Error && error.cause instanceof Error) return reasonOf(error.cause);
  return messageOf(error);
}
