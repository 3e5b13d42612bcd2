/** The Debezium connectors. */
import { z } from "zod";
import { debeziumVersion } from "../lib/versions.ts";
import * as kind from "./fields.ts";
import { field } from "./fields.ts";
import { snapshotMode, snapshotModeDoc } from "./shared-fields.ts";

const converterSchema = z.union([
  z.enum(["json", "json-schemaless"]),
  z.strictObject({ key: z.string().min(1), value: z.string().min(1), properties: kind.properties.prefault({}) }),
]);

export const connectorsSchema = z.strictObject({
  debeziumVersion: field(z.string().min(1).default(debeziumVersion), {
    description: "Version of the Debezium MySQL connector; a shard may have its own.",
    allowed: "a release listed in docs/compatibility.md",
  }),
  snapshotMode: field(snapshotMode.default("initial"), snapshotModeDoc),
  onDelete: field(z.enum(["reset", "keep"]).default("reset"), {
    description:
      "What becomes of a connector's offsets and schema history when it is taken out. Kept offsets let a later connector of the same name go on where this one ended; with a new server there is no such place.",
    allowed: "reset or keep",
    upstream: "Kafka Connect `DELETE /connectors/NAME/offsets`",
  }),
  schemaChanges: field(z.boolean().default(true), {
    description: "Whether DDL is published too, to a topic named by the topic prefix alone.",
    allowed: "true or false",
    upstream: "Debezium `include.schema.changes`",
  }),
  tombstones: field(z.boolean().default(true), {
    description: "Whether a deletion is followed by a tombstone, by which compaction forgets the row.",
    allowed: "true or false; true where topics are compacted",
    upstream: "Debezium `tombstones.on.delete`",
  }),
  skipOperations: field(z.array(z.enum(["d", "t"])).default(["t"]), {
    description:
      "Kinds of changes that are not published: d for deletions, t for truncations. With a read side of our own sink truncations are published all the same, to `PREFIX.cdc.truncates` and nowhere else: the index has to know of them.",
    allowed: "a list of d and t; not c and u, which the pipeline's own probes, heartbeats and signals are",
    upstream: "Debezium `skipped.operations`",
  }),
  skipDdl: field(z.array(z.string().trim().min(4).max(500)).default([]), {
    description:
      "How DDL statements begin that connectors pass over unread, beside those about views, routines, events, triggers and accounts. For one that Debezium cannot read; what is passed over must change no captured table, or its rows are read by the old columns.",
    allowed: "a list of beginnings of statements, for example [CREATE EXTERNAL TABLE archive.old]",
    upstream: "Debezium `internal.schema.history.internal.ddl.filter`",
  }),
  converter: field(converterSchema.default("json"), {
    description:
      "How keys and values are written: JSON with or without its schema, or other converters by class and properties (Avro with a schema registry: of a Kafka image of your own, `kafka.image`).",
    allowed: "json, json-schemaless, or {key: CLASS, value: CLASS, properties: {…}}",
    upstream: "Kafka Connect `key.converter`, `value.converter`",
  }),
  merge: field(
    z
      .strictObject({
        prefix: kind.topicPart,
        shardField: z
          .string()
          .regex(/^[a-z_][a-z0-9_]{0,63}$/i)
          .default("shard"),
      })
      .optional(),
    {
      description:
        "Routes the same table of all shards into one topic, PREFIX.DATABASE.TABLE, with the shard's name as a field of the key.",
      allowed: "{prefix: TOPIC-PREFIX, shardField: NAME}",
      upstream: "Debezium `ByLogicalTableRouter`",
      otherwise: "a topic per table and shard",
    },
  ),
  unwrap: field(
    z
      .strictObject({
        deletes: z.enum(["tombstone", "rewrite", "rewrite-with-tombstone", "drop"]).default("tombstone"),
        addFields: z.array(z.string().min(1)).default([]),
      })
      .optional(),
    {
      description: "Publishes the row after the change instead of Debezium's envelope.",
      allowed: "{deletes: tombstone | rewrite | rewrite-with-tombstone | drop, addFields: [op, source.ts_ms, …]}",
      upstream: "Debezium `ExtractNewRecordState`",
      otherwise: "the envelope with before, after, source and op",
    },
  ),
  errors: field(
    z
      .strictObject({
        tolerance: z.enum(["none", "all"]).default("none"),
        log: z.boolean().default(true),
        maxRetries: z.int().min(-1).max(1000).default(-1),
      })
      .prefault({}),
    {
      description:
        "What happens to a record that cannot be transformed or converted (stop, or skip it), whether it is logged, and how often a failing database is tried again (-1: for ever).",
      allowed: "{tolerance: none | all, log: true | false, maxRetries: -1 or more}",
      upstream: "Kafka Connect `errors.tolerance`, `errors.log.enable`; Debezium `errors.max.retries`",
    },
  ),
  properties: field(kind.properties.prefault({}), {
    description: "Further properties of every connector; those that the plan sets are the plan's.",
    allowed: kind.propertiesAllowed,
    upstream: "Debezium MySQL connector properties",
  }),
});

export type ConnectorsConfig = z.infer<typeof connectorsSchema>;
