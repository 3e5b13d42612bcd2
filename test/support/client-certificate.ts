/** Certificates of clients: those of the pipeline's own servers are for servers alone. Upstream: RFC 5280, by @peculiar/x509. */
import { webcrypto } from "node:crypto";
import type { JsonName } from "@peculiar/x509";
import { pemBody, pemOf } from "../../lib/pem.ts";
import type { makeAuthority } from "../../provider/certificates.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** PEM. */
export interface ClientPair {
  readonly certificate: string;
  /** PKCS #8. */
  readonly privateKey: string;
}

/** @param subject its attributes, the widest first: `[{ O: ["Example"] }, { CN: ["cdc"] }]`. */
export async function clientCertificate(
  authority: Awaited<ReturnType<typeof makeAuthority>>,
  subject: JsonName,
): Promise<ClientPair> {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const signer = Buffer.from(pemBody(authority.privateKey), "base64");
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: new x509.X509Certificate(authority.certificate).subject,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey("pkcs8", signer, algorithm, false, ["sign"]),
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  return {
    certificate: `${certificate.toString("pem").trim()}\n`,
    privateKey: pemOf("PRIVATE KEY", key.toString("base64")),
  };
}
