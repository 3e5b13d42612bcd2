/** A service that somebody else runs, as a shard's entry names it. */
import { isIP } from "node:net";
import { z } from "zod";
import { field } from "./fields.ts";

/** A name as DNS has it, or an IP address; neither a port nor a scheme is a part of it. */
const host = z
  .string()
  .refine(
    (text) =>
      isIP(text) !== 0 ||
      /^(?=.{1,253}$)[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*\.?$/i.test(text),
  );

/** As the stack's file has a secret. The program gets it decrypted, and puts this in its place (load.ts): no configuration holds one. */
export const encrypted = z.strictObject({ secure: z.string().min(1) });

const tls = z.union([
  z.boolean(),
  z.strictObject({
    caFile: z.string().min(1),
    verify: z.enum(["identity", "ca"]).default("identity"),
  }),
]);

export const existingMysqlSchema = z.strictObject({
  host: field(host, {
    description:
      "Where the server is reached: by the workers and the guard, which are containers, and from this machine.",
    allowed: "a name or an IP address that leads to it from everywhere; not localhost",
    upstream: "Debezium `database.hostname`",
  }),
  port: field(z.int().min(1).max(65_535).default(3306), {
    description: "Its TCP port.",
    allowed: "a port from 1 to 65535",
    upstream: "Debezium `database.port`",
  }),
  user: field(z.string().regex(/^[^\s'"`\\:]{1,32}$/), {
    description: "The account that captures; its privileges are looked at before anything is made, and never changed.",
    allowed: "an account's name, 32 characters at most",
    upstream: "Debezium `database.user`",
  }),
  password: field(encrypted, {
    description: "Its password, encrypted in the stack's file (`pulumi config set --secret --path`).",
    allowed: "a secret: {secure: …} as Pulumi writes it",
    upstream: "Debezium `database.password`",
  }),
  readOnly: field(z.boolean().default(false), {
    description:
      "Whether nothing is written to the server, not even the pipeline's own database: for a replica, or an account that may only read. Heartbeats, signals and the proof of flow go other ways then.",
    allowed: "true or false",
    upstream: "Debezium `read.only`",
  }),
  tls: field(tls.default(true), {
    description:
      "Whether connections are encrypted, and whom to trust: true trusts the authorities that Java and Node trust, caFile the certificates in that file, relative to the checkout. `verify: ca` takes any name in the server's certificate: for one that MySQL made by itself.",
    allowed: "true, false, or {caFile: FILE, verify: identity or ca} with a PEM file",
    upstream: "Debezium `database.ssl.mode`, `database.ssl.truststore`",
  }),
});

export type ExistingMysql = z.infer<typeof existingMysqlSchema>;
