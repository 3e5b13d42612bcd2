/** The fields of `cdc:monitoring`. */
import { z } from "zod";
import { encrypted } from "./existing-schema.ts";
import * as kind from "./fields.ts";
import { field } from "./fields.ts";

const prometheus = z.strictObject({
  enabled: z.boolean().default(false),
  port: kind.port.default(9090),
  retentionDays: z.int().min(1).max(3650).default(15),
  retentionMiB: kind.mebibytes(64).default(1024),
  image: kind.imageReference.optional(),
});

export const monitoringSchema = z.strictObject({
  enabled: field(z.boolean().default(false), {
    description: "Whether the guard serves metrics for Prometheus and [the operator's page](operator-page.md).",
    allowed: "true or false; true only with a guard",
  }),
  port: field(kind.port.default(9108), {
    description: "Port of `GET /metrics` and of the page on 127.0.0.1 (before portOffset).",
    allowed: "a port from 1024 to 65535",
  }),
  prometheus: field(prometheus.prefault({}), {
    description:
      "A Prometheus of the pipeline's own: its port on 127.0.0.1 (before portOffset), how long and in how much disk it keeps what it has read, and another image laid out as the official one is.",
    allowed:
      "{enabled: true | false, port: a port from 1024 to 65535, retentionDays: 1 to 3650, retentionMiB: a whole number from 64, image: an image with a tag other than latest, or with a digest}",
    upstream: "Prometheus `--storage.tsdb.retention.time`, `--storage.tsdb.retention.size`",
    otherwise: "`{enabled: false, port: 9090, retentionDays: 15, retentionMiB: 1024}`",
  }),
  alertsTo: field(encrypted.optional(), {
    description:
      "Who is told of alerts, by an Alertmanager of the pipeline's own: the URL of a webhook, or a receiver as Alertmanager writes it (`slack_configs: …`). Encrypted in the stack's file, as it may hold a token (`pulumi config set --secret --path`).",
    allowed: "a secret: {secure: …} as Pulumi writes it",
    upstream: "Alertmanager `receivers`",
    otherwise: "nobody; there is no Alertmanager",
  }),
  alertmanager: field(z.strictObject({ image: kind.imageReference.optional() }).prefault({}), {
    description: "Another image of Alertmanager, laid out as the official one is.",
    allowed: "{image: an image with a tag other than latest, or with a digest}",
    otherwise: "`prom/alertmanager:VERSION`, or the one built from packages",
  }),
});
