import { createHash, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { authorityKey, authorityPem, connectorSecrets, loginOf, secretIn } from "../../lib/connector-secrets.ts";
import { cdcPasswordKey, mysqlTruststoreFile, truststoreFileOf } from "../../lib/constants.ts";
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
  const truststore = mysqlTruststoreFile;
  const text = connectorSecrets([{ passwordKey: cdcPasswordKey, password: "s3cret", authority: { truststore, ca } }]);
  expect(text.split("\n")).toHaveLength(3);
  expect(authorityKey(truststore)).toBe("mysql.authority");
  expect(authorityPem(secretIn(text, authorityKey(truststore)) ?? "")).toBe(ca);
  expect(secretIn(text, "debezium.password")).toBe("s3cret");
  expect(secretIn(text, "debezium")).toBeUndefined();
  expect(loginOf({ password: "s3cret", ca })).toEqual({ user: "debezium", password: "s3cret", tls: { ca } });
});

test("several authorities are in one truststore, and under one key, in their order", () => {
  const other = readFileSync(new URL("../support/other-authority.pem", import.meta.url), "utf8");
  const store = javaTruststore(`Amazon's words\n${ca}more words\n${other}`);
  expect(store.subarray(8, 12).readUInt32BE()).toBe(2);
  for (const pem of [ca, other]) expect(store.includes(new X509Certificate(pem).raw)).toBe(true);
  const truststore = truststoreFileOf("orders");
  const text = connectorSecrets([
    { passwordKey: "shard.orders.password", password: "x", authority: { truststore, ca: ca + other } },
  ]);
  expect(authorityKey(truststore)).toBe("shard.orders.authority");
  expect(authorityPem(secretIn(text, "shard.orders.authority") ?? "")).toBe(ca + other);
});

/** java.util.Properties reads what is written here: `#`, `!`, `:` and `=` are plain within a value, `\\` and a first space are not. */
test.each([
  "plain",
  "a=b:c#d!e",
  String.raw`back\slash\u0041`,
  "  spaces  ",
  "päss wörd",
  "열쇠🔑",
  "tab\tline\nend",
  "$`'\"",
])("the password %j comes out as it was", (password) => {
  const text = connectorSecrets([
    { passwordKey: "a", password },
    { passwordKey: "b", password: "next" },
  ]);
  expect(text).toMatch(/^a=[!-~]*( [!-~]*)*\nb=next\n$/);
  expect(secretIn(text, "a")).toBe(password);
});
