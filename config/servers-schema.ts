/** What runs: MySQL servers, Kafka brokers, Kafka Connect workers. */
import { z } from "zod";
import { kafkaVersion, mysqlVersion } from "../lib/versions.ts";
import { existingKafkaSchema } from "./existing-schema.ts";
import * as kind from "./fields.ts";
import { field } from "./fields.ts";
import { bufferPoolDoc, memoryDoc } from "./shared-fields.ts";

export const mysqlSchema = z.strictObject({
  version: field(
    z
      .string()
      .regex(/^\d+\.\d+(\.\d+)?$/)
      .default(mysqlVersion),
    {
      description: "Version of MySQL: the official image's tag, and what compatibility is judged by.",
      allowed: "a version such as 9.7 or 8.4",
    },
  ),
  image: field(kind.imageReference.optional(), {
    description: "Another image, laid out as the official one is.",
    allowed: kind.imageAllowed,
    otherwise: "`mysql:VERSION`, or the one built from packages",
  }),
  bufferPoolMiB: field(kind.mebibytes(8).default(64), bufferPoolDoc),
  memoryMiB: field(kind.mebibytes(256).optional(), memoryDoc),
  options: field(kind.properties.prefault({}), {
    description: "Further options of every server; those that CDC depends on are the plan's.",
    allowed: kind.propertiesAllowed,
    upstream: "mysqld's options",
  }),
});

export const kafkaSchema = z.strictObject({
  version: field(
    z
      .string()
      .regex(/^\d+\.\d+\.\d+$/)
      .default(kafkaVersion),
    {
      description:
        "Version of Kafka, for brokers and workers: the official image's tag, and what compatibility is judged by.",
      allowed: "a version such as 4.3.1",
    },
  ),
  image: field(kind.imageReference.optional(), {
    description: "Another image, laid out as apache/kafka is.",
    allowed: kind.imageAllowed,
    otherwise: "`apache/kafka:VERSION`, or the one built from packages",
  }),
  existing: field(existingKafkaSchema.optional(), {
    description:
      "In place of brokers of the stack's own: a cluster that somebody else runs ([existing-kafka.md](existing-kafka.md)). Topics are made on it, and nothing else.",
    allowed:
      "{bootstrapServers: [b1.example.com:9096], sasl: {mechanism: SCRAM-SHA-512, user: cdc, password: {secure: …}}}",
    otherwise: "the pipeline makes brokers",
  }),
  brokers: field(z.int().min(1).max(5).default(1), {
    description: "Brokers; the first ones are the KRaft controllers too.",
    allowed: "a whole number from 1 to 5",
  }),
  controllers: field(z.union([z.literal(1), z.literal(3)]).optional(), {
    description:
      "How many of the brokers are controllers. Three go on when one of them is lost. The number stays what it was when the cluster was made.",
    allowed: "1 or 3, at most the number of brokers",
    otherwise: "3 with three brokers or more, else 1",
    upstream: "Kafka `controller.quorum.voters`",
  }),
  port: field(kind.port.default(9092), {
    description:
      "Published port of the first broker on 127.0.0.1 (before portOffset); further brokers take the ports after it.",
    allowed: kind.portAllowed,
    upstream: "Kafka `advertised.listeners`",
  }),
  heapMiB: field(kind.mebibytes(128).default(512), {
    description: "Heap of each broker, in MiB.",
    allowed: "a whole number from 128",
    upstream: "`-Xmx`",
  }),
  properties: field(kind.properties.prefault({}), {
    description: "Further broker properties.",
    allowed: kind.propertiesAllowed,
    upstream: "Kafka broker configuration",
  }),
});

export const connectSchema = z.strictObject({
  workers: field(z.int().min(1).max(5).default(1), {
    description: "Workers of the Connect cluster.",
    allowed: "a whole number from 1 to 5",
  }),
  port: field(kind.port.default(8083), {
    description:
      "Published port of the first worker's REST API on 127.0.0.1 (before portOffset); further workers take the ports after it.",
    allowed: kind.portAllowed,
    upstream: "Kafka Connect `listeners`",
  }),
  heapMiB: field(kind.mebibytes(128).default(1024), {
    description: "Heap of each worker, in MiB.",
    allowed: "a whole number from 128",
    upstream: "`-Xmx`",
  }),
  properties: field(kind.properties.prefault({}), {
    description: "Further worker properties.",
    allowed: kind.propertiesAllowed,
    upstream: "Kafka Connect worker configuration",
  }),
});
