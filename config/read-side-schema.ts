/** The fields of `cdc:readSide`. */
import { z } from "zod";
import * as kind from "./fields.ts";
import { field } from "./fields.ts";
import { encrypted } from "./existing-schema.ts";

const sink = z.strictObject({
  class: z
    .string()
    .regex(/^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)+$/)
    .optional(),
  properties: kind.properties.prefault({}),
  plugin: z
    .strictObject({
      // Inside the checkout, so that another machine has it too.
      archive: z.string().regex(/^(?!\/)(?!(.*\/)?\.\.(\/|$)).+\.(tar\.gz|tgz)$/),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .optional(),
});

const engineLogin = z.strictObject({
  user: field(z.string().regex(/^[^\s:"\\]{1,255}$/), {
    description: "The user's name.",
    allowed: "a name without spaces, colons and quotes",
  }),
  password: field(encrypted, {
    description: "Its password, encrypted in the stack's file (`pulumi config set --secret --path`).",
    allowed: "a secret: {secure: …} as Pulumi writes it",
  }),
});

export const readSideSchema = z.strictObject({
  enabled: field(z.boolean().default(false), {
    description: "Whether there is a read side: a search engine with a document for every row of every shard.",
    allowed: "true or false",
  }),
  port: field(kind.port.default(9200), {
    description: "Published port of the engine's REST API on 127.0.0.1 (before portOffset).",
    allowed: kind.portAllowed,
    upstream: "OpenSearch `http.port`",
  }),
  heapMiB: field(kind.mebibytes(256).default(512), {
    description: "Heap of the engine, in MiB.",
    allowed: "a whole number from 256",
    upstream: "`-Xmx`",
  }),
  image: field(kind.imageReference.optional(), {
    description: "Another image of the engine, laid out as the official one is.",
    allowed: kind.imageAllowed,
    otherwise: "`opensearchproject/opensearch:VERSION`, or the one built from packages",
  }),
  keepIndex: field(z.boolean().default(false), {
    description:
      "Whether the engine's data outlives the stack, in a volume of its own (`STACK-opensearch-kept`) that `make down` leaves: the next `up` goes on with it, and newer changes win over what it holds.",
    allowed: "true or false",
  }),
  engineUrl: field(
    z
      .string()
      .regex(/^https?:\/\/[^/@?#:\s]+:\d{1,5}$/)
      .optional(),
    {
      description:
        "Root of an engine that is there already, by an address that this machine and the workers' containers both reach. No container is made then. Its indices are this stack's: no other stack may write to them.",
      allowed: "http://HOST:PORT or https://HOST:PORT, without path or password",
      upstream: "the sink's `connection.url`",
      otherwise: "a container of the stack",
    },
  ),
  engineLogin: field(engineLogin.optional(), {
    description: "Who logs in to that engine, by HTTP Basic: sink, search page, `cdc` and this program.",
    allowed: "{user: cdc, password: {secure: …}}",
    upstream: "the sink's `connection.username`, `connection.password`",
    otherwise: "nobody",
  }),
  engineCaFile: field(z.string().min(1).optional(), {
    description:
      "Whom to trust as that engine, with https alone: the certificates in this file, relative to the checkout.",
    allowed: "a PEM file",
    upstream: "the sink's `connection.ca.file`",
    otherwise: "the authorities that Java and Node trust",
  }),
  refreshIntervalMs: field(z.int().min(100).max(60_000).default(500), {
    description: "How long a written document may wait until a search finds it, in milliseconds.",
    allowed: "a whole number from 100 to 60000",
    upstream: "OpenSearch `index.refresh_interval`",
  }),
  excludeTables: field(z.array(kind.tableOrPattern).default([]), {
    description: "Captured tables whose rows are not indexed; those without a key, whose documents would have no id.",
    allowed: `a list of ${kind.tableOrPatternAllowed}`,
  }),
  tasks: field(z.int().min(1).max(64).default(1), {
    description: "Tasks of the sink; they share the topics' partitions, so more tasks than partitions have no work.",
    allowed: "a whole number from 1 to 64",
    upstream: "Kafka Connect `tasks.max`",
  }),
  sink: field(sink.prefault({}), {
    description:
      "Further properties of the sink (its own are in apps/sink/README.md); or another sink: its class, its properties, and the archive of its plugin in this checkout with its checksum.",
    allowed:
      "{properties: {…}}, or {class: CLASS, properties: {…}, plugin: {archive: FILE.tar.gz, sha256: 64 hex digits}}",
    upstream: "Kafka Connect sink connector configuration",
    otherwise: "the sink of `apps/sink/`",
  }),
  page: field(z.strictObject({ enabled: z.boolean().default(true), port: kind.port.default(8090) }).prefault({}), {
    description: "The search page, and its port on 127.0.0.1 (before portOffset).",
    allowed: "{enabled: true | false, port: a port from 1024 to 65535}",
    otherwise: "`{enabled: true, port: 8090}`",
  }),
});
