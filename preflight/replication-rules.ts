/** Whether a server is MySQL, has in its binlog what comes to it from others, and knows its readers apart. */
import type { Problem } from "../lib/problem.ts";
import type { ServerFacts } from "./server-rules.ts";

/** The second one is the first one's name before MySQL 8.0.26. */
const writesOn = ["log_replica_updates", "log_slave_updates"] as const;

export const replicationVariables = ["version", "server_id", ...writesOn];

/** Whether rows from another server, if it takes any, stay out of its binlog. */
export function leavesOutReplicated(variables: ServerFacts["variables"]): boolean {
  return writesOn.some((name) => variables[name] === "OFF");
}

const otherKinds = [
  { said: /mariadb/i, name: "MariaDB", why: "its GTIDs and its binlog are others than MySQL's" },
  { said: /tidb/i, name: "TiDB", why: "it has no binlog of MySQL's" },
];

/** CDC-716. Both speak MySQL's protocol, and say it in their version: `11.4.2-MariaDB-log`. */
export function judgeKind(path: string, { address, variables }: ServerFacts): Problem[] {
  const version = variables["version"] ?? "";
  const kind = otherKinds.find(({ said }) => said.test(version));
  if (kind === undefined) return [];
  const message = `the server at ${address} is no MySQL: ${kind.name} (${version}), and ${kind.why}`;
  const remedy = `name a MySQL server; for ${kind.name} there are other connectors than Debezium's for MySQL`;
  return [{ code: "CDC-716", path, message, remedy }];
}

/** CDC-717. What cannot be known is not taken for well. */
export function judgeReplica(path: string, { address, variables, isReplica }: ServerFacts): Problem[] {
  if (!leavesOutReplicated(variables) || isReplica === false) return [];
  const whether = isReplica === undefined ? "may be a replica (the account may not ask)" : "is a replica";
  return [
    {
      code: "CDC-717",
      path,
      message: `the server at ${address} ${whether} and has log_replica_updates=OFF: rows from its source are in no binlog of its own`,
      remedy: "SET PERSIST_ONLY log_replica_updates = ON and restart it, or capture its source",
    },
  ];
}

/** CDC-718: of two replication clients with one id the server throws one out, again and again. */
export function judgeServerIds(path: string, facts: ServerFacts, wanted: number | undefined): Problem[] {
  const { address, variables, replicaIds } = facts;
  const own = Number(variables["server_id"] ?? "1");
  if (own === 0) {
    const message = `the server at ${address} has server_id=0, and so lets no replica, and no connector, read its binlog`;
    return [
      {
        code: "CDC-718",
        path,
        message,
        remedy: "SET PERSIST server_id = 1, or another id that no server beside it has",
      },
    ];
  }
  if (wanted === undefined) return [];
  const taken = new Set([own, ...(replicaIds ?? [])]);
  if (!taken.has(wanted)) return [];
  const whose = wanted === own ? "is its own" : "is that of a replica which is connected to it";
  let free = wanted + 1;
  while (taken.has(free)) free += 1;
  const message = `at ${address} the id ${wanted}, which the connector is to have, ${whose}`;
  return [
    { code: "CDC-718", path, message, remedy: `give the connector another one (database.server.id), such as ${free}` },
  ];
}
