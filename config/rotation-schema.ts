/** The fields of `cdc:rotation`. */
import { z } from "zod";
import { field } from "./fields.ts";

const word = z.union([z.string().regex(/^[A-Za-z0-9._-]{1,64}$/), z.int().min(0)]).transform(String);
const allowed = "a word of letters, digits, '.', '_' and '-', such as 2026-12, or a whole number";

/** Whose password another word makes anew. */
const rotated = (description: string, otherwise = "the password stays") =>
  field(word.optional(), { description, allowed, otherwise });

export const rotationSchema = z.strictObject({
  cdcAccount: rotated(
    "Another word than at the last `up` gives the connectors' account a new password on every shard; the worker is restarted with it, and then the old one is refused.",
  ),
  mysqlRoot: rotated(
    "The same for MySQL's root: the servers are restarted with the new password, one after another; writers wait or try again meanwhile.",
  ),
  kafkaAccounts: rotated(
    "The same for the accounts at brokers of the stack's own, with `cdc:security: tls`: brokers, workers and guard are restarted.",
    "the passwords stay",
  ),
  connectLogin: rotated(
    "The same for the user `cdc` of Kafka Connect's REST API, of the operator's page and of the metrics, with `cdc:security: tls`: workers and guard are restarted.",
  ),
});
