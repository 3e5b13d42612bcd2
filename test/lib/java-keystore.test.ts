import { createHash, createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { javaKeystore, keystorePassword } from "../../lib/java-keystore.ts";

const certificate = readFileSync(new URL("../support/authority.pem", import.meta.url), "utf8");
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
const sha1 = (...parts: Buffer[]) => createHash("sha1").update(Buffer.concat(parts)).digest();

/** The layout is that of sun.security.provider.JavaKeyStore and KeyProtector; the e2e stacks' workers read the real thing. */
test("the key comes out of it by the password, in the same bytes every time", () => {
  const store = javaKeystore(certificate, key);
  expect(javaKeystore(certificate, key)).toEqual(store);
  expect(store.includes(new X509Certificate(certificate).raw)).toBe(true);
  const password = Buffer.from(keystorePassword, "utf16le").swap16();
  expect(sha1(password, Buffer.from("Mighty Aphrodite"), store.subarray(0, -20))).toEqual(store.subarray(-20));

  const plain = createPrivateKey(key).export({ format: "der", type: "pkcs8" });
  expect(store.includes(plain)).toBe(false);
  const check = sha1(password, plain);
  const end = store.indexOf(check);
  const hidden = store.subarray(end - plain.length, end);
  const salt = store.subarray(end - plain.length - 20, end - plain.length);
  const stream: Buffer[] = [sha1(password, salt)];
  while (stream.length * 20 < plain.length) stream.push(sha1(password, stream.at(-1)!));
  const bytes = Buffer.concat(stream);
  expect(hidden.map((byte, at) => byte ^ bytes[at]!)).toEqual(plain);
});
