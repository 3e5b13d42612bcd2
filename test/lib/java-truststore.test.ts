import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { authorityPem, cdcLogin, connectorSecrets, mysqlAuthorityKey, secretIn } from "../../lib/connector-secrets.ts";
import { javaTruststore } from "../../lib/java-truststore.ts";

const ca = readFileSync(new URL("../support/authority.pem", import.meta.url), "utf8");

/** The layout is that of sun.security.provider.JavaKeyStore.engineLoad; the e2e stacks' workers read the real thing. */
test("one trusted certificate, with a checksum for an empty password, the same in every run", () => {
  const store = javaTruststore(ca);
  const { raw } = new X509Certificate(ca);
  expect(store.subarray(0, 16).toString("hex")).toBe("feedfeed000000020000000100000002");
  expect(store.includes(raw)).toBe(true);
  const [content, checksum] = [store.subarray(0, -20), store.subarray(-20)];
  expect(createHash("sha1").update("Mighty Aphrodite").update(content).digest()).toEqual(checksum);
  expect(javaTruststore(ca)).toEqual(store);
});

test("what connectors log in by is read back as it was written", () => {
  const text = connectorSecrets("s3cret", ca);
  expect(text.split("\n")).toHaveLength(3);
  expect(authorityPem(secretIn(text, mysqlAuthorityKey) ?? "")).toBe(ca);
  expect(secretIn(text, "debezium.password")).toBe("s3cret");
  expect(secretIn(text, "debezium")).toBeUndefined();
  expect(cdcLogin("s3cret", ca)).toEqual({ user: "debezium", password: "s3cret", tls: { ca } });
});
