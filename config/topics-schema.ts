/** The data topics. */
import { z } from "zod";
import { largestRowMiB } from "../lib/row-size.ts";
import * as kind from "./fields.ts";
import { field } from "./fields.ts";

const cleanup = z.enum(["compact", "delete", "compact,delete"]);

const retentionHours = z.int().min(1).max(87_600).optional();

const topicOfTable = z.strictObject({ cleanup: cleanup.optional(), retentionHours });

export const topicsSchema = z.strictObject({
  partitions: field(z.int().min(1).max(200).default(1), {
    description: "Partitions of each data topic; the changes of one row stay in one partition, in order.",
    allowed: "a whole number from 1 to 200; Kafka cannot lower it later",
    upstream: "Kafka topic partitions",
  }),
  cleanup: field(cleanup.default("compact"), {
    description:
      "What is removed from data topics: all but the last state of each row, what is older than retentionHours, or both.",
    allowed: "compact, delete or compact,delete",
    upstream: "Kafka topic `cleanup.policy`",
  }),
  retentionHours: field(retentionHours, {
    description: "How long changes stay in data topics, in hours.",
    allowed: "a whole number from 1, with a cleanup that deletes",
    upstream: "Kafka topic `retention.ms`",
    otherwise: "the broker's default, 168",
  }),
  replicationFactor: field(z.int().min(1).max(5).optional(), {
    description: "Replicas of every declared topic.",
    allowed: "a whole number from 1, at most the number of brokers",
    upstream: "Kafka topic replication factor",
    otherwise: "as many as there are brokers, at most 3",
  }),
  maxRowMiB: field(z.int().min(1).max(largestRowMiB).default(16), {
    description:
      "Largest row whose changes are carried, in MiB. Producers, topics, brokers, servers and the search engine are set in step: a record may have four times that, as an UPDATE holds the row twice and JSON escapes.",
    allowed: `a whole number from 1 to ${largestRowMiB}; large rows need heap (docs/performance.md)`,
    upstream:
      "Kafka `max.request.size`, `buffer.memory`, `max.message.bytes`, `socket.request.max.bytes`; MySQL `max_allowed_packet`; OpenSearch `http.max_content_length`",
  }),
  tables: field(z.record(kind.tableName, topicOfTable).prefault({}), {
    description:
      "Topics of single tables, where they are to differ: `cleanup: delete` takes the changes of a table without a key, which a compacted topic refuses.",
    allowed: "{DATABASE.TABLE: {cleanup: compact | delete | compact,delete, retentionHours: a whole number from 1}}",
    upstream: "Kafka topic `cleanup.policy`, `retention.ms`",
    otherwise: "as `topics.cleanup` and `topics.retentionHours` say",
  }),
});
