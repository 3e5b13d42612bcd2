/** Records as they lie in the dead letter topic; tests bend them. */
import { letterOf, type DeadLetter } from "../../../cli/dlq/letter.ts";
import type { RawRecord, RecordHeader } from "../../../clients/kafka/topic.ts";
import { planWith } from "../../support/config.ts";

export const plan = planWith({});
export const topic = "shard0.products.products";
const keySchema = { type: "struct", optional: false, fields: [{ type: "int64", optional: false, field: "id" }] };

export const keyText = (id: number) => JSON.stringify({ schema: keySchema, payload: { id } });

/** An event without its schema. */
export function valueText(id: number, op = "c"): string {
  const row = { id, name: "방수 재킷" };
  return JSON.stringify({
    before: op === "d" ? row : null,
    after: op === "d" || op === "t" ? null : row,
    source: { name: "shard0", db: "products", table: "products", ts_us: 1795272215530123 },
    op,
  });
}

export interface Bent {
  readonly key?: string | null;
  readonly value?: string | Buffer | null;
  readonly topic?: string;
  readonly at?: number;
  readonly stage?: string;
  readonly message?: string;
  readonly trace?: string;
  readonly headers?: readonly RecordHeader[];
}

export const header = (name: string, value: string): RecordHeader => [name, Buffer.from(value)];

/** A record that the sink refused; by default one that can be read and was the topic's eighth. */
export function record(offset: number, bent: Bent = {}): RawRecord {
  const { key = keyText(101), value = valueText(101), stage = "TASK_PUT", at = 7, headers = [] } = bent;
  return {
    topic: "dlq.read-side",
    partition: 0,
    offset: BigInt(offset),
    timestampMs: Date.parse("2026-11-21T10:00:00Z"),
    key: key === null ? null : Buffer.from(key),
    value: typeof value === "string" ? Buffer.from(value) : value,
    headers: [
      ...headers,
      header("__connect.errors.topic", bent.topic ?? topic),
      header("__connect.errors.partition", "0"),
      header("__connect.errors.offset", String(at)),
      header("__connect.errors.connector.name", "read-side-sink"),
      header("__connect.errors.task.id", "0"),
      header("__connect.errors.stage", stage),
      header("__connect.errors.exception.class.name", "org.apache.kafka.connect.errors.DataException"),
      header("__connect.errors.exception.message", bent.message ?? "it was refused"),
      header(
        "__connect.errors.exception.stacktrace",
        bent.trace ?? "x.DataException: it was refused\n\tat a.B.c(B.java:1)",
      ),
    ],
  };
}

export const letter = (offset: number, bent: Bent = {}): DeadLetter => letterOf(plan, record(offset, bent));
