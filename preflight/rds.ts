/**
 * A MySQL server that Amazon runs (RDS, Aurora): no SUPER, no global read lock, settings by parameter groups, and a retention of its
 * own. Upstream: Amazon RDS User Guide, "mysql.rds_set_configuration"; Debezium's documentation, "Creating a user".
 */
import { cdcDatabase } from "../lib/constants.ts";
import type { Problem } from "../lib/problem.ts";
import type { ServerFacts } from "./server-rules.ts";

/** Where its servers are installed, Aurora's too. */
const folder = "/rdsdbbin/";

/** Where it keeps how long the binlog stays; MySQL's own variable does not count there. */
export const rdsRetentionQuery = "SELECT value FROM mysql.rds_configuration WHERE name = 'binlog retention hours'";

const leastHours = 24;

/** @param variables `SHOW GLOBAL VARIABLES`, with `basedir`. */
export function isRds(variables: ServerFacts["variables"]): boolean {
  return variables["basedir"]?.startsWith(folder) === true;
}

/** How a variable is set there, where SET PERSIST is refused. */
export function rdsMend(variable: string, value: string): string {
  if (variable === "log_bin")
    return "switch automated backups on (RDS), or binlog_format to ROW in the cluster's parameter group (Aurora)";
  const setting = `${variable} = ${value === "" ? "(empty)" : value}`;
  const first = variable === "gtid_mode" ? "enforce_gtid_consistency = ON, then " : "";
  return `set ${first}${setting} in the parameter group (Aurora: of the cluster), and reboot where the console says pending-reboot`;
}

/** Snapshots lock the tables one by one there. RELOAD, which contains FLUSH_TABLES, is what Debezium's documentation asks for. */
export function rdsPrivileges(wanted: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> {
  const here = Object.entries(wanted).map(([database, privileges]) => {
    if (database === "*")
      return [database, privileges.map((one) => (one === "FLUSH_TABLES" ? "RELOAD" : one))] as const;
    return [database, database === cdcDatabase ? privileges : ["LOCK TABLES", ...privileges]] as const;
  });
  return Object.fromEntries(here);
}

export function judgeRdsRetention(
  path: string,
  { address, account, rdsRetentionHours: hours }: ServerFacts,
): Problem[] {
  if (typeof hours === "number" && hours >= leastHours) return [];
  const at = account.lastIndexOf("@");
  const problem = { code: "CDC-713", path } as const;
  if (hours === undefined) {
    return [
      {
        ...problem,
        message: `the server at ${address} is Amazon's, and ${account} may not read how long it keeps its binlog`,
        remedy: `GRANT SELECT ON mysql.rds_configuration TO '${account.slice(0, at)}'@'${account.slice(at + 1)}';`,
      },
    ];
  }
  const found = hours === null ? "NULL (RDS keeps no binlog that nobody reads, Aurora as it sees fit)" : String(hours);
  return [
    {
      ...problem,
      message:
        `the server at ${address} has 'binlog retention hours' ${found}; needed are at least ${leastHours}, ` +
        "or a connector that was away longer loses its place",
      remedy: "CALL mysql.rds_set_configuration('binlog retention hours', 168);",
    },
  ];
}
