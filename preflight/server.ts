/** Asks a running MySQL server whether it can be captured. */
import type { RowDataPacket } from "mysql2/promise";
import { connectMysql, SilentServerError } from "../clients/mysql/client.ts";
import { TlsError } from "../clients/tls.ts";
import { hostAndPort, type MysqlEndpoint } from "../lib/endpoint.ts";
import type { Problem } from "../lib/problem.ts";
import { isRds, rdsRetentionQuery } from "./rds.ts";
import { leavesOutReplicated } from "./replication-rules.ts";
import { askedVariables, judgeServer, probedTimes, type ExpectedServer, type ServerFacts } from "./server-rules.ts";

/** A server, and the CDC account on it. */
export interface ServerAddress extends MysqlEndpoint {
  readonly user: string;
  readonly password: string;
  /** What problems are about: `shard0`, or a field of the configuration. */
  readonly path: string;
}

/**
 * Checks binlog variables, retention, time zone, the account's privileges, and the server's place among others (CDC-711 to CDC-718).
 * Changes nothing.
 *
 * A server of the stack's own is what the plan makes of it: ask it only when nothing about it is going to change, that is
 * in an `apply` on outputs of its readiness and of its grants, which are unknown while a change is previewed.
 * @returns CDC-711 alone when the server cannot be asked.
 */
export async function checkServer(server: ServerAddress, expected: ExpectedServer): Promise<Problem[]> {
  let facts: ServerFacts;
  try {
    facts = await askServer(server, expected);
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

const present =
  "SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS name FROM information_schema.TABLES " +
  "WHERE CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) IN (?)";

/** The information schema compares without regard to case, and tells names as they are. */
function without(found: readonly (readonly string[])[], names: readonly string[]): string[] {
  const there = new Set(found.map(([name]) => name));
  return names.filter((name) => !there.has(name));
}

async function askServer(
  { path: _, ...login }: ServerAddress,
  { keyNeeds, tables = [], serverId }: ExpectedServer,
): Promise<ServerFacts> {
  const connection = await connectMysql(login);
  try {
    const rows = async (sql: string, values: readonly unknown[] = []) =>
      (await connection.query<RowDataPacket[]>({ sql, rowsAsArray: true }, [...values]))[0].map((row) =>
        (row as unknown as unknown[]).map(String),
      );
    const keylessOf = async (names: readonly string[]) => (names.length === 0 ? [] : await rows(keyless, [names]));
    const presentOf = async (names: readonly string[]) => (names.length === 0 ? [] : await rows(present, [names]));
    const found = await rows("SHOW GLOBAL VARIABLES WHERE Variable_name IN (?)", [askedVariables]);
    const variables = Object.fromEntries(found.map(([name = "", value = ""]) => [name, value]));
    // A session takes the global zone at its start; init_connect might have changed that.
    await connection.query("SET time_zone = @@GLOBAL.time_zone");
    const [probed = []] = await rows(`SELECT ${probedTimes.map(() => "UNIX_TIMESTAMP(?)").join(", ")}`, probedTimes);
    const [[account = login.user] = []] = await rows("SELECT CURRENT_USER()");
    const grants = await rows("SHOW GRANTS");
    return {
      address: hostAndPort(login),
      variables,
      probedSeconds: probed.map(Number),
      account,
      grants: grants.map(([grant = ""]) => grant),
      keylessTables: (await keylessOf(Object.keys(keyNeeds))).map(([table = ""]) => table),
      missingTables: without(await presentOf(tables), tables),
      isReplica: leavesOutReplicated(variables)
        ? await unlessDenied(async () => (await rows("SHOW REPLICA STATUS")).length > 0)
        : undefined,
      replicaIds:
        serverId === undefined
          ? undefined
          : await unlessDenied(async () => (await rows("SHOW REPLICAS")).map(([id]) => Number(id))),
      rdsRetentionHours: isRds(variables)
        ? await unlessDenied(async () => {
            const [[hours] = []] = await rows(rdsRetentionQuery);
            // `rows` makes text of everything.
            return hours === undefined || hours === "null" ? null : Number(hours);
          })
        : undefined,
    };
  } finally {
    await connection.end();
  }
}

/** Undefined where the account may not ask, or the server does not know the question. */
async function unlessDenied<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await ask();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (typeof code === "string" && unanswered.has(code)) return undefined;
    throw error;
  }
}

const unanswered = new Set([
  "ER_SPECIFIC_ACCESS_DENIED_ERROR",
  "ER_TABLEACCESS_DENIED_ERROR",
  "ER_NO_SUCH_TABLE",
  "ER_PARSE_ERROR",
]);

const encrypted =
  "encrypt the connection: with the certificate of the server's authority (cdc check-server --ca FILE, or mysql.tls.caFile in the shard's " +
  "entry), or with the authorities that everybody trusts (--tls, or mysql.tls: true)";

/** What helps where the server answers, and does not let the account in; by MySQL's name of the error. */
const refused: Readonly<Record<string, (user: string) => string>> = {
  ER_ACCESS_DENIED_ERROR: (user) =>
    `make the account (CREATE USER '${user}'@'%' IDENTIFIED BY …), or give it the password that the pipeline uses`,
  ER_ACCOUNT_HAS_BEEN_LOCKED: (user) => `let the account in again: ALTER USER '${user}'@'%' ACCOUNT UNLOCK`,
  ER_SECURE_TRANSPORT_REQUIRED: () => encrypted,
};

const notTheOne =
  "see which server answers there: its certificate is not of the authority that is trusted. Somebody else's needs the certificate of " +
  "its own authority (cdc check-server --ca FILE, or mysql.tls.caFile in the shard's entry). One of the stack's own is made anew, on its " +
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
  const denied = refused[code]?.(user);
  // MySQL says no more of an account that is let in by TLS alone.
  const perhaps =
    code === "ER_ACCESS_DENIED_ERROR" && endpoint.tls === undefined ? `; if it REQUIREs SSL, ${encrypted}` : "";
  return {
    code: "CDC-711",
    path,
    message: `${user} cannot log in to the MySQL server at ${hostAndPort(endpoint)}: ${said}`,
    remedy:
      untrusted ??
      (denied && denied + perhaps) ??
      "start the server, or mend its address and the way to it (firewall, bind_address)",
  };
}
