/** Files with certificates of authorities, as the configuration names them. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { checkoutFolder } from "../lib/checkout.ts";
import { certificatesIn, pemOf } from "../lib/pem.ts";
import { refuse, type Problem } from "../lib/problem.ts";
import { messageOf } from "../lib/run.ts";
import type { PipelineConfig } from "./schema.ts";

/**
 * Reads each file once.
 * @returns the certificates alone (PEM), by the file as the configuration names it.
 * @throws ProblemError (CDC-113) for a file that cannot be read, has no certificate, or has a private key.
 */
export function readAuthorities({ shards, kafka, readSide }: PipelineConfig): Record<string, string> {
  const found: Record<string, string> = {};
  const fileOf = (tls: boolean | { readonly caFile?: string | undefined } | undefined) =>
    typeof tls === "object" ? tls.caFile : undefined;
  const named = [
    { path: "cdc:kafka.existing.tls.caFile", caFile: fileOf(kafka.existing?.tls) },
    { path: "cdc:readSide.engineCaFile", caFile: readSide.engineCaFile },
    ...shards.map(({ mysql }, index) => ({
      path: `cdc:shards[${index}].mysql.tls.caFile`,
      caFile: fileOf(mysql?.tls),
    })),
  ];
  refuse(
    named.flatMap(({ path, caFile }): Problem[] => {
      if (caFile === undefined) return [];
      try {
        found[caFile] ??= certificatesOf(readFileSync(resolve(checkoutFolder, caFile), "utf8"));
        return [];
      } catch (error) {
        return [
          {
            code: "CDC-113",
            path,
            message: `${caFile}: ${messageOf(error)}`,
            remedy:
              "name a PEM file, relative to the checkout, with the certificate of the authority that signed the server's",
          },
        ];
      }
    }),
  );
  return found;
}

function certificatesOf(text: string): string {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    throw new Error("it has a private key, which belongs to the authority alone");
  const certificates = certificatesIn(text);
  if (certificates.length === 0) throw new Error("it has no certificate (-----BEGIN CERTIFICATE-----)");
  // It throws what OpenSSL says of one that is cut.
  return certificates
    .map((certificate) => pemOf("CERTIFICATE", new X509Certificate(certificate).raw.toString("base64")))
    .join("");
}
