/** Services that somebody else runs, as the configuration names them. */
import { isIP } from "node:net";
import { z } from "zod";
import { accountFields, tokenFields } from "../lib/sasl-fields.ts";
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

const caFile = z.string().min(1);

const tls = z.union([z.boolean(), z.strictObject({ caFile, verify: z.enum(["identity", "ca"]).default("identity") })]);

/** One broker's address. */
const hostPort = z.string().refine((text) => {
  const { name = "", port = "" } = /^(?<name>.+):(?<port>\d{1,5})$/.exec(text)?.groups ?? {};
  return Number(port) >= 1 && Number(port) <= 65_535 && host.safeParse(name.replace(/^\[(.+)\]$/, "$1")).success;
});

const mysqlUser = z.string().regex(/^[^\s'"`\\:]{1,32}$/);

const createAccount = z.strictObject({
  user: field(mysqlUser, {
    description: "An administrator's account: it may CREATE USER, and grant what it has.",
    allowed: "an account's name, 32 characters at most",
    upstream: "MySQL `CREATE USER`",
  }),
  password: field(encrypted, {
    description: "Its password, encrypted in the stack's file (`pulumi config set --secret --path`).",
    allowed: "a secret: {secure: …} as Pulumi writes it",
  }),
});

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
  user: field(mysqlUser, {
    description:
      "The account that captures; its privileges are looked at before anything is made, and never changed unless createAccount is there.",
    allowed: "an account's name, 32 characters at most",
    upstream: "Debezium `database.user`",
  }),
  password: field(encrypted, {
    description: "Its password, encrypted in the stack's file (`pulumi config set --secret --path`).",
    allowed: "a secret: {secure: …} as Pulumi writes it",
    upstream: "Debezium `database.password`",
  }),
  createAccount: field(createAccount.optional(), {
    description:
      "Who may make that account: `up` makes it, gives it its privileges, and makes the pipeline's own database (not with readOnly); `pulumi destroy` takes away what was made so.",
    allowed: "{user: admin, password: {secure: …}}",
    otherwise: "the account is there, and is only looked at",
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

const kafkaTls = z.strictObject({
  caFile: caFile.optional(),
  certFile: field(z.string().min(1).optional(), {
    description:
      "The certificate by which brokers know this stack (mutual TLS), with those of authorities between it and theirs; relative to the checkout.",
    allowed: "a PEM file",
    otherwise: "no certificate is shown",
    upstream: "Kafka `ssl.keystore.certificate.chain`",
  }),
  keyFile: field(z.string().min(1).optional(), {
    description: "The private key to it, in a file that its owner alone may read; relative to the checkout.",
    allowed: "a PEM file, not encrypted, of mode 0600 or 0400",
    upstream: "Kafka `ssl.keystore.key`",
  }),
  key: field(encrypted.optional(), {
    description: "The same, encrypted in the stack's file (`pulumi config set --secret --path`).",
    allowed: "a secret: {secure: …} as Pulumi writes it",
    upstream: "Kafka `ssl.keystore.key`",
  }),
});

const account = z.string().regex(/^[^\s"\\]{1,255}$/);

const tokenMechanism = "OAUTHBEARER";

const saslFields = z.strictObject({
  mechanism: field(z.enum(["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", tokenMechanism]), {
    description: "How the account logs in: with its password, or with a token (OAUTHBEARER).",
    allowed: "PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
    upstream: "Kafka `sasl.mechanism`",
  }),
  tokenEndpoint: field(
    z
      .string()
      .regex(/^https?:\/\/[^\s,"'\\$@]+$/)
      .optional(),
    {
      description:
        "Where tokens are asked for (OAuth 2, client credentials): by the workers and the guard, which are containers, and from this machine.",
      allowed: "a URL that leads there from everywhere, https:// or http://; not localhost",
      upstream: "Kafka `sasl.oauthbearer.token.endpoint.url`",
    },
  ),
  clientId: field(account.optional(), {
    description: "Who asks for a token.",
    allowed: "a client's id, without spaces and quotes",
    upstream: "Kafka `sasl.jaas.config`, `clientId`",
  }),
  clientSecret: field(encrypted.optional(), {
    description: "That client's secret, encrypted in the stack's file (`pulumi config set --secret --path`).",
    allowed: "a secret: {secure: …} as Pulumi writes it",
    upstream: "Kafka `sasl.jaas.config`, `clientSecret`",
  }),
  scope: field(
    z
      .string()
      .regex(/^[!#-[\]-~]+( [!#-[\]-~]+)*$/)
      .optional(),
    {
      description: "What the token is asked for.",
      allowed: "words as the server of tokens knows them, with a space between them",
      otherwise: "nothing is named",
      upstream: "Kafka `sasl.jaas.config`, `scope`",
    },
  ),
  user: field(account.optional(), {
    description: "The account of workers, connectors, guard, `cdc` and this program.",
    allowed: "an account's name, without spaces and quotes",
    upstream: "Kafka `sasl.jaas.config`",
  }),
  password: field(encrypted.optional(), {
    description: "Its password, encrypted in the stack's file (`pulumi config set --secret --path`).",
    allowed: "a secret: {secure: …} as Pulumi writes it",
    upstream: "Kafka `sasl.jaas.config`",
  }),
});

/** Each mechanism has fields that it cannot be without. */
const sasl = saslFields.superRefine((found, context) => {
  const needed = found.mechanism === tokenMechanism ? tokenFields.filter((name) => name !== "scope") : accountFields;
  for (const name of needed)
    if (found[name] === undefined) context.addIssue({ code: "custom", path: [name], message: "is missing" });
});

export const existingKafkaSchema = z.strictObject({
  bootstrapServers: field(z.array(hostPort).min(1).max(16), {
    description:
      "Where the brokers are reached: by the workers and the guard, which are containers, and from this machine; so are the addresses that the brokers tell their clients.",
    allowed: "a list of HOST:PORT that lead to brokers from everywhere; not localhost",
    upstream: "Kafka `bootstrap.servers`",
  }),
  tls: field(z.union([z.boolean(), kafkaTls]).default(true), {
    description:
      "Whether connections are encrypted, and whom to trust: true trusts the authorities that Java and Node trust, caFile the certificates in that file, relative to the checkout. Who is known by a certificate of its own (mutual TLS) names it by `certFile`, and the private key to it by `keyFile` or `key`.",
    allowed:
      "true, false, or {caFile: FILE, certFile: FILE, keyFile: FILE} with PEM files, the key's of mode 0600; or its key as a secret, key: {secure: …}",
    upstream: "Kafka `security.protocol`, `ssl.truststore.location`, `ssl.keystore.location`",
  }),
  sasl: field(sasl.optional(), {
    description: "Who logs in.",
    allowed:
      "{mechanism: SCRAM-SHA-512, user: cdc, password: {secure: …}}, or {mechanism: OAUTHBEARER, tokenEndpoint: URL, clientId: cdc, clientSecret: {secure: …}}",
    otherwise: "nobody",
    upstream: "Kafka `security.protocol`",
  }),
  takeTopics: field(z.boolean().default(false), {
    description:
      "Whether topics of the plan that are there already, with records, are taken as this stack's own: those that an earlier `pulumi destroy` of it left. They are never deleted then.",
    allowed: "true or false",
  }),
  deleteTopics: field(z.boolean().default(false), {
    description:
      "Whether topics that this stack made go with their records when they are taken out of the plan by `pulumi destroy`. Write it and run `up` once before.",
    allowed: "true or false",
  }),
});

export type ExistingKafka = z.infer<typeof existingKafkaSchema>;

export type KafkaSasl = z.infer<typeof sasl>;

export type ExistingMysql = z.infer<typeof existingMysqlSchema>;
