/**
 * What the CDC account may do on a server, and no more. Measured with Debezium 3.6: without one of them a snapshot, the binlog
 * or a table that is captured later fails. Upstream: Debezium's documentation, "Creating a user", which has RELOAD and SELECT on everything.
 */
import { cdcDatabase } from "./constants.ts";

/** On `*.*`. */
const everywhere = [
  // The lock under which a snapshot begins; RELOAD would allow more.
  "FLUSH_TABLES",
  // The place in the binlog.
  "REPLICATION CLIENT",
  // The binlog itself.
  "REPLICATION SLAVE",
  // How tables of all databases are defined, and no row of them: a connector's history has them, so that one that is captured
  // later is known to it.
  "SHOW VIEW",
] as const;

/** Heartbeats, probes and signals are written in the pipeline's own database only. */
const inOwn = ["DELETE", "INSERT", "SELECT", "UPDATE"] as const;

/**
 * @param databases those of the captured tables.
 * @param isReadOnly whether there is no database of the pipeline's own.
 * @returns by database; `*` stands for all.
 */
export function cdcPrivileges(databases: readonly string[], isReadOnly = false): Record<string, readonly string[]> {
  return {
    "*": everywhere,
    ...Object.fromEntries(databases.map((database) => [database, ["SELECT"]])),
    ...(isReadOnly ? {} : { [cdcDatabase]: inOwn }),
  };
}
