/** What Debezium needs of a MySQL server: judged from what the server says of itself. */
import { describePrivileges, grantStatements, lackingPrivileges } from "../clients/mysql/grants.ts";
import { cdcPrivileges } from "../lib/cdc-privileges.ts";
import { cdcDatabase } from "../lib/constants.ts";
import type { Problem } from "../lib/problem.ts";
import { keylessProblem, type KeyNeed } from "../plan/table-keys.ts";
import { isRds, judgeRdsRetention, rdsMend, rdsPrivileges } from "./rds.ts";
import { judgeKind, judgeReplica, judgeServerIds, replicationVariables } from "./replication-rules.ts";

/** What the server has to be good for. */
export interface ExpectedServer {
  /** The planned IANA zone. */
  readonly timeZone: string;
  /** Databases whose tables are captured. */
  readonly databases: readonly string[];
  /** Captured tables that cannot do without a key, and why. */
  readonly keyNeeds: Readonly<Record<string, KeyNeed>>;
  /** Whether nothing is written to it. Default: the pipeline's own database is. */
  readonly isReadOnly?: boolean;
  /** Whether the account's privileges are given to it by `up`. Default: they have to be there. */
  readonly privilegesAreGiven?: boolean;
  /** Tables that have to be there, `DATABASE.TABLE`. Default: none is looked for. */
  readonly tables?: readonly string[];
  /** What the connector is to be as a replication client (Debezium `database.server.id`). Default: not compared with other ids. */
  readonly serverId?: number;
}

/** What a server says of itself to the CDC account. */
export interface ServerFacts {
  /** Where it was asked: `127.0.0.1:3308`. */
  readonly address: string;
  /** `SHOW GLOBAL VARIABLES`, those of `askedVariables` that the server knows. */
  readonly variables: Readonly<Record<string, string>>;
  /** What `probedTimes` are in the server's global time zone, in seconds since 1970. */
  readonly probedSeconds: readonly number[];
  /** The account as `CURRENT_USER()` has it: `debezium@%`. */
  readonly account: string;
  /** Lines of `SHOW GRANTS`. */
  readonly grants: readonly string[];
  /** Those of the asked tables that are there and have no key. */
  readonly keylessTables: readonly string[];
  /** Those of the tables that have to be there and that the account does not see. */
  readonly missingTables: readonly string[];
  /** Whether it takes rows from another server; undefined where nothing depends on it, or the account may not ask. */
  readonly isReplica: boolean | undefined;
  /** Ids of the replicas that are connected to it; undefined where nothing depends on them, or the account may not ask. */
  readonly replicaIds: readonly number[] | undefined;
  /** On Amazon RDS: `binlog retention hours`, null for NULL; undefined elsewhere, and where the account may not read it. */
  readonly rdsRetentionHours: number | null | undefined;
}

/** A winter's and a summer's noon: zones that agree on both are taken for the same. */
export const probedTimes = ["2025-01-15 12:00:00", "2025-07-15 12:00:00"] as const;

interface Rule {
  readonly variable: string;
  readonly needed: string;
  readonly why: string;
  readonly mend: string;
}

const rules: readonly Rule[] = [
  {
    variable: "log_bin",
    needed: "ON",
    why: "without a binlog there are no changes to read",
    mend: "start mysqld with --log-bin=mysql-bin and without --skip-log-bin",
  },
  {
    variable: "binlog_format",
    needed: "ROW",
    why: "Debezium reads rows, not statements",
    mend: "SET PERSIST binlog_format = 'ROW' and let clients reconnect, or start mysqld with --binlog-format=ROW",
  },
  {
    variable: "binlog_row_image",
    needed: "FULL",
    why: "otherwise events lack the columns that did not change",
    mend: "SET PERSIST binlog_row_image = 'FULL', or start mysqld with --binlog-row-image=FULL",
  },
  {
    variable: "binlog_row_value_options",
    needed: "",
    why: "Debezium cannot read partial JSON updates",
    mend: "SET PERSIST binlog_row_value_options = ''",
  },
  {
    variable: "gtid_mode",
    needed: "ON",
    why: "by GTIDs a connector finds its place again on another server",
    mend:
      "start mysqld with --gtid-mode=ON --enforce-gtid-consistency=ON, or change it online by the manual's steps " +
      '("Enabling GTID Transactions Online")',
  },
];

const retention = "binlog_expire_logs_seconds";
const autoPurge = "binlog_expire_logs_auto_purge";
const leastRetentionSeconds = 86_400;

export const askedVariables: readonly string[] = [
  ...rules.map(({ variable }) => variable),
  retention,
  autoPurge,
  "time_zone",
  "system_time_zone",
  "basedir",
  ...replicationVariables,
];

/**
 * Finds what keeps the server from being captured.
 * @param path what the problems are about: `shard0`, or a field of the configuration.
 */
export function judgeServer(path: string, facts: ServerFacts, expected: ExpectedServer): Problem[] {
  const otherKind = judgeKind(path, facts);
  // None of the rest holds for it.
  if (otherKind.length > 0) return otherKind;
  const lacking = judgeGrants(path, facts, expected);
  return [
    ...judgeVariables(path, facts),
    ...(isRds(facts.variables) ? judgeRdsRetention(path, facts) : judgeRetention(path, facts)),
    ...judgeZone(path, facts, expected.timeZone),
    ...lacking,
    // Of a table on which it may do nothing an account does not know.
    ...(lacking.length === 0 ? judgeTables(path, facts) : []),
    ...judgeReplica(path, facts),
    ...judgeServerIds(path, facts, expected.serverId),
    ...judgeKeys(path, facts, expected.keyNeeds),
  ];
}

/** CDC-719. Debezium waits without a word for a captured table that is not there, and a heartbeat without its table ends a task. */
function judgeTables(path: string, { address, account, missingTables }: ServerFacts): Problem[] {
  const [own, captured] = ["own", "captured"].map((kind) =>
    missingTables.filter((table) => table.startsWith(`${cdcDatabase}.`) === (kind === "own")),
  ) as [string[], string[]];
  const message = (tables: readonly string[]) => `the server at ${address} shows ${account} no ${tables.join(", no ")}`;
  const problems: Problem[] = [];
  if (own.length > 0) {
    const remedy = `have an administrator run sql/${cdcDatabase}/10-tables.sql, after CREATE DATABASE IF NOT EXISTS ${cdcDatabase}: the pipeline's own tables, for heartbeats, probes and signals`;
    problems.push({ code: "CDC-719", path, message: message(own), remedy });
  }
  if (captured.length > 0) {
    const remedy = "correct the name in the list of tables (upper and lower case differ), or make the table";
    problems.push({ code: "CDC-719", path, message: message(captured), remedy });
  }
  return problems;
}

function judgeKeys(path: string, { keylessTables }: ServerFacts, needs: ExpectedServer["keyNeeds"]): Problem[] {
  return keylessTables.flatMap((table) => {
    const need = needs[table];
    return need === undefined ? [] : [keylessProblem(path, table, need)];
  });
}

/** A variable that the server does not know (any more) says nothing. */
function judgeVariables(path: string, { address, variables }: ServerFacts): Problem[] {
  return rules.flatMap(({ variable, needed, why, mend }) => {
    const found = variables[variable];
    if (found === undefined || found.toUpperCase() === needed) return [];
    const message = `the server at ${address} has ${variable}=${found || "(empty)"}; needed is ${needed || "an empty value"}: ${why}`;
    return [{ code: "CDC-712", path, message, remedy: isRds(variables) ? rdsMend(variable, needed) : mend }];
  });
}

function judgeRetention(path: string, { address, variables }: ServerFacts): Problem[] {
  const seconds = Number(variables[retention] ?? "0");
  // 0 and a switched-off purge both keep the binlog for ever.
  if (!(seconds > 0) || seconds >= leastRetentionSeconds || variables[autoPurge] === "OFF") return [];
  return [
    {
      code: "CDC-713",
      path,
      message:
        `the server at ${address} has ${retention}=${seconds}; needed are at least ${leastRetentionSeconds} (a day), ` +
        "or a connector that was away longer loses its place",
      remedy: `SET PERSIST ${retention} = 864000 (ten days), or start mysqld with --binlog-expire-logs-seconds=864000`,
    },
  ];
}

function judgeZone(path: string, { address, variables, probedSeconds }: ServerFacts, planned: string): Problem[] {
  const differs = probedTimes.some((time, index) => {
    const found = probedSeconds[index];
    return found !== undefined && Math.abs(found - secondsOf(time, planned)) >= 60;
  });
  if (!differs) return [];
  const name = variables["time_zone"] ?? "unknown";
  const found = name === "SYSTEM" ? `SYSTEM (${variables["system_time_zone"] ?? "unknown"})` : name;
  return [
    {
      code: "CDC-714",
      path,
      message:
        `the server at ${address} has time_zone=${found}, planned is ${planned}; ` +
        "a connector whose snapshots read in the planned zone would take their TIMESTAMPs for other instants",
      remedy:
        (isRds(variables)
          ? `${rdsMend("time_zone", planned)}, `
          : `SET PERSIST time_zone = '${planned}' (needs the zone tables: mysql_tzinfo_to_sql), `) +
        "or set cdc:timeZone to the server's zone",
    },
  ];
}

/** Seconds since 1970 of a wall-clock time in a zone; the time must not lie within a change of the clocks. */
export function secondsOf(time: string, zone: string): number {
  const asUtc = Date.parse(`${time.replace(" ", "T")}Z`);
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(asUtc);
  const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  const offset = (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60);
  return asUtc / 1000 - offset;
}

function judgeGrants(path: string, facts: ServerFacts, expected: ExpectedServer): Problem[] {
  const { databases, isReadOnly, privilegesAreGiven } = expected;
  if (privilegesAreGiven === true) return [];
  const wanted = cdcPrivileges(databases, isReadOnly);
  const here = isRds(facts.variables) ? rdsPrivileges(wanted) : wanted;
  const missing = lackingPrivileges(facts.grants, new Map(Object.entries(here)));
  if (missing.size === 0) return [];
  return [
    {
      code: "CDC-715",
      path,
      message: `the account ${facts.account} at ${facts.address} lacks ${describePrivileges(missing).join(" and ")}`,
      remedy: grantStatements(missing, facts.account)
        .map((statement) => `${statement};`)
        .join(" "),
    },
  ];
}
