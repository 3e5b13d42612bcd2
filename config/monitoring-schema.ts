/** The fields of `cdc:monitoring`. */
import { z } from "zod";
import * as kind from "./fields.ts";
import { field } from "./fields.ts";

export const monitoringSchema = z.strictObject({
  enabled: field(z.boolean().default(false), {
    description: "Whether the guard serves metrics for Prometheus and [the operator's page](operator-page.md).",
    allowed: "true or false; true only with a guard",
  }),
  port: field(kind.port.default(9108), {
    description: "Port of `GET /metrics` and of the page on 127.0.0.1 (before portOffset).",
    allowed: "a port from 1024 to 65535",
  }),
});
