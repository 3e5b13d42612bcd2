/** The fields of `cdc:rotation`. */
import { z } from "zod";
import { field } from "./fields.ts";

const word = z.union([z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), z.int().min(0)]).transform(String);
const allowed = "a word of letters, digits, '.', '_' and '-', such as 2026-12, or a whole number";

export const rotationSchema = z.strictObject({
  cdcAccount: field(word.optional(), {
    description:
      "Another word than at the last `up` gives the connectors' account a new password on every shard; the worker is restarted with it, and then the old one is refused.",
    allowed,
    otherwise: "the password stays",
  }),
  mysqlRoot: field(word.optional(), {
    description:
      "The same for MySQL's root: the servers are restarted with the new password, one after another; writers wait or try again meanwhile.",
    allowed,
    otherwise: "the password stays",
  }),
  kafkaAccounts: field(word.optional(), {
    description:
      "The same for the accounts at brokers of the stack's own, with `cdc:security: tls`: brokers, workers and guard are restarted.",
    allowed,
    otherwise: "the passwords stay",
  }),
  connectLogin: field(word.optional(), {
    description:
      "The same for the user `cdc` of Kafka Connect's REST API, of the operator's page and of the metrics, with `cdc:security: tls`: workers and guard are restarted.",
    allowed,
    otherwise: "the password stays",
  }),
});
