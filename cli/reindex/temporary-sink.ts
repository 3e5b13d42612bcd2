/** The sink connector that fills a new index, and only that, while the pipeline's own sink goes on serving the old one. */
import type { ConnectorOffset } from "../../clients/connect/client.ts";
import type { ConnectorInputs } from "../../clients/connect/connector.ts";
import type { Positions } from "../../clients/kafka/topic.ts";
import { writtenHttp, writtenKafka } from "../../lib/endpoint.ts";
import { rebuildPrefix } from "../../lib/names.ts";
import { removalsOf } from "../../plan/sink.ts";
import type { IndexPlan, PipelinePlan, ReadSidePlan } from "../../plan/types.ts";

/** What a rebuild makes for its time, beside the new index. */
export interface TemporaryNames {
  readonly connector: string;
  /** What the new index cannot take; the pipeline's own sink has reported the same records long ago. */
  readonly deadLetterTopic: string;
}

/** The sink's own default. */
const nameTemplate = "{database}-{table}";

export function temporaryNames({ deadLetterTopic }: ReadSidePlan, { alias }: IndexPlan): TemporaryNames {
  return { connector: `${rebuildPrefix}${alias}`, deadLetterTopic: `${deadLetterTopic}.reindex-${alias}` };
}

/**
 * The pipeline's own sink, but reading one table's topics only, and writing to one numbered index.
 * @param next the new index: `ALIAS-000002`.
 * @param state `stopped` where its offsets are to be set before it begins.
 */
export function temporarySink(
  { connect, kafka }: Pick<PipelinePlan, "connect" | "kafka">,
  readSide: ReadSidePlan,
  index: IndexPlan,
  next: string,
  state: "running" | "stopped",
): ConnectorInputs {
  const { connector, deadLetterTopic } = temporaryNames(readSide, index);
  const { "retry.topic": _, ...config } = readSide.sink.config;
  const removals = new Map(index.shards.flatMap(removalsOf));
  return {
    workerUrl: writtenHttp(connect.endpoints.fromHost),
    name: connector,
    config: {
      ...config,
      topics: topicsOf(index).join(","),
      "removal.topics": [...removals].map(([topic, id]) => `${topic}=${id}`).join(","),
      // The sink wants the table's name in it. There is one table, so there is one index: the number makes it the new one.
      "index.name.template": `${config["index.name.template"] ?? nameTemplate}${next.slice(index.alias.length)}`,
      "errors.deadletterqueue.topic.name": deadLetterTopic,
    },
    desiredState: state,
    onDelete: "reset",
    consumer: { bootstrap: writtenKafka(kafka.endpoints.fromHost), group: `connect-${connector}` },
    timeoutSeconds: 60,
  };
}

/** What it reads: the table's rows, and where its shards' tables were emptied or dropped. */
export function topicsOf({ topics, shards }: IndexPlan): string[] {
  return [...new Set([...topics, ...shards.flatMap(({ removalTopics }) => removalTopics)])];
}

/** A sink's offsets as the worker takes them (KIP-875). */
export function sinkOffsets(positions: Positions): ConnectorOffset[] {
  return [...positions].flatMap(([topic, offsets]) =>
    offsets.map((offset, partition) => ({
      partition: { kafka_topic: topic, kafka_partition: partition },
      offset: { kafka_offset: Number(offset) },
    })),
  );
}
