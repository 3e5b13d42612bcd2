/** Names of subjects as Java's X500Principal.getName() writes them; each expectation is what Java 21 printed of that certificate. */
import type * as x509 from "@peculiar/x509";
import { expect, test } from "vitest";
import { X509Certificate } from "node:crypto";
import { subjectOf } from "../../lib/distinguished-name.ts";
import { makeAuthority } from "../../provider/certificates.ts";
import { clientCertificate } from "../support/client-certificate.ts";

const rows: readonly (readonly [what: string, subject: x509.JsonName, name: string])[] = [
  ["one attribute", [{ CN: ["cdc"] }], "CN=cdc"],
  [
    "the last one first",
    [{ C: ["KR"] }, { O: ["Example"] }, { OU: ["data"] }, { CN: ["cdc"] }],
    "CN=cdc,OU=data,O=Example,C=KR",
  ],
  [
    "special characters",
    [{ O: ['Ex, a"+b=<c>;#\\'] }, { CN: ["a#b user"] }],
    String.raw`CN=a\#b user,O=Ex\, a\"\+b\=\<c\>\;\#\\`,
  ],
  ["spaces at the ends", [{ CN: [" cdc  "] }], String.raw`CN=\ cdc\ \ `],
  ["other scripts", [{ O: ["예시"] }, { CN: ["cdc"] }], "CN=cdc,O=예시"],
  ["domain components", [{ DC: ["com"] }, { DC: ["example"] }, { CN: ["cdc"] }], "CN=cdc,DC=example,DC=com"],
  ["an attribute without a word", [{ CN: ["cdc"] }, { E: ["a@b.c"] }], "1.2.840.113549.1.9.1=#16056140622e63,CN=cdc"],
];

test.each(rows)("%s", async (_, subject, name) => {
  const { certificate } = await clientCertificate(await makeAuthority("test", Date.now()), subject);
  expect(subjectOf(new X509Certificate(certificate))).toBe(name);
});
