/**
 * A truststore as Java reads it, of type JKS: certificates of authorities, nothing secret, so it has no password. Java reads it under
 * the type PKCS12 too (`keystore.type.compat`). The same certificate is the same bytes. Upstream: sun.security.provider.JavaKeyStore.
 */
import { createHash, X509Certificate } from "node:crypto";
import { certificatesIn } from "./pem.ts";

const magic = 0xfeed_feed;
const version = 2;
const trustedCertificate = 2;

/** @param ca PEM of one certificate or more. */
export function javaTruststore(ca: string): Buffer {
  const certificates = certificatesIn(ca).map((pem) => new X509Certificate(pem));
  return javaStore(
    certificates.map(({ raw, validFrom }, index) =>
      Buffer.concat([
        int32(trustedCertificate),
        text(index === 0 ? "ca" : `ca-${index + 1}`),
        time(new Date(validFrom)),
        x509(raw),
      ]),
    ),
  );
}

/** @param password left out, the store is read without one: Connector/J reads with an empty one. */
export function javaStore(entries: readonly Buffer[], password = ""): Buffer {
  const content = Buffer.concat([int32(magic), int32(version), int32(entries.length), ...entries]);
  const checksum = createHash("sha1")
    .update(Buffer.from(password, "utf16le").swap16())
    .update("Mighty Aphrodite")
    .update(content)
    .digest();
  return Buffer.concat([content, checksum]);
}

/** A certificate in an entry. */
export function x509(raw: Buffer): Buffer {
  return Buffer.concat([text("X.509"), int32(raw.length), raw]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** As DataOutputStream.writeUTF has it. */
export function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([length, Buffer.from(value, "latin1")]);
}

export function time(at: Date): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(at.getTime()));
  return bytes;
}
