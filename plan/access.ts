/** How a shard's server is reached, and as whom: one of the stack's own, or one that somebody else runs. */
import type { ExistingMysql } from "../config/existing-schema.ts";
import { cdcPasswordKey, cdcUser, mysqlTruststoreFile, truststoreFileOf } from "../lib/constants.ts";
import type { MysqlTls } from "../lib/endpoint.ts";
import { mysqlEndpoints } from "./endpoints.ts";
import type { ResolvedServer, ResolvedShard } from "./resolved-shard.ts";

type Access = Pick<ResolvedShard, "endpoints" | "account">;

/** Its certificate is of the stack's own authority, which the plan does not know. */
export function ownAccess({ alias, published }: ResolvedServer): Access {
  return {
    endpoints: mysqlEndpoints(alias, published),
    account: {
      user: cdcUser,
      passwordKey: cdcPasswordKey,
      sslMode: "verify_identity",
      truststore: mysqlTruststoreFile,
      isReadOnly: false,
    },
  };
}

/**
 * @param key the shard's.
 * @param authorities certificates by their files.
 */
export function existingAccess(
  key: string,
  { host, port, user, tls, readOnly, createAccount }: ExistingMysql,
  authorities: Readonly<Record<string, string>>,
): Access {
  const ca = typeof tls === "object" ? authorities[tls.caFile] : undefined;
  const isByAuthority = typeof tls === "object" && tls.verify === "ca";
  const trusted: MysqlTls = { ...(ca !== undefined && { ca }), ...(isByAuthority && { verify: "ca" }) };
  const endpoint = { host, port, ...(tls !== false && { tls: trusted }) };
  return {
    // The same for everybody: a name that leads elsewhere from a container is not for this.
    endpoints: { inNetwork: endpoint, fromHost: endpoint },
    account: {
      user,
      passwordKey: `shard.${key}.password`,
      sslMode: tls === false ? "disabled" : isByAuthority ? "verify_ca" : "verify_identity",
      truststore: ca === undefined ? undefined : truststoreFileOf(key),
      isReadOnly: readOnly,
      ...(createAccount !== undefined && { madeBy: createAccount.user }),
    },
  };
}

/**
 * A number that follows from a name, and hardly from another one: FNV-1a, from a million on, where nobody numbers servers by hand.
 * @param key the shard's.
 */
export function serverIdOf(key: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01_00_01_93) >>> 0;
  return 1_000_000 + (hash % 4_000_000_000);
}
