/** Certificates of a stack: its authority's, and those that it signs. Upstream: RFC 5280, by @peculiar/x509. */
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import { pemBody, pemOf } from "../lib/pem.ts";

/** A certificate and its key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  /** PKCS #8. */
  readonly privateKey: string;
}

const dayMs = 86_400_000;

/** Lives of certificates, in days. The authority is renewed before a server's certificate could outlive it. */
export const authorityDays = 3650;
export const serverDays = 730;

/** A clock may be behind: what is valid from now on would not be there yet. */
const backdatedMs = dayMs;

/** Of elliptic curves, as MySQL, Java and Node all take it. */
const algorithm = { name: "ECDSA", namedCurve: "P-256" } as const;
const signing = { name: "ECDSA", hash: "SHA-256" } as const;

/** An authority of one's own. @param name told by whoever does not trust it. @param now in milliseconds since 1970. */
export async function makeAuthority(name: string, now: number): Promise<KeyPair> {
  const x509 = await library();
  const keys = await newKeys();
  const subject = commonName(name);
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: subject,
    ...validity(now, authorityDays),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate.toString("pem")), privateKey: await exported(keys.privateKey) };
}

/**
 * A server's certificate.
 * @param names host names and IP addresses by which it is reached; the first one is its subject.
 * @param isClient whether it shows its certificate to others too, which know it by its subject.
 */
export async function makeCertificate(
  authority: KeyPair,
  names: readonly string[],
  now: number,
  isClient = false,
): Promise<KeyPair> {
  const x509 = await library();
  const keys = await newKeys();
  const signer = new x509.X509Certificate(authority.certificate);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: commonName(names[0] ?? ""),
    issuer: signer.subject,
    ...validity(now, serverDays),
    publicKey: keys.publicKey,
    signingKey: await imported(authority.privateKey),
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        ...(isClient ? [x509.ExtendedKeyUsage.clientAuth] : []),
      ]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) === 0 ? "dns" : "ip", value: name }) as const),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(signer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certificate: pem(certificate.toString("pem")), privateKey: await exported(keys.privateKey) };
}

/** It takes a tenth of a second to load: most runs of the plugin need none. */
async function library() {
  await import("reflect-metadata");
  return await import("@peculiar/x509");
}

async function newKeys() {
  return await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function commonName(name: string) {
  return [{ CN: [name] }];
}

/** Whole seconds, which is all that a certificate can say. */
function validity(now: number, days: number) {
  const begin = Math.floor((now - backdatedMs) / 1000) * 1000;
  return { notBefore: new Date(begin), notAfter: new Date(begin + days * dayMs) };
}

async function exported(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  return pemOf("PRIVATE KEY", der.toString("base64"));
}

async function imported(key: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pemBody(key), "base64");
  return await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}

function pem(text: string): string {
  return `${text.trim()}\n`;
}
