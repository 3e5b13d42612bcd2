/** Who may look at the guard's page and metrics, where a login is wanted: by HTTPS alone. */
import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { connectAccessIn } from "../../lib/connector-secrets.ts";
import { connectorSecretsFile, guardCertificateFile, guardKeyFile } from "../../lib/constants.ts";
import type { MetricsSettings } from "../../plan/types.ts";

export interface Door {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** Whether an `Authorization` header is the login's. */
  readonly opens: (authorization: string | undefined) => boolean;
}

/**
 * Reads the container's files. The login is the workers'.
 * @returns undefined where everybody may look.
 * @throws Error when there is a login, and its password is not there.
 */
export function doorOf({ login }: Pick<MetricsSettings, "login">): Door | undefined {
  if (login === undefined) return undefined;
  const access = connectAccessIn(readFileSync(connectorSecretsFile, "utf8"));
  if (access === undefined) throw new Error("the file of secrets has no password for the login");
  return {
    cert: readFileSync(guardCertificateFile, "utf8"),
    key: readFileSync(guardKeyFile, "utf8"),
    opens: opensFor(login.user, access.password),
  };
}

/** HTTP Basic, compared in a time that tells nothing. */
export function opensFor(user: string, password: string): Door["opens"] {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const wanted = digest(`${user}:${password}`);
  return (authorization) => {
    const found = /^basic +([a-z0-9+/]+=*) *$/i.exec(authorization ?? "")?.[1];
    return found !== undefined && timingSafeEqual(digest(Buffer.from(found, "base64").toString()), wanted);
  };
}
