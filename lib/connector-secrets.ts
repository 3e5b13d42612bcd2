/** The file by which the workers' connectors log in to the stack's servers, and by which whoever logs in as they do finds how. */
import { cdcPasswordKey, cdcUser } from "./constants.ts";
import type { MysqlLogin } from "./endpoint.ts";
import { pemBody, pemOf } from "./pem.ts";

/** Key of the certificate of the servers' authority, base64 of its DER: what of PEM stands between the lines of its name. */
export const mysqlAuthorityKey = "mysql.authority";

/** @param ca PEM of one certificate. */
export function connectorSecrets(password: string, ca: string): string {
  return `${cdcPasswordKey}=${password}\n${mysqlAuthorityKey}=${pemBody(ca)}\n`;
}

/** The CDC account on the stack's own servers. @param ca certificate of their authority, PEM. */
export function cdcLogin(password: string, ca: string): MysqlLogin {
  return { user: cdcUser, password, tls: { ca } };
}

/** PEM of what stands under `mysqlAuthorityKey`. */
export function authorityPem(body: string): string {
  return pemOf("CERTIFICATE", body);
}

/** The value of a key; undefined when the file has none. */
export function secretIn(text: string, key: string): string | undefined {
  const line = text.split("\n").find((one) => one.startsWith(`${key}=`));
  return line?.slice(key.length + 1);
}
