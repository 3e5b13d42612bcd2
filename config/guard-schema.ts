/** The fields of `cdc:guard`. */
import { z } from "zod";
import * as kind from "./fields.ts";
import { field } from "./fields.ts";

/** At once, then after 2, 6, 12 … minutes: the pauses of Strimzi's operator, 2 h 48 min in all. */
const restartAfterSeconds = [0, 120, 360, 720, 1200, 1800, 2520, 3360];

export const guardSchema = z.strictObject({
  enabled: field(z.boolean().default(true), {
    description: "Whether there is a guard.",
    allowed: "true or false",
  }),
  image: field(kind.imageReference.optional(), {
    description: "Another image with Node 22.22 or later, laid out as the official one is.",
    allowed: kind.imageAllowed,
    otherwise: "`node:VERSION-slim`, or the one built from packages",
  }),
  checkSeconds: field(z.int().min(1).max(3600).default(5), {
    description: "Time between two looks at the connectors, in seconds.",
    allowed: "a whole number from 1, at most half of stallSeconds",
  }),
  stallSeconds: field(z.int().min(1).max(86_400).default(30), {
    description:
      "How long no heartbeat may arrive from a connector that says RUNNING before it is reported as stalled and restarted, in seconds.",
    allowed: "a whole number, at least three times the connectors' heartbeat interval",
  }),
  restartAfterSeconds: field(z.array(z.int().min(0).max(604_800)).min(1).default(restartAfterSeconds), {
    description:
      "Pauses before the first, second … restart of what failed, in seconds; after the last one the guard gives up.",
    allowed: "a list of whole numbers, none less than the one before it",
  }),
});
