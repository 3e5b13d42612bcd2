/** How large a row may be, and what follows from it for everything that carries its changes. */
import type { PipelineConfig } from "../config/schema.ts";
import { envelopeBytes, growth, mib } from "../lib/row-size.ts";

/** Kafka's and MySQL's own values, which are enough for small rows. */
const producerBufferBytes = 32 * mib;
const brokerRequestBytes = 100 * mib;
const mysqlPacketMiB = 64;
const engineRequestBytes = 100 * mib;

type Rows = Pick<PipelineConfig, "topics">;

/** The largest record that the change of a row within `cdc:topics.maxRowMiB` becomes, in bytes. */
export function maxRecordBytes({ topics }: Rows): number {
  return topics.maxRowMiB * growth * mib + envelopeBytes;
}

/** A connector's producer: of changes, and of a sink's dead letters. */
export function producerProperties(rows: Rows): Record<string, string> {
  return { "producer.override.max.request.size": String(maxRecordBytes(rows)) };
}

/** A record has to fit into the producer's buffer as a whole. */
export function producerBuffer(rows: Rows): Record<string, string> {
  const bytes = maxRecordBytes(rows);
  return bytes <= producerBufferBytes ? {} : { "producer.override.buffer.memory": String(bytes) };
}

/** A topic that holds changes, or dead letters of them. Consumers need nothing: a batch that is larger than they ask for comes alone. */
export function topicProperties(rows: Rows): Record<string, string> {
  return { "max.message.bytes": String(maxRecordBytes(rows)) };
}

/** A broker: the request around a record. What it may hold is said by each topic. */
export function brokerProperties(rows: Rows): Record<string, string> {
  const bytes = maxRecordBytes(rows) + envelopeBytes;
  return bytes <= brokerRequestBytes ? {} : { "socket.request.max.bytes": String(bytes) };
}

/** A server: a statement that writes such a row. */
export function mysqlOptions({ topics }: Rows): Record<string, string> {
  const packetMiB = Math.min(1024, topics.maxRowMiB * growth);
  return packetMiB <= mysqlPacketMiB ? {} : { max_allowed_packet: `${packetMiB}M` };
}

/** The search engine: a document is the row after the change, as JSON. */
export function engineSettings({ topics }: Rows): Record<string, string> {
  const bytes = (topics.maxRowMiB * growth * mib) / 2 + envelopeBytes;
  return bytes <= engineRequestBytes ? {} : { "http.max_content_length": `${bytes}b` };
}
