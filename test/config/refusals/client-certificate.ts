/** The certificate by which brokers of somebody else's know the stack, and the key to it. The files are made on the spot. */
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selfSigned } from "../../support/certificate.ts";
import { existingKafka, type Fields, type Row } from "./write.ts";

const folder = mkdtempSync(join(tmpdir(), "cdc-client-certificate-"));

/** For after the tests. */
export function removeFiles(): void {
  rmSync(folder, { recursive: true });
}

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const own = selfSigned(["cdc"]);
const ended = selfSigned(["cdc"], "210101000000Z");
const pkcs8 = { type: "pkcs8", format: "pem" } as const;
const encrypted = createPrivateKey(own.key).export({ ...pkcs8, cipher: "aes-256-cbc", passphrase: "secret" });
const edwards = generateKeyPairSync("ed25519").privateKey.export(pkcs8);

export const certFile = file("user.crt", own.cert, 0o644);
export const keyFile = file("user.key", own.key);
const at = (field: string) => `cdc:kafka.existing.tls.${field}`;
const key = { secure: "v1:x" };

/** A stack that shows this certificate. */
export const showing = (tls: Fields): Fields => ({ kafka: { existing: { ...existingKafka, tls } } });

export const clientCertificates: readonly Row[] = [
  ["no key", showing({ certFile }), "CDC-236", at("certFile"), /tls\.keyFile, .*tls\.key, a secret/],
  ["a key's file alone", showing({ keyFile }), "CDC-236", at("keyFile"), /name the certificate/],
  ["a secret key alone", showing({ key }), "CDC-236", at("key"), /name the certificate/],
  ["two keys", showing({ certFile, keyFile, key }), "CDC-236", at("keyFile"), /take one/],
  [
    "a key in clear",
    showing({ certFile, key: own.key }),
    "CDC-112",
    at("key"),
    /--path 'cdc:kafka\.existing\.tls\.key' < FILE$/,
  ],
  ["an unknown field", showing({ certfile: certFile }), "CDC-101", at("certfile"), /did you mean certFile/],
  ["a number for a file", showing({ certFile: 1 }), "CDC-102", at("certFile"), /in quotes/],
  ["no such certificate", showing({ certFile: "no/such.crt", key }), "CDC-114", at("certFile"), /name a PEM file/],
  ["no PEM", showing({ certFile: "LICENSE", key }), "CDC-114", at("certFile"), /name a PEM file/],
  [
    "both in one file",
    showing({ certFile: file("both", own.key + own.cert), key }),
    "CDC-114",
    at("certFile"),
    /keyFile/,
  ],
  [
    "a certificate that is cut",
    showing({ certFile: file("cut.crt", own.cert.replace(/\n.+\n-----END/, "\n-----END")), key }),
    "CDC-114",
    at("certFile"),
    /name a PEM file/,
  ],
  ["no such key", showing({ certFile, keyFile: "no/such.key" }), "CDC-114", at("keyFile"), /name a PEM file/],
  [
    "a key that is none",
    showing({ certFile, keyFile: file("none.key", own.cert) }),
    "CDC-114",
    at("keyFile"),
    /in PEM/,
  ],
  [
    "a key that others may read",
    showing({ certFile, keyFile: file("open.key", own.key, 0o644) }),
    "CDC-114",
    at("keyFile"),
    /^chmod 600 .*open\.key$/,
  ],
  [
    "an encrypted key",
    showing({ certFile, keyFile: file("encrypted.key", String(encrypted)) }),
    "CDC-114",
    at("keyFile"),
    /openssl pkey -in FILE -out KEY.*config set --secret --path 'cdc:kafka\.existing\.tls\.key' < KEY/,
  ],
  [
    "another's key",
    showing({ certFile, keyFile: file("other.key", ended.key) }),
    "CDC-114",
    at("keyFile"),
    /made together/,
  ],
  [
    "a key of a kind that Kafka does not read",
    showing({ certFile, keyFile: file("ed25519.key", String(edwards)) }),
    "CDC-114",
    at("keyFile"),
    /elliptic curve/,
  ],
  [
    "a certificate that has ended",
    showing({ certFile: file("ended.crt", ended.cert), keyFile: file("ended.key", ended.key) }),
    "CDC-114",
    at("certFile"),
    /renewed/,
  ],
];
