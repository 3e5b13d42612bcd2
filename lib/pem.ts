/** PEM (RFC 7468): base64 of DER between two lines that say what it is. */

/** @param label `CERTIFICATE`, `PRIVATE KEY`. @param body base64. */
export function pemOf(label: string, body: string): string {
  return `-----BEGIN ${label}-----\n${body.replaceAll(/.{64}(?=.)/g, "$&\n")}\n-----END ${label}-----\n`;
}

/** The base64 between the two lines, in one. @param pem of one thing. */
export function pemBody(pem: string): string {
  return pem.replaceAll(/-----[^-]+-----|\s/g, "");
}

/** Each certificate of a text, PEM, without what stands between them. */
export function certificatesIn(text: string): string[] {
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return found.map((pem) => pemOf("CERTIFICATE", pemBody(pem)));
}
