/** The certificate by which brokers of somebody else's know the stack, and the private key to it: as the configuration names them. */
import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { checkoutFolder } from "../lib/checkout.ts";
import { subjectOf } from "../lib/distinguished-name.ts";
import type { ClientCertificate } from "../lib/endpoint.ts";
import { certificatesIn } from "../lib/pem.ts";
import { ProblemError, refuse, type Problem } from "../lib/problem.ts";
import { messageOf } from "../lib/run.ts";
import type { PipelineConfig } from "./schema.ts";

const path = "cdc:kafka.existing.tls";

/** Kinds of keys that Kafka reads in PEM. Upstream: DefaultSslEngineFactory.PemStore. */
const kinds = ["rsa", "ec", "dsa"];

/**
 * Whose the certificate is. The key to it is looked at by the program alone (`readKeystore`): `cdc` takes it from the workers.
 * @returns undefined where none is shown.
 * @throws ProblemError CDC-236 for a certificate without key, a key without certificate, and two keys; CDC-114 for a certificate that
 * cannot be read.
 */
export function readClientCertificate(config: PipelineConfig): ClientCertificate | undefined {
  const { certFile, keyFile, key } = fieldsOf(config);
  refuse(pairProblems({ certFile, keyFile, key }));
  return certFile === undefined ? undefined : { subject: subjectOf(firstOf(chainIn(certFile))) };
}

/**
 * Certificate and key in one PEM text, the key as Kafka's clients take it (PKCS #8). The configuration has to be one that
 * `readClientCertificate` takes.
 * @param secret the key that the stack's file has, decrypted; undefined where it is in a file.
 * @param now ms since 1970.
 * @returns undefined where no certificate is shown.
 * @throws ProblemError (CDC-114) when they cannot be used. No key is told.
 */
export function readKeystore(config: PipelineConfig, secret: string | undefined, now = Date.now()): string | undefined {
  const { certFile, keyFile } = fieldsOf(config);
  if (certFile === undefined) return undefined;
  const chain = chainIn(certFile);
  const first = firstOf(chain);
  if (Date.parse(first.validTo) < now) {
    throw unusable(
      "certFile",
      `${certFile} ended on ${first.validTo}`,
      "have it renewed, and name the new one with the key to it",
    );
  }
  const [field, text] =
    keyFile === undefined ? (["key", secret ?? ""] as const) : (["keyFile", ownersText(keyFile)] as const);
  const key = keyIn(text, field);
  if (!first.checkPrivateKey(key)) {
    throw unusable(
      field,
      `it is not the key to the certificate in ${certFile}`,
      "name the two that were made together",
    );
  }
  return `${String(key.export({ type: "pkcs8", format: "pem" }))}${chain.join("")}`;
}

interface Fields {
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly key?: unknown;
}

function fieldsOf({ kafka }: PipelineConfig): Fields {
  const tls = kafka.existing?.tls;
  return typeof tls === "object" ? tls : {};
}

function pairProblems({ certFile, keyFile, key }: Fields): Problem[] {
  const pair = (field: string, message: string, remedy: string): Problem => ({
    code: "CDC-236",
    path: `${path}.${field}`,
    message,
    remedy,
  });
  const ways = `${path}.keyFile, a file of mode 0600, or ${path}.key, a secret`;
  if (keyFile !== undefined && key !== undefined)
    return [pair("keyFile", "found together with key: a certificate has one key", "take one of the two out")];
  const field = keyFile === undefined ? "key" : "keyFile";
  const hasKey = keyFile !== undefined || key !== undefined;
  if (certFile === undefined && hasKey)
    return [
      pair(
        field,
        "found without certFile: nobody knows a key without its certificate",
        `name the certificate by ${path}.certFile`,
      ),
    ];
  if (certFile !== undefined && !hasKey)
    return [
      pair("certFile", "found without its private key, with which nobody can show it", `name the key by ${ways}`),
    ];
  return [];
}

/** Each certificate of the file, PEM, the client's own first. */
function chainIn(certFile: string): string[] {
  const remedy =
    "name a PEM file, relative to the checkout, with the client's certificate first, and nothing secret in it";
  const text = read("certFile", certFile, remedy);
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw unusable(
      "certFile",
      `${certFile} has a private key`,
      `${remedy}; the key goes by ${path}.keyFile or ${path}.key`,
    );
  const chain = certificatesIn(text);
  if (chain.length === 0)
    throw unusable("certFile", `${certFile} has no certificate (-----BEGIN CERTIFICATE-----)`, remedy);
  try {
    for (const one of chain) void new X509Certificate(one);
  } catch (error) {
    throw unusable("certFile", `${certFile}: ${messageOf(error)}`, remedy);
  }
  return chain;
}

function firstOf([first = ""]: readonly string[]): X509Certificate {
  return new X509Certificate(first);
}

/** Of a file that nobody but its owner may read. */
function ownersText(keyFile: string): string {
  const text = read(
    "keyFile",
    keyFile,
    "name a PEM file, relative to the checkout, with the private key to the certificate",
  );
  const mode = statSync(resolve(checkoutFolder, keyFile)).mode & 0o777;
  if ((mode & 0o077) === 0) return text;
  throw unusable(
    "keyFile",
    `${keyFile} has mode 0${mode.toString(8)}: others on this machine may read it`,
    `chmod 600 ${keyFile}`,
  );
}

function keyIn(text: string, field: "key" | "keyFile"): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    throw unusable(
      field,
      "it is encrypted by a passphrase of its own, which nobody could ask for",
      `decrypt it (openssl pkey -in FILE -out KEY), and let Pulumi encrypt it: pulumi config set --secret --path '${path}.key' < KEY`,
    );
  }
  const remedy = "give the private key in PEM (-----BEGIN PRIVATE KEY-----), of RSA or of an elliptic curve";
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw unusable(field, "it has no private key in PEM (-----BEGIN PRIVATE KEY-----)", remedy);
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch (error) {
    throw unusable(field, `it is no private key that can be read (${messageOf(error)})`, remedy);
  }
  const kind = key.asymmetricKeyType ?? "another kind";
  if (!kinds.includes(kind)) throw unusable(field, `it is a key of ${kind}, which Kafka's clients do not read`, remedy);
  return key;
}

function read(field: string, file: string, remedy: string): string {
  try {
    return readFileSync(resolve(checkoutFolder, file), "utf8");
  } catch (error) {
    throw unusable(field, `${file}: ${messageOf(error)}`, remedy);
  }
}

function unusable(field: string, message: string, remedy: string): ProblemError {
  return new ProblemError("the configuration cannot be used", [
    { code: "CDC-114", path: `${path}.${field}`, message, remedy },
  ]);
}
