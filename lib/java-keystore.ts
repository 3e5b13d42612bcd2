/**
 * A key with its certificate as Java reads it, of type JKS, beside which stands the truststore (java-truststore.ts). The same key is
 * the same bytes: what stands for chance in it is taken from the key itself, so that no preview sees a change. It protects nothing:
 * who may read the file has the key. Upstream: sun.security.provider.JavaKeyStore, KeyProtector.
 */
import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { int32, javaStore, text, time, x509 } from "./java-truststore.ts";

/** Java wants one; it is no secret. */
export const keystorePassword = "changeit";

const privateKeyEntry = 1;

/** KeyProtector's algorithm, in DER: 1.3.6.1.4.1.42.2.17.1.1 without parameters. */
const protection = Buffer.from("300e060a2b060104012a021101010500", "hex");

/**
 * @param certificate PEM of the one certificate.
 * @param key PEM (PKCS #8) of its key.
 */
export function javaKeystore(certificate: string, key: string): Buffer {
  const known = new X509Certificate(certificate);
  const secret = encrypted(createPrivateKey(key).export({ format: "der", type: "pkcs8" }));
  const entry = [
    int32(privateKeyEntry),
    text("key"),
    time(new Date(known.validFrom)),
    int32(secret.length),
    secret,
    int32(1),
    x509(known.raw),
  ];
  return javaStore([Buffer.concat(entry)], keystorePassword);
}

/** EncryptedPrivateKeyInfo: salt, the key under a stream of digests, and a digest that tells whether the password was right. */
function encrypted(key: Buffer): Buffer {
  const password = Buffer.from(keystorePassword, "utf16le").swap16();
  const salt = createHash("sha1").update("salt").update(key).digest();
  const hidden = Buffer.from(key);
  let stream: Buffer = salt;
  for (const [at, byte] of key.entries()) {
    if (at % stream.length === 0) stream = createHash("sha1").update(password).update(stream).digest();
    hidden[at] = byte ^ (stream[at % stream.length] ?? 0);
  }
  const check = createHash("sha1").update(password).update(key).digest();
  const content = Buffer.concat([salt, hidden, check]);
  return der(0x30, Buffer.concat([protection, der(0x04, content)]));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
