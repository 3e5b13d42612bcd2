/** Asks a running MySQL server whether it can be captured. */
import type { RowDataPacket } from "mysql2/promise";
import { connectMysql, SilentServerError } from "../clients/mysql/client.ts";
import { TlsError } from "../clients/tls.ts";
import { hostAndPort, type MysqlEndpoint } from "../lib/endpoint.ts";
import type { Problem } from "../lib/problem.ts";
import { askedVariables, judgeServer, probedTimes, type ExpectedServer, type ServerFacts } from "./server-rules.ts";

/** A server, and the CDC account on it. */
export interface ServerAddress extends MysqlEndpoint {
  readonly user: string;
  readonly password: string;
  /** What problems are about: `shard0`, or a field of the configuration. */
  readonly path: string;
}

/**
 * Checks binlog variables, retention, time zone and the account's privileges (CDC-711 to CDC-715). Changes nothing.
 *
 * A server of the stack's own is what the plan makes of it: ask it only when nothing about it is going to change, that is
 * in an `apply` on outputs of its readiness and of its grants, which are unknown while a change is previewed.
 * @returns CDC-711 alone when the server cannot be asked.
 */
export async function checkServer(server: ServerAddress, expected: ExpectedServer): Promise<Problem[]> {
  let facts: ServerFacts;
  try {
    facts = await askServer(server, Object.keys(expected.keyNeeds));
  } catch (error) {
    return [unreachable(server, error)];
  }
  return judgeServer(server.path, facts, expected);
}

/** Base tables without an index that Debezium takes for the key: unique, of columns that are NOT NULL, and of no expression. */
const keyless =
  "SELECT CONCAT(t.TABLE_SCHEMA, '.', t.TABLE_NAME) AS name FROM information_schema.TABLES t " +
  "WHERE t.TABLE_TYPE = 'BASE TABLE' AND CONCAT(t.TABLE_SCHEMA, '.', t.TABLE_NAME) IN (?) AND NOT EXISTS (" +
  "SELECT 1 FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA = t.TABLE_SCHEMA AND s.TABLE_NAME = t.TABLE_NAME " +
  "AND s.NON_UNIQUE = 0 GROUP BY s.INDEX_NAME HAVING SUM(s.NULLABLE = 'YES') = 0 AND SUM(s.COLUMN_NAME IS NULL) = 0) " +
  "ORDER BY name";

async function askServer({ path: _, ...login }: ServerAddress, tables: readonly string[]): Promise<ServerFacts> {
  const connection = await connectMysql(login);
  try {
    const rows = async (sql: string, values: readonly unknown[] = []) =>
      (await connection.query<RowDataPacket[]>({ sql, rowsAsArray: true }, [...values]))[0].map((row) =>
        (row as unknown as unknown[]).map(String),
      );
    const keylessOf = async (names: readonly string[]) => (names.length === 0 ? [] : await rows(keyless, [names]));
    const variables = await rows("SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)", [askedVariables]);
    // A session takes the global zone at its start; init_connect might have changed that.
    await connection.query("SET time_zone = @@GLOBAL.time_zone");
    const [probed = []] = await rows(`SELECT ${probedTimes.map(() => "UNIX_TIMESTAMP(?)").join(", ")}`, probedTimes);
    const [[account = login.user] = []] = await rows("SELECT CURRENT_USER()");
    const grants = await rows("SHOW GRANTS");
    return {
      address: hostAndPort(login),
      variables: Object.fromEntries(variables.map(([name = "", value = ""]) => [name, value])),
      probedSeconds: probed.map(Number),
      account,
      grants: grants.map(([grant = ""]) => grant),
      keylessTables: (await keylessOf(tables)).map(([table = ""]) => table),
    };
  } finally {
    await connection.end();
  }
}

/** What helps where the server answers, and does not let the account in; by MySQL's name of the error. */
const refused: Readonly<Record<string, (user: string) => string>> = {
  ER_ACCESS_DENIED_ERROR: (user) =>
    `make the account (CREATE USER '${user}'@'%' IDENTIFIED BY …), or give it the password that the pipeline uses`,
  ER_ACCOUNT_HAS_BEEN_LOCKED: (user) => `let the account in again: ALTER USER '${user}'@'%' ACCOUNT UNLOCK`,
};

const notTheOne =
  "see which server answers there: its certificate is not of the authority that is trusted. One of the stack's own is made anew, on its " +
  "volume, by docker rm --force CONTAINER and pulumi up";

function unreachable({ user, path, ...endpoint }: ServerAddress, error: unknown): Problem {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const said = (error instanceof Error && error.message) || code || String(error);
  if (error instanceof SilentServerError) {
    return {
      code: "CDC-711",
      path,
      message: said,
      remedy: "let it go on (docker unpause CONTAINER), or start it anew (docker restart CONTAINER)",
    };
  }
  const untrusted = error instanceof TlsError ? notTheOne : undefined;
  return {
    code: "CDC-711",
    path,
    message: `${user} cannot log in to the MySQL server at ${hostAndPort(endpoint)}: ${said}`,
    remedy:
      untrusted ??
      refused[code]?.(user) ??
      "start the server, or mend its address and the way to it (firewall, bind_address)",
  };
}
